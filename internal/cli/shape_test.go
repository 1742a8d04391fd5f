//go:build cgo

package cli_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

// rowsOf runs a query in the DuckDB file x.duckdb of the folder the test is in,
// and gives its one column's text, a line per row.
func rowsOf(t *testing.T, query string) string {
	t.Helper()
	db, err := sql.Open("duckdb", "x.duckdb")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

const shapeFiles = `{"region":"eu","ZIP":"01234","id":3}` + "\n" + `{"id":4,"more":[1]}` + "\n"

func TestShapedColumns(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "a.csv", "id,region,zip,junk\n1,us,12345,x\n2,,,y\n")
	args := []string{"load", "a.csv", "--table", "t", "--to", "duckdb:x.duckdb", "--select", "zip,id,REGION", "--rename", "region=area", "--column", "zip=text"}
	plan := sluice(t, dir, append(args, "--dry-run")...).expect(t, 0)
	for _, want := range []string{
		`csv, delimiter ",", 4 columns, select zip,id,REGION, rename region=area` + "\n",
		"  zip                      text\n  id                       int64\n  area                     text\n",
	} {
		if !strings.Contains(plan.out, want) {
			t.Errorf("the plan lacks\n%sin\n%s", want, plan.out)
		}
	}
	sluice(t, dir, args...).expect(t, 0)
	write(t, dir, "b.jsonl", shapeFiles)
	args[1] = "b.jsonl"
	sluice(t, dir, args...).expect(t, 0)
	same(t, "the table", rowsOf(t, `SELECT to_json(t)::VARCHAR FROM (SELECT * EXCLUDE (_sluice_file) FROM t) t ORDER BY id`), `
{"zip":"12345","id":1,"area":"us"}
{"zip":null,"id":2,"area":null}
{"zip":"01234","id":3,"area":"eu"}
{"zip":null,"id":4,"area":null}`)

	write(t, dir, "c.csv", "id,zip\n5,6\n")
	args[1] = "c.csv"
	if got := sluice(t, dir, args...).expect(t, 3); !strings.Contains(got.err, `DIR/c.csv: the file has no column "REGION", which --select, --exclude or --rename names: it has "id, zip"`) {
		t.Errorf("a file without a selected column: %s", got.err)
	}
}

// TestShapedOnceBegun goes on with a file the way it was begun, whatever the
// flags say now.
func TestShapedOnceBegun(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "a.csv", "id,junk,old\n1,x,1\n2,y,oops\n3,z,3\n")
	args := []string{"load", "a.csv", "--table", "t", "--to", "duckdb:x.duckdb"}
	got := sluice(t, dir, append(args, "--exclude", "junk", "--rename", "old=new", "--column", "new=int64", "--meta", "row=line,loaded_at,file")...).expect(t, 3)
	if !strings.Contains(got.err, `record 2 at byte 18, column "old": "oops" is not an int64`) {
		t.Errorf("a bad row: %s", got.err)
	}
	sluice(t, dir, append(args, "--on-bad-row", "skip")...).expect(t, 0)
	same(t, "the table", strings.ReplaceAll(rowsOf(t, `SELECT concat_ws(' ', id, new, line, _file) FROM t ORDER BY id`), dir, "DIR"), "1 1 1 DIR/a.csv\n3 3 3 DIR/a.csv")
	same(t, "its times", rowsOf(t, `SELECT concat(count(DISTINCT _loaded_at), ' ', bool_and(_loaded_at BETWEEN now() - INTERVAL 1 HOUR AND now())) FROM t`), "1 true")
}

func TestShapedByPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for path, content := range map[string]string{
		"in/year=2024/month=5/a.csv": "id,year\n1,x\n2,y\n", "in/year=2025/month=12/b.csv": "id,year\n3,z\n", "in/year=2025/month=__HIVE_DEFAULT_PARTITION__/c.csv": "id,year\n4,z\n",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, dir, path, content)
	}
	args := []string{"load", "in", "--table", "t", "--to", "duckdb:x.duckdb", "--hive"}
	if got := sluice(t, dir, args...).expect(t, 3); !strings.Contains(got.err, `column "year" of the file has the name of one from its path: leave out the file's with --exclude`) {
		t.Errorf("a column of the file and of the path: %s", got.err)
	}
	sluice(t, dir, append(args, "--exclude", "year")...).expect(t, 0)
	same(t, "the table", rowsOf(t, `SELECT to_json(t)::VARCHAR FROM (SELECT * EXCLUDE (_sluice_file) FROM t) t ORDER BY id`), `
{"id":1,"year":2024,"month":5}
{"id":2,"year":2024,"month":5}
{"id":3,"year":2025,"month":12}
{"id":4,"year":2025,"month":null}`)
	if err := os.MkdirAll("in/year=2025/month=Q1", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "in/year=2025/month=Q1/d.csv", "id,year\n5,z\n")
	if got := sluice(t, dir, append(args, "--exclude", "year")...).expect(t, 3); !strings.Contains(got.err, `month=Q1/d.csv: column "month" is from its path, and "Q1" is not an int64: make it text`) {
		t.Errorf("a value that is no number: %s", got.err)
	}
}

func TestShapedObjects(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "a.jsonl", `{"id":1,"user":{"name":"ann","home":{"city":"X","tags":[1,2]}}}`+"\n"+`{"id":2,"user":{"home":null}}`+"\n"+`{"id":3,"user":null}`+"\n")
	args := []string{"load", "a.jsonl", "--to", "duckdb:x.duckdb", "--no-file-id", "--flatten", "--table"}
	sluice(t, dir, append(args, "deep", "--rename", "user_home_city=city", "--exclude", "id")...).expect(t, 0)
	same(t, "all levels", rowsOf(t, `SELECT to_json(t)::VARCHAR FROM deep t ORDER BY city NULLS LAST LIMIT 1`), `{"user_name":"ann","city":"X","user_home_tags":[1,2]}`)
	args[5] = "--flatten=1"
	sluice(t, dir, append(args, "flat")...).expect(t, 0)
	same(t, "one level", rowsOf(t, `SELECT to_json(t)::VARCHAR FROM flat t ORDER BY id`), `
{"id":1,"user_name":"ann","user_home":{"city":"X","tags":[1,2]}}
{"id":2,"user_name":null,"user_home":null}
{"id":3,"user_name":null,"user_home":null}`)
}

func TestShapedByRescue(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "a.jsonl", `{"id":1,"n":5}`+"\n")
	args := []string{"load", "a.jsonl", "--to", "duckdb:x.duckdb", "--no-file-id", "--table", "t", "--rescue=rest"}
	sluice(t, dir, args...).expect(t, 0)
	args[1] = "b.jsonl"
	args = append(args, "--on-new-column", "fail")
	write(t, dir, "b.jsonl", `{"id":2,"n":"many","new":{"a":[1,"x"]},"nil":null}`+"\n"+`{"id":"q\"","n":3}`+"\n")
	sluice(t, dir, args...).expect(t, 0)
	args[1] = "c.csv"
	write(t, dir, "c.csv", "id,n\n4,four\n5,5\n")
	sluice(t, dir, args...).expect(t, 0)
	same(t, "the table", rowsOf(t, `SELECT to_json(t)::VARCHAR FROM t ORDER BY id NULLS LAST`), `
{"id":1,"n":5,"rest":null}
{"id":2,"n":null,"rest":{"n":"many","new":{"a":[1,"x"]}}}
{"id":4,"n":null,"rest":{"n":"four"}}
{"id":5,"n":5,"rest":null}
{"id":null,"n":3,"rest":{"id":"q\""}}`)
}

func TestShapeFlagsThatAreWrong(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"--select a,b,A", `--select: column "A" is given twice`},
		{"--rename a", `--rename "a": write old=new`},
		{"--rename a=b=c", `write old=new`},
		{"--flatten=101", `--flatten=101: give a number of levels from 1 to 100`},
		{"--flatten --format csv", `--flatten is for JSON: leave it out with --format csv`},
		{"--rescue --format lines", `--rescue is for JSON, CSV, TSV, Parquet and Avro`},
		{"--flatten --rescue", `--rescue does not go with --flatten`},
		{"--meta line", `--meta line: there are file, row, mtime, size, loaded_at`},
		{"--meta row=", `--meta: "" is no name of a column`},
		{"--exclude a --rename a=b", `the column is not to be loaded`},
	} {
		got := sluice(t, "", append([]string{"load", "x.csv"}, strings.Fields(test.args)...)...).expect(t, 2)
		if !strings.Contains(got.err, test.want) {
			t.Errorf("%s: %s", test.args, got.err)
		}
	}
}
