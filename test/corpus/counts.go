package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	pythonCSV  = regexp.MustCompile(`^records=(\d+) first_width=(\d+) widths=(\{.*\})`)
	duckdbRows = regexp.MustCompile(`rows=(\d+) cols=(\d+)`)
	duckdbFull = regexp.MustCompile(`non_null=\[([\d, ]*)\]`)
	someRows   = regexp.MustCompile(`^(?:lines|rows)=(\d+)`)
)

func number(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64) // a pattern has matched
	return n
}

// compareCSV compares records, columns and ragged rows with Python's reading
// of the same dialect, or else rows and columns with what DuckDB guessed.
func compareCSV(f file, args []string, t table) (kind, string) {
	if t.failed != "" {
		return rejected, t.failed
	}
	python, duckdb := pythonCSV.FindStringSubmatch(f.python), duckdbRows.FindStringSubmatch(f.duckdb)
	if slices.Contains(args, "--delimiter") || slices.Contains(args, "--quote") || slices.Contains(args, "--escape") || strings.Contains(f.facts, "utf16") {
		python = nil // it was told neither
	}
	if duckdb != nil && number(duckdb[1]) == t.rows && number(duckdb[2]) == int64(len(t.columns)) && t.rejected == 0 {
		return agreed, ""
	}
	if python != nil && ragged(python, args, t) {
		return agreed, ""
	}
	if python == nil && (duckdb == nil || slices.Contains(args, "--escape")) { // nor did DuckDB know of escapes
		return notComparable, ""
	}
	return disagreed, text("%d rows and %d rejected of %d columns; Python %s; DuckDB %s", t.rows, t.rejected, len(t.columns), f.python, f.duckdb)
}

// ragged tells whether Python has found the same: as many records behind the header, and
// as many cells in it. Rows of another width are bad rows; empty lines are
// rows of one column, and nothing in a file of more.
func ragged(python, args []string, t table) bool {
	widths := map[string]int64{}
	if json.Unmarshal([]byte(python[3]), &widths) != nil {
		return false
	}
	want := number(python[1])
	if python[2] != "1" {
		want -= widths["0"]
	} else {
		widths["1"] += widths["0"]
	}
	odd := want - widths[python[2]]
	if !slices.Contains(args, "--no-header") {
		want--
	}
	return t.records() == want && t.rejected >= odd && int64(len(t.columns)) == number(python[2])
}

// compareParquet compares rows, columns and the values in each with DuckDB's.
func compareParquet(f file, t table) (kind, string) {
	duckdb := duckdbRows.FindStringSubmatch(f.duckdb)
	switch {
	case t.failed != "" && duckdb != nil:
		return disagreed, "DuckDB reads it: " + f.duckdb + "; here " + t.failed
	case t.failed != "":
		return rejected, t.failed
	case duckdb == nil:
		return notComparable, ""
	}
	// DuckDB makes columns of folders that are called name=value.
	folders := int64(strings.Count(f.path, "="))
	width := number(duckdb[2])
	same := t.records() == number(duckdb[1]) && width-folders <= int64(len(t.columns)) && int64(len(t.columns)) <= width
	if full := duckdbFull.FindStringSubmatch(f.duckdb); same && full != nil && t.rejected == 0 {
		for i, digits := range strings.Split(full[1], ", ") {
			same = same && (digits == "" || i >= len(t.columns) || number(digits) == t.columns[i].nonNull)
		}
	}
	if t.rejected > 0 {
		return disagreed, text("%d rejected rows, the first: %s", t.rejected, t.bad[0].reason)
	}
	if !same {
		return disagreed, text("%d rows of %v; DuckDB %s", t.rows, t.columns, f.duckdb)
	}
	return agreed, ""
}

// compareCount compares with a number of rows or lines.
func compareCount(f file, t table) (kind, string) {
	want := someRows.FindStringSubmatch(f.python)
	switch {
	case t.failed != "" && want != nil:
		return disagreed, f.python + "; here " + t.failed
	case t.failed != "":
		return rejected, t.failed
	case want == nil:
		return notComparable, ""
	case t.records() != number(want[1]):
		return disagreed, text("%d records, want %s", t.records(), f.python)
	}
	return agreed, ""
}
