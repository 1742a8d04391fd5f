package csv

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// load reads a file of the corpus as one would without knowing it. The hints
// are those of the user who says what the name says.
func load(t *testing.T, path string, onBad reader.OnBadRow, asText bool) (reader.Sample, *readertest.Result, error) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	format := New()
	if strings.HasSuffix(path, ".tsv") {
		format = NewTSV()
	}
	file := inMemory(string(data))
	s, err := format.Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		return s, &readertest.Result{}, err
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	limits := reader.NewLimits(32<<20, 2)
	limits.Allocator = mem
	req := reader.Request{
		File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), OnBadRow: onBad,
		Limits: limits, BatchBytes: 64 << 10,
	}
	if asText {
		req = texts(req)
	}
	got, err := readertest.Read(t.Context(), t, format, req, func(int) error {
		// No file is so odd that it needs more than the budget.
		if held := int64(mem.CurrentAlloc()); held > limits.Limit() || limits.InUse() > limits.Limit() {
			t.Errorf("%s: %d bytes held, %d reserved, of %d", path, held, limits.InUse(), limits.Limit())
		}
		return nil
	})
	mem.AssertSize(t, 0)
	return s, got, err
}

// The expected rows of csv-spectrum stand beside its files.
func TestCorpusSpectrum(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "csv-spectrum")
	files, _ := filepath.Glob(filepath.Join(dir, "csvs", "*.csv"))
	if len(files) != 11 {
		t.Fatalf("%d files, want 11", len(files))
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		text, err := os.ReadFile(filepath.Join(dir, "json", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var want []map[string]string
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		if name == "newlines_crlf" {
			// Its CSV was checked out with LF line ends (its digest is that of
			// newlines.csv), its JSON was not.
			want[1]["a"] = strings.ReplaceAll(want[1]["a"], "\r\n", "\n")
		}
		s, got, err := load(t, path, reader.FailFile, true)
		if err != nil || len(got.Rows) != len(want) {
			t.Errorf("%s: %d rows, want %d, %v", name, len(got.Rows), len(want), err)
			continue
		}
		for i, row := range got.Rows {
			for c, column := range s.Dialect.Columns {
				if v, _ := row[c].(string); v != want[i][column] {
					t.Errorf("%s: row %d, %s: %q, want %q", name, i, column, v, want[i][column])
				}
			}
		}
	}
}

// The airlines of OpenFlights have escapes where others double quotes.
func TestCorpusEscapes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(readertest.Corpus(t), "openflights/data/airlines.dat"))
	if err != nil {
		t.Fatal(err)
	}
	file, hints := inMemory(string(data)), reader.Hints{NoHeader: true, Escape: '\\', Null: []string{`\N`}}
	s, err := New().Sample(t.Context(), file, hints)
	if err != nil {
		t.Fatal(err)
	}
	got, err := read(t, texts(reader.Request{File: file, Dialect: s.Dialect, Limits: reader.NewLimits(0, 2), BatchBytes: 4096}))
	if err != nil || len(got.Rows) != 6162 {
		t.Fatalf("%d rows, %v", len(got.Rows), err)
	}
	for _, row := range got.Rows {
		if text := fmt.Sprint(row); strings.Contains(text, `\"`) || strings.Contains(text, `\\`) {
			t.Errorf("an escape is left: %s", text)
		}
	}
}

// differences are the files that we refuse and Python's csv module does not,
// by what the error says.
func differences() map[string]string {
	const latin = "is not valid UTF-8" // V-08: no encoding is guessed, least of all in names
	return map[string]string{
		"fivethirtyeight/poll-of-pollsters/poll-of-pollsters-3.tsv":                   latin,
		"fivethirtyeight/poll-of-pollsters/poll-of-pollsters-anonymous-answers-7.tsv": latin,
		"fivethirtyeight/star-wars-survey/StarWars.csv":                               latin,
	}
}

// Python's reader counts every line that is not inside quotes, the header and
// empty ones included.
func TestCorpusCounts(t *testing.T) {
	dir := readertest.Corpus(t)
	checked := 0
	eachCSV(t, dir, []string{"csv-spectrum/", "rust-csv/", "fivethirtyeight/", "vega/"}, func(name, oracle, _ string) {
		var records, first int
		if n, _ := fmt.Sscanf(oracle, "records=%d first_width=%d", &records, &first); n != 2 {
			t.Errorf("%s: unexpected oracle %q", name, oracle)
			return
		}
		checked++
		empty := 0
		if _, widths, ok := strings.Cut(oracle, `"0": `); ok && first != 1 {
			fmt.Sscanf(widths, "%d", &empty)
		}
		_, got, err := load(t, filepath.Join(dir, name), reader.SkipRow, true)
		if why, known := differences()[name]; known {
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: error %v, want …%s", name, err, why)
			}
			return
		}
		if err != nil || got.Records() != int64(records-1-empty) {
			t.Errorf("%s: %d records, want %d, %v", name, got.Records(), records-1-empty, err)
		}
		if got.Rejected > 0 {
			t.Logf("%s: %d of %d records rejected, the first: %s", name, got.Rejected, got.Records(), got.Reasons[0])
		}
	})
	if checked < 50 {
		t.Errorf("only %d files checked", checked)
	}
}

// Files in other encodings give the rows that they give when they are converted
// before, by a library that is not ours.
func TestCorpusEncodings(t *testing.T) {
	dir := readertest.Corpus(t)
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	for _, test := range []struct {
		name, declared, found string
		by                    encoding.Encoding
		rows                  int
	}{
		{"csvkit/examples/test_utf16_big.csv", "", "utf-16be", utf16, 2},
		{"csvkit/examples/test_utf16_little.csv", "", "utf-16le", utf16, 2},
		{"csvkit/examples/test_utf16_little.csv", "utf-16", "utf-16le", utf16, 2},
		{"csvkit/examples/test_latin1.csv", "latin1", "latin1", charmap.ISO8859_1, 2},
		{"duckdb-csv/data/csv/encodings/utf16.csv", "", "utf-16le", utf16, 20},
		{"duckdb-csv/data/csv/encodings/utf16.csv.gz", "utf-16le", "utf-16le", utf16, 20},
		{"duckdb-csv/data/csv/encodings/only_utf16.csv", "", "utf-16le", utf16, 5},
		{"rust-csv/examples/data/uspop-latin1.csv", "latin1", "latin1", charmap.ISO8859_1, 100},
		{"rust-csv/examples/data/uspop-latin1.csv", "windows-1252", "windows-1252", charmap.Windows1252, 100},
		{"fivethirtyeight/poll-of-pollsters/poll-of-pollsters-3.tsv", "windows-1252", "windows-1252", charmap.Windows1252, 27},
	} {
		data, err := os.ReadFile(filepath.Join(dir, test.name))
		if err != nil {
			t.Fatal(err)
		}
		format := New()
		if strings.HasSuffix(test.name, ".tsv") {
			format = NewTSV()
		}
		all := func(data []byte, encoding string) (*readertest.Result, reader.Dialect) {
			file := inMemory(string(data))
			s, err := format.Sample(t.Context(), file, reader.Hints{Encoding: encoding})
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			req := texts(reader.Request{File: file, Dialect: s.Dialect, OnBadRow: reader.SkipRow, Limits: reader.NewLimits(0, 2), BatchBytes: 100})
			got, err := readertest.Read(t.Context(), t, format, req, nil)
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			return got, s.Dialect
		}
		got, d := all(data, test.declared)
		if strings.HasSuffix(test.name, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if data, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		text, err := test.by.NewDecoder().Bytes(data)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := all(text, "")
		if diff := readertest.Diff(got.Rows, want.Rows); diff != "" || got.Rejected != want.Rejected || d.Encoding != test.found || len(got.Rows) != test.rows {
			t.Errorf("%s in %q: %s; %d rows, want %d; %d rejected, want %d", test.name, d.Encoding, diff, len(got.Rows), test.rows, got.Rejected, want.Rejected)
		}
		t.Logf("%s in %s: %d rows, %d rejected", test.name, d.Encoding, len(got.Rows), got.Rejected)
	}
}

// Whatever is in a file, it ends in rows or in an error of that file, and
// records are rows or rejected.
func TestCorpusNeverPanics(t *testing.T) {
	dir := readertest.Corpus(t)
	read, refused, files := 0, map[string]int{}, 0
	err := filepath.WalkDir(filepath.Join(dir, "duckdb-csv"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		for _, onBad := range []reader.OnBadRow{reader.FailFile, reader.SkipRow} {
			s, got, err := load(t, path, onBad, false)
			if err != nil && abstract.ClassOf(err) != abstract.FileOnly {
				t.Errorf("%s: %v (%v)", path, err, abstract.ClassOf(err))
			}
			if onBad == reader.FailFile {
				continue
			}
			if err == nil {
				read++
				if s.Complete && got.Records() != int64(s.Records) {
					t.Errorf("%s: %d records, the sample had %d", path, got.Records(), s.Records)
				}
				continue
			}
			refused[kind(err)]++
		}
		return nil
	})
	if err != nil || files < 500 {
		t.Fatalf("%d files, %v", files, err)
	}
	t.Logf("%d files: %d read, refused: %v", files, read, refused)
}

// kind sorts refusals by rule.
func kind(err error) string {
	for _, k := range []string{"NUL byte", "not valid UTF-8", "the header cannot be read", "UTF-16", "more than 4096", "longer than", "gzip", "zstd"} {
		if strings.Contains(err.Error(), k) {
			return k
		}
	}
	return err.Error()
}

// eachCSV calls f with the CSV files of some folders, and what Python and DuckDB
// found.
func eachCSV(t *testing.T, dir string, folders []string, f func(name, python, duckdb string)) {
	t.Helper()
	list, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 7 || fields[3] != "csv" {
			continue
		}
		for _, folder := range folders {
			if strings.HasPrefix(fields[0], folder) {
				f(fields[0], fields[5], fields[6])
			}
		}
	}
}
