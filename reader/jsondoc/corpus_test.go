package jsondoc

import (
	"bufio"
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
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

// load reads a document as its sample says, leaving bad records out.
func load(t *testing.T, f reader.Format, data string, hints reader.Hints) (reader.Sample, *readertest.Result, error) {
	t.Helper()
	s, err := f.Sample(t.Context(), inMemory(data), hints)
	if err != nil {
		if abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%v (%v)", err, abstract.ClassOf(err))
		}
		return s, &readertest.Result{}, err
	}
	got, err := readertest.Read(t.Context(), t, f, reader.Request{
		File: inMemory(data), Dialect: s.Dialect, Schema: readertest.Suggested(s), OnBadRow: reader.SkipRow,
		Limits: reader.NewLimits(32<<20, 2), BatchBytes: 64 << 10,
	}, nil)
	return s, got, err
}

// Each document of the suite is a value in a record, and what is around one. It
// must be taken and refused alike, however its bytes come.
func TestJ14JSONTestSuite(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(readertest.Corpus(t), "JSONTestSuite", "test_parsing", "*.json"))
	kinds := map[byte]int{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		document := strings.TrimRight(mustRead(t, path), "\n")
		kinds[name[0]]++
		good := map[string]bool{}
		for place, req := range map[string]reader.Request{
			"in":     request(`[{"v":`+document+"}]", "", "v=json"),
			"behind": request(`{"r":[{"v":1}],"x":`+document+"}", "r", "v=json"),
			"ahead":  request(`{"x":`+document+`,"r":[{"v":1}]}`, "r", "v=json"),
		} {
			for _, size := range []int64{0, 1, 3} {
				req.OnBadRow, req.BatchBytes = reader.SkipRow, size
				got, err := read(t, req)
				ok := err == nil && got.Rejected == 0 && len(got.Rows) == 1
				if err != nil && abstract.ClassOf(err) != abstract.FileOnly {
					t.Errorf("%s %s: %v", name, place, err)
				}
				if before, known := good[place]; known && before != ok || name[0] == 'y' && !ok || name[0] == 'n' && ok {
					t.Errorf("%s %s, blocks of %d bytes: %d rows, rejected %q, %v", name, place, size, len(got.Rows), got.Reasons, err)
				}
				good[place] = ok
			}
		}
		// What is left to the reader is the same everywhere, and as in JSON lines.
		req := request(`{"v":`+document+"}", "", "v=json")
		req.Dialect.Format, req.OnBadRow = jsonl.Name, reader.SkipRow
		lines, err := readertest.Read(t.Context(), t, jsonl.New(), req, nil)
		if asLine := err == nil && lines.Rejected == 0; name[0] == 'i' && (good["in"] != asLine || good["behind"] != asLine || good["ahead"] != asLine) {
			t.Errorf("%s: taken %v, as a line %v", name, good, asLine)
		}
	}
	if kinds['y'] != 95 || kinds['n'] != 188 || kinds['i'] != 35 {
		t.Errorf("documents: %d y_, %d n_, %d i_", kinds['y'], kinds['n'], kinds['i'])
	}
}

// Python's reader counted the elements of the arrays.
func TestCorpusCounts(t *testing.T) {
	dir := readertest.Corpus(t)
	checked := map[string]int{}
	lines := bufio.NewScanner(strings.NewReader(mustRead(t, dir, "expected.tsv")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 6 || fields[3] != "json" || strings.HasPrefix(fields[0], "JSONTestSuite/") {
			continue
		}
		data, want := mustRead(t, dir, fields[0]), 1
		for _, format := range []reader.Format{New(), Auto(jsonl.New())} {
			s, got, err := load(t, format, data, reader.Hints{})
			kind := "one object"
			switch _, err2 := fmt.Sscanf(fields[5], "accept top=list len=%d", &want); {
			case err != nil && strings.Contains(err.Error(), "none of its first"):
				kind = "no objects"
			case strings.Contains(fields[5], "reject"):
				if kind = "not one document"; err != nil {
					kind = "refused"
				}
			case err != nil || got.Records() != int64(want) || s.Records != min(want, 20480):
				t.Errorf("%s: %d records, sample %d, %v; want %s", fields[0], got.Records(), s.Records, err, fields[5])
			case err2 == nil:
				kind = "array"
			}
			checked[kind]++
		}
	}
	t.Logf("%v", checked)
	if checked["array"] < 60 || checked["one object"] < 300 {
		t.Errorf("files: %v", checked)
	}
}

// Records at a path are those that the standard library finds there, byte for
// byte.
func TestJ15CorpusPaths(t *testing.T) {
	dir := readertest.Corpus(t)
	total := map[string]int{}
	for pattern, path := range map[string]string{
		"cloudtrail/CloudTrail/*.json": "Records", "aws-events/events/testdata/s*-event*.json": "Records",
		"aws-events/samcli/lib/generated_sample_events/events/*/*.json": "Records",
		"simdjson-data/jsonexamples/twitter.json":                       "statuses", "simdjson-data/jsonexamples/apache_builds.json": "jobs",
		"simdjson-data/jsonexamples/citm_catalog.json": "performances", "simdjson-data/jsonexamples/google_maps_api_response.json": "rows",
		"vega/data/londonTubeLines.json": "objects.line.geometries", "vega/data/us-10m.json": "objects.counties.geometries", "vega/data/world-110m.json": "objects.countries.geometries",
	} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		if len(files) == 0 {
			t.Errorf("no files %s", pattern)
		}
		for _, name := range files {
			data := mustRead(t, name)
			want := elementsOf(data, strings.Split(path, "."))
			req := request(data, path)
			s, got, err := load(t, Auto(jsonl.New()), data, at(path))
			if err != nil || len(got.Rows) != len(want) {
				t.Errorf("%s at %s: %d rows, %d rejected %q, %v; want %d", name, path, len(got.Rows), got.Rejected, got.Reasons, err, len(want))
				continue
			}
			req.Dialect = s.Dialect
			for _, c := range s.Columns {
				req.Schema = append(req.Schema, abstract.Column{Name: c.Name, Type: abstract.JSON})
			}
			req.BatchBytes = 1000
			if got, err = read(t, req); err != nil {
				t.Fatal(err)
			}
			for i, row := range got.Rows {
				for c, value := range row {
					if text, _ := value.(string); text != string(want[i][req.Schema[c].Name]) && (value != nil || string(want[i][req.Schema[c].Name]) != "null") {
						t.Fatalf("%s: row %d, column %s: %.100q, want %.100q", name, i, req.Schema[c].Name, text, want[i][req.Schema[c].Name])
					}
				}
			}
			total[pattern] += len(want)
		}
	}
	t.Logf("%v", total)
	if total["cloudtrail/CloudTrail/*.json"] != 1008 {
		t.Errorf("%d records of CloudTrail", total["cloudtrail/CloudTrail/*.json"])
	}
}

// elementsOf is the array at a path, or the one object, as the standard library
// has it.
func elementsOf(data string, path []string) (list []map[string]stdjson.RawMessage) {
	value := stdjson.RawMessage(data)
	for _, key := range path {
		var object map[string]stdjson.RawMessage
		if stdjson.Unmarshal(value, &object) != nil {
			return nil
		}
		value = object[key]
	}
	if stdjson.Unmarshal(value, &list) != nil {
		return nil
	}
	return list
}

// The same table as CSV and as an array is the same rows, but for "", which CSV
// writes as it does NULL.
func TestCorpusTwins(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "csv-spectrum")
	files, _ := filepath.Glob(filepath.Join(dir, "json", "*.json"))
	for _, name := range files {
		twin := strings.TrimSuffix(filepath.Base(name), ".json")
		file := inMemory(mustRead(t, dir, "csvs", twin+".csv"))
		s, err := csv.New().Sample(t.Context(), file, reader.Hints{})
		if err != nil {
			t.Fatal(err)
		}
		req := request(mustRead(t, name), "")
		for _, c := range s.Columns {
			req.Schema = append(req.Schema, abstract.Column{Name: c.Name, Type: abstract.Text})
		}
		got, err := read(t, req)
		if err != nil {
			t.Errorf("%s: %v", twin, err)
			continue
		}
		req.File, req.Dialect, req.Limits = file, s.Dialect, reader.NewLimits(0, 2)
		want, err := readertest.Read(t.Context(), t, csv.New(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range want.Rows {
			for i := range row {
				if row[i] == nil {
					row[i] = ""
				}
				if text := row[i].(string); twin == "newlines_crlf" { // its CSV file has LF there
					row[i] = strings.ReplaceAll(text, "\n", "\r\n")
				}
			}
		}
		if diff := readertest.Diff(got.Rows, want.Rows); diff != "" {
			t.Errorf("%s: %s", twin, diff)
		}
	}
	if len(files) != 11 {
		t.Errorf("%d twins", len(files))
	}
}

// Whatever is in a file, it ends in rows or in an error of that file.
func TestCorpusNeverPanics(t *testing.T) {
	dir := readertest.Corpus(t)
	files := 0
	for _, folder := range []string{"blns", "csvkit", "JSONTestSuite", "arrow-testing", "simdjson-data", "avro"} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			data := mustRead(t, path)
			for _, hints := range []reader.Hints{{}, at("r")} {
				load(t, New(), data, hints)
				load(t, Auto(jsonl.New()), data, hints)
				req := request(data, "", "a=text", "b=json", "c=int64")
				req.Dialect.RecordsPath, req.OnBadRow = hints.RecordsPath, reader.SkipRow
				if _, err := read(t, req); err != nil && abstract.ClassOf(err) != abstract.FileOnly && !bytes.Contains([]byte(err.Error()), []byte("dialect")) {
					t.Errorf("%s: %v", path, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 350 {
		t.Errorf("%d files", files)
	}
}
