package avro

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data []byte) reader.File { return readertest.InMemory("f.avro", data) }

// readAll samples a file and reads all of it, with a change to the request.
func readAll(ctx context.Context, t testing.TB, data []byte, change func(*reader.Request)) (abstract.Schema, *readertest.Result, error) {
	t.Helper()
	file := inMemory(data)
	s, err := New().Sample(ctx, file, reader.Hints{})
	if err != nil {
		return nil, &readertest.Result{}, err
	}
	req := reader.Request{File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), Limits: reader.NewLimits(16<<20, 2)}
	if change != nil {
		change(&req)
	}
	got, err := readertest.Read(ctx, t, New(), req, nil)
	return req.Schema, got, err
}

var expected = regexp.MustCompile(`rows=(\d+)`)

// Each file has the records that the library of Avro finds in it, or is refused as
// it refuses it.
func TestCorpusCounts(t *testing.T) {
	dir := readertest.Corpus(t)
	list, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	checked := 0
	lines := bufio.NewScanner(list)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 6 || fields[3] != "avro" {
			continue
		}
		name, oracle := fields[0], fields[5]
		checked++
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		_, got, err := readAll(t.Context(), t, data, func(req *reader.Request) { req.Limits.Allocator = mem })
		mem.AssertSize(t, 0)
		switch want := expected.FindStringSubmatch(oracle); {
		case err != nil && abstract.ClassOf(err) != abstract.FileOnly:
			t.Errorf("%s: %v", name, err)
		case want != nil && !strings.HasPrefix(oracle, "rows="), want == nil:
			if err == nil {
				t.Errorf("%s: %d rows, the oracle: %s", name, len(got.Rows), oracle)
			}
		case err != nil || strconv.Itoa(len(got.Rows)) != want[1]:
			t.Errorf("%s: %d rows, %v; the oracle: %s", name, len(got.Rows), err, oracle)
		}
	}
	if checked < 45 {
		t.Errorf("only %d files were found", checked)
	}
}
