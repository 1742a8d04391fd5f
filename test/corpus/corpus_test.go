package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Each exception quotes a rule that is there.
func TestRulesStandInTheDocs(t *testing.T) {
	if err := checkRules(filepath.Join("..", "..", "docs", "formats.md")); err != nil {
		t.Error(err)
	}
	other := filepath.Join(t.TempDir(), "other.md")
	if err := os.WriteFile(other, []byte("no rules"), 0o600); err != nil {
		t.Fatal(err)
	}
	if checkRules(other) == nil {
		t.Error("a rule that is not there is taken for one")
	}
}

func TestStale(t *testing.T) {
	path := exceptions[0].paths[1]
	files := []file{{path: path}}
	all := len(stale(nil, nil))
	if n := len(stale(files, []verdict{{kind: allowed}})); n != all-1 {
		t.Errorf("%d stale exceptions, want %d", n, all-1)
	}
	if n := len(stale(files, []verdict{{kind: agreed}})); n != all {
		t.Errorf("%d stale exceptions, want %d", n, all)
	}
}

func TestBroken(t *testing.T) {
	for _, test := range []struct {
		load load
		want kind
	}{
		{load{}, agreed},
		{load{code: 3, stderr: "failed: panic.csv: panic: in a name"}, agreed},
		{load{code: 2, stderr: "panic: oh\n\ngoroutine 1 [running]:"}, crashed},
		{load{code: 3, stderr: "fatal error: out of memory"}, crashed},
		{load{code: 1}, crashed},
		{load{code: -1, hung: true}, hung},
		{load{rss: mostRSS}, agreed},
		{load{rss: mostRSS + 1}, overBudget},
	} {
		if got, _ := test.load.broken(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.load, got, test.want)
		}
	}
}

func TestCompareCSV(t *testing.T) {
	two := []column{{"a", 1}, {"b", 1}}
	for _, test := range []struct {
		name, python, duckdb string
		table                table
		want                 kind
	}{
		{"the same", `records=4 first_width=2 widths={"2": 4}`, "", table{rows: 3, columns: two}, agreed},
		{"a row too few", `records=4 first_width=2 widths={"2": 4}`, "", table{rows: 2, columns: two}, disagreed},
		{"a column too few", `records=4 first_width=2 widths={"2": 4}`, "", table{rows: 3, columns: two[:1]}, disagreed},
		{"an empty line", `records=5 first_width=2 widths={"2": 4, "0": 1}`, "", table{rows: 3, columns: two}, agreed},
		{"a ragged row", `records=5 first_width=2 widths={"2": 4, "3": 1}`, "", table{rows: 3, rejected: 1, columns: two}, agreed},
		{"a ragged row that is taken", `records=5 first_width=2 widths={"2": 4, "3": 1}`, "", table{rows: 4, columns: two}, disagreed},
		{"DuckDB's", `records=9 first_width=2 widths={"2": 9}`, "auto rows=3 cols=2", table{rows: 3, columns: two}, agreed},
		{"refused", `records=9 first_width=2 widths={"2": 9}`, "", table{failed: "no"}, rejected},
		{"nobody knows", "", "auto ERR", table{rows: 3, columns: two}, notComparable},
	} {
		if got, why := compareCSV(file{python: test.python, duckdb: test.duckdb}, nil, test.table); got != test.want {
			t.Errorf("%s: %s %s, want %s", test.name, got, why, test.want)
		}
	}
}

func TestMisplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.csv"), []byte("a\n1\nx,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &corpus{dir: dir}
	bad := badRecord{record: 2, reason: "two cells", raw: []byte("x,y")}
	bad.offset.Int64, bad.offset.Valid = 4, true
	if why := c.misplaced(file{path: "f.csv", format: "csv"}, nil, table{rows: 1, rejected: 1, bad: []badRecord{bad}}); why != "" {
		t.Error(why)
	}
	bad.offset.Int64 = 3
	if c.misplaced(file{path: "f.csv", format: "csv"}, nil, table{rows: 1, rejected: 1, bad: []badRecord{bad}}) == "" {
		t.Error("a wrong offset is not noticed")
	}
}
