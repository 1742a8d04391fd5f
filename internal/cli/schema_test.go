package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/transfer"
)

// plan is what a dry run would do.
func planOf(t *testing.T, dir string, args ...string) (plan transfer.Plan) {
	t.Helper()
	got := sluice(t, dir, append([]string{"load", "--dry-run", "--json"}, args...)...).expect(t, 0)
	if err := json.Unmarshal([]byte(got.out), &plan); err != nil {
		t.Fatalf("%s: %v", got.out, err)
	}
	return plan
}

func columnsOf(plan transfer.Plan) string {
	var list []string
	for _, c := range plan.Schema {
		list = append(list, c.Name+"="+string(c.Type))
	}
	return strings.Join(list, " ")
}

// TestNewColumns: by default the table gets them, and a dry run tells.
func TestNewColumns(t *testing.T) {
	dir := t.TempDir()
	to := []string{"--to", "duckdb:" + dir + "/x.duckdb", "--table", "t"}
	load := func(code int, args ...string) outcome {
		t.Helper()
		return sluice(t, dir, append(append([]string{"load"}, args...), to...)...).expect(t, code)
	}
	load(0, write(t, dir, "a.csv", good))
	b := write(t, dir, "b.csv", "id,price,name\n4,1.5,four\n")
	got := load(3, b, "--on-new-column", "fail")
	if want := `column "price" of the file is not in the table`; !strings.Contains(got.err, want) {
		t.Errorf("%s, want %s", got.err, want)
	}
	got = load(0, b, "--dry-run")
	for _, want := range []string{"columns that these files would add:\n  price", "float64", `ADD COLUMN IF NOT EXISTS "price" DOUBLE;`} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%s, want %s", got.out, want)
		}
	}
	plan := planOf(t, dir, append(to, b)...)
	if len(plan.Added) != 1 || plan.Added[0].Name != "price" || columnsOf(plan) != "id=int64 name=text" {
		t.Errorf("the plan is %+v", plan)
	}
	load(0, b)
	load(0, write(t, dir, "c.jsonl", `{"id":5,"Price":2,"more":{"x":1}}`+"\n"), "--on-new-column", "ignore")
	if plan = planOf(t, dir, append(to, b)...); columnsOf(plan) != "id=int64 name=text price=float64" || len(plan.Added) > 0 {
		t.Errorf("the plan is %+v", plan)
	}
	// A type can be fixed for one that is still to come.
	load(0, write(t, dir, "d.jsonl", `{"id":6,"zip":"01234","late":null}`+"\n"), "--column", "zip=text", "--column", "other=bool")
	if plan = planOf(t, dir, append(to, b)...); columnsOf(plan) != "id=int64 name=text price=float64 zip=text" {
		t.Errorf("the plan is %+v", plan)
	}
}

// TestTypeConflict: a column is widened where that is asked for, and a dry run
// tells.
func TestTypeConflict(t *testing.T) {
	dir := t.TempDir()
	to := []string{"--to", "duckdb:" + dir + "/x.duckdb", "--table", "t"}
	load := func(code int, args ...string) outcome {
		t.Helper()
		return sluice(t, dir, append(append([]string{"load"}, args...), to...)...).expect(t, code)
	}
	load(0, write(t, dir, "a.csv", good))
	b := write(t, dir, "b.csv", "id,name\n4.5,four\n")
	if got := load(3, b); !strings.Contains(got.err, `"4.5" is not an int64`) {
		t.Errorf("%s", got.err)
	}
	got := load(0, b, "--dry-run", "--on-type-conflict", "widen")
	for _, want := range []string{"columns that these files would widen:\n  id", "int64 to decimal(20,1)", `ALTER COLUMN "id" SET DATA TYPE DECIMAL(20,1)`} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%s, want %s", got.out, want)
		}
	}
	load(0, b, "--on-type-conflict", "widen")
	load(3, write(t, dir, "c.csv", "id,name\nx,five\n"), "--on-type-conflict", "widen", "--column", "id=decimal(20,1)")
	if plan := planOf(t, dir, append(to, b)...); columnsOf(plan) != "id=decimal(20,1) name=text" || len(plan.Widened) > 0 {
		t.Errorf("the plan is %+v", plan)
	}
}

// TestTypeConflictToStdout: rows are printed with the types known by then.
func TestTypeConflictToStdout(t *testing.T) {
	dir := t.TempDir()
	for n := range 10 {
		write(t, dir, fmt.Sprintf("a%d.csv", n), good)
	}
	write(t, dir, "b.csv", "id,name\nx,four\n")
	write(t, dir, "c.csv", "id,name\n5,five\n")
	got := sluice(t, dir, "load", dir, "--to", "stdout:", "--table", "t", "--workers", "1", "--on-type-conflict", "widen").expect(t, 0)
	want := `{"id":"x","name":"four"}` + "\n" + `{"id":"5","name":"five"}` + "\n"
	if !strings.HasSuffix(got.out, want) {
		t.Errorf("printed\n%s, want …%s", got.out, want)
	}
}

// TestNewColumnsToStdout: rows are printed with the columns known by then.
func TestNewColumnsToStdout(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", good)
	write(t, dir, "b.csv", "id,name\n4,four\n")
	write(t, dir, "c.csv", "name,id,price\nfive,5,1.5\n")
	got := sluice(t, dir, "load", dir, "--to", "stdout:", "--table", "t", "--workers", "1").expect(t, 0)
	want := `{"id":4,"name":"four"}` + "\n" + `{"id":5,"name":"five","price":1.5}` + "\n"
	if !strings.HasSuffix(got.out, want) {
		t.Errorf("printed\n%s, want …%s", got.out, want)
	}
}

// TestSchemaFile: what a dry run prints can be edited, and is the table.
func TestSchemaFile(t *testing.T) {
	dir := t.TempDir()
	to := []string{"--to", "duckdb:" + dir + "/x.duckdb", "--table", "t"}
	a := write(t, dir, "a.csv", good)
	schema := planOf(t, dir, append(to, a)...).Schema
	schema[0].Type, schema[1].Name = "text", "NAME"
	text, err := json.Marshal(append(schema[1:], schema[0]))
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, dir, "schema.json", string(text))
	load := func(code int, args ...string) outcome {
		t.Helper()
		return sluice(t, dir, append(append([]string{"load"}, args...), to...)...).expect(t, code)
	}
	load(0, a, "--schema", file)
	const want = "NAME=text id=text"
	if plan := planOf(t, dir, append(to, a, "--schema", file)...); columnsOf(plan) != want {
		t.Errorf("the plan is %+v", plan)
	}
	b := write(t, dir, "b.csv", "id,price,name\n4,1.5,four\n")
	if got := load(3, b, "--schema", file); !strings.Contains(got.err, `column "price" of the file is not in the table`) {
		t.Errorf("%s", got.err)
	}
	more := write(t, dir, "more.json", `{"columns":[{"name":"id","type":"text"},{"name":"price","type":"decimal(9,2)"}]}`)
	if got := load(2, b, "--schema", more); !strings.Contains(got.err, "has no such column") {
		t.Errorf("%s", got.err)
	}
	if plan := planOf(t, dir, append(to, b, "--schema", more, "--on-new-column", "add")...); len(plan.Added) != 1 || plan.Added[0].Type != "decimal(9,2)" {
		t.Errorf("the plan is %+v", plan)
	}
	fewer := write(t, dir, "fewer.json", `[{"name":"id","type":"text"}]`)
	if got := load(2, a, "--schema", fewer); !strings.Contains(got.err, `has a column "NAME"`) {
		t.Errorf("%s", got.err)
	}
	load(0, b, "--schema", more, "--on-new-column", "add")
	if plan := planOf(t, dir, append(to, a)...); columnsOf(plan) != want+" price=decimal(9,2)" {
		t.Errorf("the plan is %+v", plan)
	}
	bad := write(t, dir, "bad.json", "[\n {\"name\":\"a\",\"typ\":\"text\"}]")
	for args, want := range map[string]string{
		"--schema " + bad:                           `--schema: DIR/bad.json:2:14: unknown key "typ"`,
		"--schema " + dir + "/missing.json":         "no such file",
		"--schema " + file + " --column id=text":    "leave out --column",
		"--on-new-column drop":                      `--on-new-column "drop": use add, ignore or fail`,
		"--on-type-conflict text":                   `--on-type-conflict "text": use bad-row or widen`,
		"--on-type-conflict widen --schema " + file: "they are not widened",
	} {
		if got := load(2, append(strings.Fields(args), a)...); !strings.Contains(got.err, want) {
			t.Errorf("%s: %s, want %s", args, got.err, want)
		}
	}
}
