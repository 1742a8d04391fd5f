package stdout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/stdout"
	"github.com/seed-ede61cd5/sluice/target/targettest"
)

func TestConformance(t *testing.T) {
	var mu sync.Mutex
	printed := map[target.Target]*bytes.Buffer{}
	targettest.Run(t, targettest.Harness{
		NoLedger:  true,
		CaseTwins: true,
		Open: func(context.Context, *testing.T, string) (target.Target, error) {
			mu.Lock()
			defer mu.Unlock()
			var out bytes.Buffer
			db := stdout.New(&out)
			printed[db] = &out
			return db, nil
		},
		Rows: func(t *testing.T, db target.Target, _ string, schema abstract.Schema) (rows [][]any) {
			mu.Lock()
			defer mu.Unlock()
			for line := range strings.Lines(printed[db].String()) {
				rows = append(rows, parse(t, line, schema))
			}
			return rows
		},
	})
}

// parse reads a line back by the types of its columns.
func parse(t *testing.T, line string, schema abstract.Schema) []any {
	t.Helper()
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &object); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	row := make([]any, len(schema))
	for n, column := range schema {
		text, ok := object[column.Name]
		if !ok {
			t.Fatalf("%q has no key %q", line, column.Name)
		}
		if string(text) == "null" {
			continue
		}
		var err error
		switch column.Type {
		case abstract.Bool:
			row[n], err = read[bool](text)
		case abstract.Int64:
			row[n], err = read[int64](text)
		case abstract.Float64:
			row[n], err = read[float64](text)
		case abstract.Text, abstract.Time, abstract.UUID:
			row[n], err = read[string](text)
		case abstract.Bytes:
			row[n], err = read[[]byte](text)
		case abstract.JSON:
			row[n] = string(text)
		default:
			if _, _, ok := column.Type.Decimal(); ok {
				row[n] = string(text)
				continue
			}
			layout := map[abstract.Type]string{
				abstract.Date: `"2006-01-02"`, abstract.Timestamp: `"2006-01-02T15:04:05"`, abstract.TimestampTZ: `"2006-01-02T15:04:05Z"`,
			}[column.Type]
			row[n], err = time.Parse(layout, string(text))
		}
		if err != nil {
			t.Fatalf("%s of %q: %v", column.Name, line, err)
		}
	}
	return row
}

func read[T any](text []byte) (v T, err error) {
	err = json.Unmarshal(text, &v)
	return v, err
}

func TestLinesAreDeterministic(t *testing.T) {
	var out bytes.Buffer
	item, err := abstract.NewRows("t", []string{"z", "a", `q"`, "n", "when", "f"},
		[]any{int64(1<<53 + 1), "x\n\u2028<&>\x01é", true, nil, time.Date(2024, 2, 29, 12, 0, 0, 120_000_000, time.UTC), 1e-9},
		[]any{int64(-1), "", false, nil, time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), 0.1})
	if err != nil {
		t.Fatal(err)
	}
	s := session(t, stdout.New(&out), target.SessionConfig{})
	if err := errors.Join(s.Push([]abstract.ChangeItem{item}), s.Flush()); err != nil {
		t.Fatal(err)
	}
	want := `{"z":9007199254740993,"a":"x\n` + "\u2028" + `<&>\u0001é","q\"":true,"n":null,"when":"2024-02-29T12:00:00.12Z","f":1e-9}` + "\n" +
		`{"z":-1,"a":"","q\"":false,"n":null,"when":"1969-12-31T23:59:59Z","f":0.1}` + "\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", out.String(), want)
	}
}

func session(t *testing.T, db target.Target, cfg target.SessionConfig) target.Session {
	t.Helper()
	s, err := db.Session(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// cutting takes n bytes, then fails once, or says nothing if err is nil. What
// comes after that it would take.
type cutting struct {
	n       int
	err     error
	failed  bool
	written bytes.Buffer
}

func (c *cutting) Write(p []byte) (int, error) {
	if n := c.n - c.written.Len(); !c.failed && n < len(p) {
		c.failed = true
		c.written.Write(p[:n])
		return n, c.err
	}
	return c.written.Write(p)
}

// TestWriteErrors: a reader that has gone is an error of the target, and no
// line is written behind one that was cut.
func TestWriteErrors(t *testing.T) {
	for name, cause := range map[string]error{"broken pipe": syscall.EPIPE, "short write": nil} {
		t.Run(name, func(t *testing.T) {
			out := &cutting{n: 10, err: cause}
			db := stdout.New(out)
			var reported []ledger.Progress
			s := session(t, db, target.SessionConfig{Committed: func(p []ledger.Progress) { reported = p }})
			other := session(t, db, target.SessionConfig{})
			if err := s.Push([]abstract.ChangeItem{numbers(t, 100)}); err != nil {
				t.Fatal(err)
			}
			want := cause
			if want == nil {
				want = io.ErrShortWrite
			}
			for range 2 {
				if err := s.Flush(); !errors.Is(err, want) || abstract.ClassOf(err) != abstract.Permanent {
					t.Errorf("flush: %v (%v)", err, abstract.ClassOf(err))
				}
			}
			if err := errors.Join(other.Push([]abstract.ChangeItem{numbers(t, 1)}), other.Flush()); !errors.Is(err, want) {
				t.Errorf("another session: %v", err)
			}
			if err := s.Push([]abstract.ChangeItem{numbers(t, 100_000)}); !errors.Is(err, want) {
				t.Errorf("a large push: %v", err)
			}
			if out.written.Len() != 10 || reported != nil {
				t.Errorf("%d bytes were written, %v reported as durable", out.written.Len(), reported)
			}
		})
	}
}

func numbers(t testing.TB, n int) abstract.ChangeItem {
	t.Helper()
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{i, fmt.Sprint("row ", i)}
	}
	item, err := abstract.NewRows("t", []string{"n", "s"}, rows...)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

// lone is a writer for one goroutine at a time, which lets others run in the
// middle of a write.
type lone struct {
	busy    atomic.Bool
	written bytes.Buffer
}

func (l *lone) Write(p []byte) (int, error) {
	if !l.busy.CompareAndSwap(false, true) {
		return 0, errors.New("two goroutines write at the same time")
	}
	defer l.busy.Store(false)
	half := len(p) / 2
	l.written.Write(p[:half])
	for range 100 {
		runtime.Gosched()
	}
	l.written.Write(p[half:])
	return len(p), nil
}

// TestLinesOfSessionsDoNotMix prints more than a session holds back.
func TestLinesOfSessionsDoNotMix(t *testing.T) {
	var out lone
	db := stdout.New(&out)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 4 {
		s := session(t, db, target.SessionConfig{})
		item := numbers(t, 20_000)
		wg.Go(func() {
			<-start
			if err := errors.Join(s.Push([]abstract.ChangeItem{item}), s.Flush()); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	counts := map[string]int{}
	for line := range strings.Lines(out.written.String()) {
		counts[line]++
	}
	if len(counts) != 20_000 {
		t.Errorf("%d different lines, want 20000", len(counts))
	}
	for line, n := range counts {
		if n != 4 {
			t.Fatalf("%q is there %d times, want 4", line, n)
		}
	}
}

func TestUnprintableColumn(t *testing.T) {
	s := session(t, stdout.New(io.Discard), target.SessionConfig{})
	item := numbers(t, 1)
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	item.Batch.Release()
	item.Batch = unknownBatch(alloc)
	if err := s.Push([]abstract.ChangeItem{item}); err == nil || !strings.Contains(err.Error(), `"odd"`) {
		t.Errorf("a column of no type of ours: %v", err)
	}
}
