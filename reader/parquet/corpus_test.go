package parquet

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// corpus is the folder of files that nobody here wrote.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SLUICE_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	if _, err := os.Stat(filepath.Join(dir, "expected.tsv")); err != nil {
		t.Skip("no corpus: set SLUICE_CORPUS to the folder with expected.tsv")
	}
	return dir
}

// inMemory is a file with that content.
func inMemory(data []byte) reader.File {
	b := &readertest.Bucket{Files: map[string][]byte{"f.parquet": data}}
	return reader.File{Bucket: b, Info: b.Info("f.parquet")}
}

func schemaOf(s reader.Sample) (schema abstract.Schema) {
	for _, c := range s.Columns {
		schema = append(schema, abstract.Column{Name: c.Name, Type: c.Type()})
	}
	return schema
}

// readAll samples a file and reads all of it.
func readAll(ctx context.Context, t testing.TB, data []byte, limits *reader.Limits, onBad reader.OnBadRow) (reader.Sample, *readertest.Result, error) {
	t.Helper()
	file := inMemory(data)
	s, err := New().Sample(ctx, file, reader.Hints{})
	if err != nil {
		return s, &readertest.Result{}, err
	}
	got, err := readertest.Read(ctx, t, New(), reader.Request{
		File: file, Dialect: s.Dialect, Schema: schemaOf(s), Limits: limits, OnBadRow: onBad,
	}, nil)
	return s, got, err
}

var expected = regexp.MustCompile(`rows=(\d+) cols=\d+ non_null=\[([\d, ]*)\]`)

// Each file is agreed with DuckDB's reading of it, or refused with a reason.
func TestCorpusCounts(t *testing.T) {
	dir := corpus(t)
	counts := map[string]int{}
	var refused []string
	eachParquet(t, dir, func(name, oracle string) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		limits := reader.NewLimits(32<<20, 2)
		limits.Allocator = mem
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		_, got, err := readAll(ctx, t, data, limits, reader.SkipRow)
		if took := time.Since(start); took > 3*time.Second {
			t.Logf("%s: took %v", name, took)
		}
		mem.AssertSize(t, 0)
		if limits.InUse() != 0 {
			t.Errorf("%s: %d bytes are still in use", name, limits.InUse())
		}
		want := expected.FindStringSubmatch(oracle)
		switch {
		case err != nil && abstract.ClassOf(err) != abstract.FileOnly:
			counts["crashed or hung"]++
			t.Errorf("%s: %v (%v)", name, err, abstract.ClassOf(err))
		case err != nil && want == nil:
			counts["refused by both"]++
		case err != nil:
			counts["refused here"]++
			refused = append(refused, fmt.Sprintf("%s: %.250s", name, strings.ReplaceAll(err.Error(), "mem://test/f.parquet: ", "")))
		case want == nil:
			counts["refused by DuckDB only"]++
			t.Logf("%s: %d rows; DuckDB: %.100s", name, got.Records(), oracle)
		case want[1] != fmt.Sprint(got.Records()) || !strings.HasPrefix(want[2], nonNull(got)):
			counts["disagreed"]++
			t.Errorf("%s: %d records, %d rejected, not NULL %s; DuckDB %s", name, got.Records(), got.Rejected, nonNull(got), oracle)
		default:
			counts["agreed"]++
		}
		if got.Rejected > 0 {
			t.Logf("%s: %d rejected: %s", name, got.Rejected, got.Reasons[0])
		}
	})
	slices.Sort(refused)
	t.Logf("%v\nrefused here:\n%s", counts, strings.Join(refused, "\n"))
}

// nonNull counts the values of the first 30 columns, as the oracle does.
func nonNull(got *readertest.Result) string {
	if len(got.Rows) == 0 {
		return ""
	}
	counts := make([]int, min(30, len(got.Rows[0])))
	for _, row := range got.Rows {
		for i := range counts {
			if row[i] != nil {
				counts[i]++
			}
		}
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(counts), " ", ", "), "[]")
}

// eachParquet calls f with the Parquet files and what DuckDB found.
func eachParquet(t *testing.T, dir string, f func(name, oracle string)) {
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
		if len(fields) >= 7 && fields[3] == "parquet" {
			f(fields[0], fields[6])
		}
	}
}
