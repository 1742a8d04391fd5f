package jsonl

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func mustRead(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// optional are the documents of which JSONTestSuite leaves it to the reader,
// and that are refused here. docs/formats.md has the rules.
func optional() map[string]string {
	const surrogate, utf8 = "half of a surrogate pair", "not valid UTF-8"
	refused := map[string]string{
		"i_object_key_lone_2nd_surrogate":                surrogate,
		"i_string_1st_surrogate_but_2nd_missing":         surrogate,
		"i_string_1st_valid_surrogate_2nd_invalid":       surrogate,
		"i_string_UTF-16LE_with_BOM":                     utf8,
		"i_string_UTF-8_invalid_sequence":                utf8,
		"i_string_UTF8_surrogate_U+D800":                 utf8,
		"i_string_incomplete_surrogate_and_escape_valid": surrogate,
		"i_string_incomplete_surrogate_pair":             surrogate,
		"i_string_incomplete_surrogates_escape_valid":    surrogate,
		"i_string_invalid_lonely_surrogate":              surrogate,
		"i_string_invalid_surrogate":                     surrogate,
		"i_string_invalid_utf-8":                         utf8,
		"i_string_inverted_surrogates_U+1D11E":           surrogate,
		"i_string_iso_latin_1":                           utf8,
		"i_string_lone_second_surrogate":                 surrogate,
		"i_string_lone_utf8_continuation_byte":           utf8,
		"i_string_not_in_unicode_range":                  utf8,
		"i_string_overlong_sequence_2_bytes":             utf8,
		"i_string_overlong_sequence_6_bytes":             utf8,
		"i_string_overlong_sequence_6_bytes_null":        utf8,
		"i_string_truncated-utf-8":                       utf8,
		"i_string_utf16BE_no_BOM":                        utf8,
		"i_string_utf16LE_no_BOM":                        utf8,
		"i_structure_UTF-8_BOM_empty_object":             "it is not JSON", // a mark in the middle of a line
	}
	return refused
}

// Each document of the suite is the value of a record. In those that must be
// accepted a line end, which JSON Lines cannot have, is made a space; those
// that must be rejected are left as they are.
func TestJ14JSONTestSuite(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(readertest.Corpus(t), "JSONTestSuite", "test_parsing", "*.json"))
	kinds := map[byte]int{}
	var accepted []string
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		document := strings.TrimRight(mustRead(t, path), "\n")
		if name[0] == 'y' {
			document = strings.ReplaceAll(document, "\n", " ")
		}
		kinds[name[0]]++
		req := request(`{"v":`+document+"}\n", "v=json")
		req.OnBadRow = reader.SkipRow
		got, err := read(t, req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if ok := got.Rejected == 0; name[0] == 'y' && !ok || name[0] == 'n' && (ok || len(got.Rows) > 0) {
			t.Errorf("%s: %d rows, rejected %q", name, len(got.Rows), got.Reasons)
		}
		if name[0] != 'i' {
			continue
		}
		if got.Rejected == 0 {
			accepted = append(accepted, name)
		}
		if why := optional()[name]; got.Rejected == 0 && why != "" || got.Rejected > 0 && (why == "" || !strings.Contains(got.Reasons[0], why)) {
			t.Errorf("%s: rejected %q, want %q", name, got.Reasons, why)
		}
	}
	if kinds['y'] != 95 || kinds['n'] != 188 || kinds['i'] != 35 {
		t.Errorf("documents: %d y_, %d n_, %d i_", kinds['y'], kinds['n'], kinds['i'])
	}
	t.Logf("accepted: %q", accepted)
}

// Python's reader counted the lines that are JSON. Some are no records here.
func TestCorpusCounts(t *testing.T) {
	dir := readertest.Corpus(t)
	// Lines that are JSON there and bad here, by the reason.
	stricter := map[string]string{
		"duckdb-json/data/json/duplicate_key.ndjson":               `record 3 at byte 85: key "id" is there twice`,
		"duckdb-json/data/json/internal_3197.json":                 `record 1 at byte 0: key "name" is there twice`,
		"duckdb-json/data/json/duplicate_column_names.json":        `keys "id" and "Id" are the same column`,
		"duckdb-json/data/json/15601/bunch_of_key_collisions.json": `keys "duck" and "Duck" are the same column`,
	}
	checked := map[string]int{}
	eachJSON(t, dir, func(name, oracle string) {
		good, bad, single := 0, 0, 0
		lines := strings.Contains(oracle, "lines ok=")
		if _, counts, ok := strings.Cut(oracle, "as NDJSON: ok="); ok {
			fmt.Sscanf(counts, "%d", &good)
		} else if lines {
			fmt.Sscanf(oracle, "lines ok=%d bad=%d", &good, &bad)
		} else if strings.HasPrefix(oracle, "accept  top=dict") {
			single = 1
		}
		s, got, err := load(t, inMemory(mustRead(t, dir, name)))
		kind := "read"
		switch {
		case err != nil && good == 0 && strings.Contains(err.Error(), "JSON array"):
			kind = "array"
		case err != nil && strings.Contains(err.Error(), "its first line is an array"):
			kind = "lines of arrays"
		case err != nil && good == 0 && strings.Contains(err.Error(), "over several lines"):
			kind = "over several lines"
		case stricter[name] != "":
			kind = "stricter"
			if reasons := fmt.Sprint(got.Reasons, err); !strings.Contains(reasons, stricter[name]) {
				t.Errorf("%s: %s, want …%s", name, reasons, stricter[name])
			}
		case err != nil:
			kind = err.Error()[strings.Index(err.Error(), ": "):]
			if good > 0 || single > 0 {
				t.Errorf("%s: %v; %s", name, err, oracle)
			}
		case good > 0 && len(got.Rows) != good || lines && got.Rejected != int64(bad) || single > 0 && len(got.Rows) != 1:
			t.Errorf("%s: %d rows, %d rejected %q, sample %v; want %s", name, len(got.Rows), got.Rejected, got.Reasons, s.Notes, oracle)
		}
		checked[kind]++
	})
	t.Logf("%v", checked)
	if checked["read"] < 25 || checked["array"] < 5 || checked["over several lines"] < 5 {
		t.Errorf("files: %v", checked)
	}
}

// load reads a file as its sample says, leaving bad records out.
func load(t *testing.T, file reader.File) (reader.Sample, *readertest.Result, error) {
	t.Helper()
	s, err := New().Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		if abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%v (%v)", err, abstract.ClassOf(err))
		}
		return s, &readertest.Result{}, err
	}
	got, err := readertest.Read(t.Context(), t, New(), reader.Request{
		File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), OnBadRow: reader.SkipRow,
		Limits: reader.NewLimits(32<<20, 2), BatchBytes: 64 << 10,
	}, nil)
	return s, got, err
}

// eachJSON calls f with the files of JSON and what Python found.
func eachJSON(t *testing.T, dir string, f func(name, oracle string)) {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(mustRead(t, dir, "expected.tsv")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 6 || !strings.HasPrefix(fields[3], "ndjson") && fields[3] != "json" || strings.HasPrefix(fields[0], "JSONTestSuite/") {
			continue
		}
		f(fields[0], fields[5])
	}
}

// The same table as CSV and as JSON lines is the same rows. In the one pair
// there is, somebody rounded the last column down for JSON.
func TestCorpusTwins(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "dlt-samples/tests/common/storages/samples")
	s, got, err := load(t, inMemory(mustRead(t, dir, "jsonl/mlb_players.jsonl")))
	if err != nil {
		t.Fatal(err)
	}
	file := inMemory(mustRead(t, dir, "csv/mlb_players.csv"))
	twin, err := csv.New().Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	schema := readertest.Suggested(twin)
	want, err := readertest.Read(t.Context(), t, csv.New(), reader.Request{File: file, Dialect: twin.Dialect, Schema: schema, Limits: reader.NewLimits(0, 2)}, nil)
	if err != nil || len(want.Rows) != 1034 {
		t.Fatal(len(want.Rows), err)
	}
	const age = 5
	for _, row := range want.Rows {
		if v, ok := row[age].(float64); ok {
			row[age] = int64(v)
		}
	}
	schema[age].Type = abstract.Int64
	if mine := readertest.Suggested(s); !slices.Equal(mine, schema) {
		t.Errorf("schema %v, the twin's %v", mine, schema)
	}
	if diff := readertest.Diff(got.Rows, want.Rows); diff != "" {
		t.Error(diff)
	}
}

// Whatever is in a file, it ends in rows or in an error of that file.
func TestCorpusNeverPanics(t *testing.T) {
	dir := readertest.Corpus(t)
	files := 0
	for _, folder := range []string{"duckdb-csv/data/csv/test", "blns", "csvkit", "JSONTestSuite", "arrow-testing", "simdjson-data", "hyparquet"} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			file := inMemory(mustRead(t, path))
			load(t, file)
			req := request("", "a", "b=json", "c=int64")
			req.File, req.OnBadRow = file, reader.SkipRow
			if _, err := read(t, req); err != nil && abstract.ClassOf(err) != abstract.FileOnly && !bytes.Contains([]byte(err.Error()), []byte("dialect")) {
				t.Errorf("%s: %v", path, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 400 {
		t.Errorf("%d files", files)
	}
}
