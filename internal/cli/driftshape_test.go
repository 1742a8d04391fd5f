//go:build cgo

package cli_test

import (
	"database/sql"
	"os"
	"strings"
	"testing"
)

// TestNewColumnsInShape: what a table lacks is judged by the columns of the
// rows, and what is added to those of the files counts as brought by them.
func TestNewColumnsInShape(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	load := func(code int, args ...string) outcome {
		t.Helper()
		return sluice(t, dir, append([]string{"load", "--table", "t", "--to", "duckdb:x.duckdb"}, args...)...).expect(t, code)
	}
	load(0, write(t, dir, "a.csv", "id,name\n1,one\n"))
	// Renamed to a column that is there, to one that is new, and left out.
	load(0, write(t, dir, "b.csv", "ID,title,zip,junk\n2,two,01234,x\n"), "--rename", "title=name", "--rename", "zip=code", "--exclude", "junk", "--column", "code=text")
	load(0, write(t, dir, "c.jsonl", `{"id":3,"title":"three","zip":7,"junk":[1]}`+"\n"+`{"id":4,"late":1.5}`+"\n"),
		"--rename", "title=name", "--rename", "zip=code", "--exclude", "junk", "--meta", "row")
	if err := os.Mkdir("year=2024", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "year=2024/d.jsonl", `{"id":5,"geo":{"lat":1.5}}`+"\n")
	load(0, "year=2024/d.jsonl", "--hive", "--flatten")
	// Of these, only the selected one would be new.
	got := load(3, write(t, dir, "e.csv", "id,extra,other\n6,x,y\n"), "--select", "id,extra", "--on-new-column", "fail")
	if want := `column "extra" of the file is not in the table`; !strings.Contains(got.err, want) {
		t.Errorf("%s, want %s", got.err, want)
	}
	load(0, write(t, dir, "f.csv", "id,extra,name\n7,x,seven\n"), "--select", "id,extra,name", "--on-new-column", "ignore")
	rows := rowsOf(t, `SELECT concat_ws('|', id, coalesce(name,'-'), coalesce(code,'-'), coalesce(_row,-1), coalesce(late,-1), coalesce(year,-1), coalesce(geo_lat,-1)) FROM t WHERE id IS NOT NULL ORDER BY id`)
	if want := "1|one|-|-1|-1.0|-1|-1.0\n2|two|01234|-1|-1.0|-1|-1.0\n3|three|7|1|-1.0|-1|-1.0\n4|-|-|2|1.5|-1|-1.0\n5|-|-|-1|-1.0|2024|1.5\n7|seven|-|-1|-1.0|-1|-1.0"; rows != want {
		t.Errorf("%s\nwant\n%s", rows, want)
	}
}

// TestRescueBesideNewColumns: keys that the table lacks are added before they are
// rescued, unless none are to be added; the table gets the column for what is.
func TestRescueBesideNewColumns(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	load := func(args ...string) {
		t.Helper()
		sluice(t, dir, append([]string{"load", "--table", "t", "--to", "duckdb:x.duckdb", "--rescue"}, args...)...).expect(t, 0)
	}
	sluice(t, dir, "load", "--table", "t", "--to", "duckdb:x.duckdb", write(t, dir, "a.csv", "id,n\n1,1\n")).expect(t, 0)
	load(write(t, dir, "b.jsonl", `{"id":2,"n":"many","new":true}`+"\n"))
	load(write(t, dir, "c.jsonl", `{"id":3,"n":3,"newer":[1]}`+"\n"), "--on-new-column", "fail")
	load(write(t, dir, "d.csv", "id,n,newest\n4,x,4\n"))
	load(write(t, dir, "e.csv", "id,n,last\n5,5,x\n6,6,\n"), "--on-new-column", "fail")
	// Begun with a column that was rescued, a file is read on so, whatever is said now.
	broken := write(t, dir, "f.csv", "id,n,last\n7,7,x\n8\n9,9,y\n")
	sluice(t, dir, "load", "--table", "t", "--to", "duckdb:x.duckdb", "--rescue", broken, "--on-new-column", "fail").expect(t, 3)
	load(broken, "--on-bad-row", "skip")
	rows := rowsOf(t, `SELECT concat_ws('|', id, coalesce(n,-1), coalesce(new::text,'-'), coalesce(newest,-1), coalesce(_rescue::text,'-')) FROM t ORDER BY id`)
	if want := `1|1|-|-1|-` + "\n" + `2|-1|true|-1|{"n":"many"}` + "\n" + `3|3|-|-1|{"newer":[1]}` + "\n" + `4|-1|-|4|{"n":"x"}` + "\n" + `5|5|-|-1|{"last":"x"}` + "\n" + `6|6|-|-1|-` + "\n" + `7|7|-|-1|{"last":"x"}` + "\n" + `9|9|-|-1|{"last":"y"}`; rows != want {
		t.Errorf("%s\nwant\n%s", rows, want)
	}
}

// TestRescueOfParquet: what a table cannot hold of a file of columns with types of
// their own, and comes back as the same values from the column that it is put into.
func TestRescueOfParquet(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	made, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	if _, err := made.Exec(`COPY (SELECT * FROM (VALUES
		(1::BIGINT, '7', [1, NULL], 12345678901234567890.123456789::DECIMAL(38,9), TIMESTAMP '2024-02-29 12:00:00.5', 'NaN'::DOUBLE),
		(2, 'many', NULL, NULL, NULL, 0.1), (3, NULL, [], -0.5, TIMESTAMP '1969-12-31 23:59:59', NULL)
	) t(id, n, l, d, ts, f)) TO 'a.parquet' (FORMAT parquet)`); err != nil {
		t.Fatal(err)
	}
	load := func(code int, args ...string) outcome {
		t.Helper()
		return sluice(t, dir, append([]string{"load", "--table", "t", "--to", "duckdb:x.duckdb", "--no-file-id"}, args...)...).expect(t, code)
	}
	load(0, write(t, dir, "t.csv", "id,n,l,_rescue\n0,0,1,\n"), "--column", "_rescue=json")
	if got := load(3, "a.parquet", "--on-new-column", "fail"); !strings.Contains(got.err, `column "d" of the file is not in the table`) {
		t.Errorf("without --rescue: %s", got.err)
	}
	load(0, "a.parquet", "--on-new-column", "fail", "--rescue")
	same(t, "the table", rowsOf(t, `SELECT concat_ws('|', id, coalesce(n, -1), coalesce(l, -1), _rescue::VARCHAR) FROM t WHERE id > 0 ORDER BY id`), `
1|7|-1|{"l":[1,null],"d":12345678901234567890.123456789,"ts":"2024-02-29 12:00:00.5","f":"NaN"}
2|-1|-1|{"n":"many","f":0.1}
3|-1|-1|{"l":[],"d":-0.500000000,"ts":"1969-12-31 23:59:59"}`)
	write(t, dir, "back.jsonl", rowsOf(t, `SELECT concat('{"id":', id, ',', substr(_rescue::VARCHAR, 2)) FROM t WHERE id > 0`))
	sluice(t, dir, "load", "back.jsonl", "--table", "b", "--to", "duckdb:x.duckdb", "--column", "d=decimal(38,9)", "--column", "ts=timestamp", "--column", "f=text").expect(t, 0)
	same(t, "as they were", rowsOf(t, `SELECT count(*)::VARCHAR FROM b JOIN 'a.parquet' p USING (id)
		WHERE b.d IS NOT DISTINCT FROM p.d AND b.ts IS NOT DISTINCT FROM p.ts AND b.f::DOUBLE IS NOT DISTINCT FROM p.f`), "3")
}
