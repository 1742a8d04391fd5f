package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// fake is a load from memory into memory, for tests in a bubble of time. Its
// hooks must be set before the load and may be called from several goroutines.
type fake struct {
	bucket fakeBucket
	target fakeTarget
	source fakeSource
	ended  endedFiles
}

func newFake() *fake {
	f := &fake{bucket: fakeBucket{Bucket: &readertest.Bucket{Files: map[string][]byte{}}, opens: map[string]int{}}}
	f.source.bucket = &f.bucket
	f.target.columns = abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "word", Type: abstract.Text}}
	return f
}

// numbers makes a file with the rows first to first+n-1.
func (f *fake) numbers(key string, first, n int) {
	f.bucket.Files[key] = []byte(numbersCSV(first, n))
}

func numbersCSV(first, n int) string {
	var b strings.Builder
	b.WriteString("id,word\n")
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, "%d,word %d\n", i, i)
	}
	return b.String()
}

func (f *fake) config() transfer.Config {
	return transfer.Config{
		Source: &f.source, Target: &f.target, Table: "t",
		Format:    func(string) (reader.Format, error) { return csv.New(), nil },
		Limits:    reader.NewLimits(64<<10, 2),
		Workers:   1,
		FileEnded: f.ended.add,
	}
}

func (f *fake) load(t *testing.T) (transfer.Result, error) {
	t.Helper()
	return runLoad(t, context.Background(), f.config())
}

// runLoad loads, and checks what every result must be.
func runLoad(t *testing.T, ctx context.Context, cfg transfer.Config) (transfer.Result, error) {
	t.Helper()
	loader, err := transfer.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	result, err := loader.Load(ctx)
	if err == nil && result.FilesFound != result.FilesLoaded+result.FilesFailed {
		t.Errorf("%d files were found, %d loaded, %d failed", result.FilesFound, result.FilesLoaded, result.FilesFailed)
	}
	return result, err
}

// wantIDs checks that exactly the rows 0 to n-1 were stored, each once.
func (f *fake) wantIDs(t *testing.T, n int) {
	t.Helper()
	f.target.mu.Lock()
	defer f.target.mu.Unlock()
	slices.Sort(f.target.durable)
	for i, id := range f.target.durable {
		if id != int64(i) {
			t.Fatalf("row %d has id %d, of %d rows", i, id, len(f.target.durable))
		}
	}
	if got := len(f.target.durable); got != n {
		t.Errorf("%d rows, want %d", got, n)
	}
}

// endedFiles gathers outcomes by key.
type endedFiles struct {
	mu   sync.Mutex
	list []transfer.Outcome
}

func (e *endedFiles) add(o transfer.Outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, o)
}

// fakeSource delivers pages of keys: one page with all there are, unless told
// otherwise.
type fakeSource struct {
	bucket object.Bucket
	pages  func(ctx context.Context, page func(keys ...string) error) error
	doneIs error

	mu       sync.Mutex
	done     []string
	failures []string
}

func (s *fakeSource) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	if s.pages == nil {
		return s.bucket.List(ctx, "", func(infos []object.Info) error { return page(ctx, s.bucket, infos) })
	}
	return s.pages(ctx, func(keys ...string) error {
		var infos []object.Info
		for _, key := range keys {
			info, err := s.bucket.Stat(ctx, key)
			if err != nil {
				return err
			}
			infos = append(infos, info)
		}
		return page(ctx, s.bucket, infos)
	})
}

func (s *fakeSource) Done(_ context.Context, id abstract.ObjectID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, id.Key)
	return s.doneIs
}

func (s *fakeSource) Failed(_ context.Context, id abstract.ObjectID, cause error, parked bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, fmt.Sprintf("%s %v: %v", id.Key, parked, cause))
	return s.doneIs
}

func (s *fakeSource) told() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.done)
}

// fakeBucket lets single opens go wrong.
type fakeBucket struct {
	*readertest.Bucket
	// open, unless nil, tells where the body that the nth Open of a key, at
	// that offset, ends with an error, which is nil for one that is whole.
	open func(key string, n int, offset int64) (at int64, err error)

	mu    sync.Mutex
	opens map[string]int
}

func (b *fakeBucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	b.mu.Lock()
	b.opens[info.Key]++
	n := b.opens[info.Key]
	b.mu.Unlock()
	inner := *b.Bucket
	if b.open != nil {
		inner.StopAt, inner.StopError = b.open(info.Key, n, offset)
	}
	return inner.Open(ctx, info, offset, length)
}

var errFlaky = abstract.WithClass(abstract.Transient, errors.New("the store is flaky"))

// fakeTarget is a target without a ledger that keeps the ids of rows.
type fakeTarget struct {
	columns abstract.Schema // nil: there is no table
	onPush  func(first int64, rows int) error
	onFlush func() error
	// createIs is what Create answers after it has made the table anyway.
	createIs error

	mu       sync.Mutex
	durable  []int64
	created  int
	sessions int // open ones
}

func (t *fakeTarget) Promise() string       { return "nothing" }
func (t *fakeTarget) Ledger() *ledger.Store { return nil }
func (t *fakeTarget) Describe(context.Context, string) (*target.Table, error) {
	if t.columns == nil {
		return nil, nil
	}
	return &target.Table{Schema: t.columns}, nil
}
func (t *fakeTarget) CreateSQL(string, target.Table) string { return "CREATE" }
func (t *fakeTarget) Create(_ context.Context, _ string, table target.Table) error {
	t.created++
	t.columns = table.Schema
	return t.createIs
}
func (t *fakeTarget) AddColumnsSQL(string, abstract.Schema) string     { return "ALTER" }
func (t *fakeTarget) WidenColumnsSQL(string, []target.Widening) string { return "ALTER" }
func (t *fakeTarget) WidenColumns(context.Context, string, []target.Widening) error {
	return errors.New("it has no types to change")
}
func (t *fakeTarget) AddColumns(_ context.Context, _ string, columns abstract.Schema) error {
	t.columns = append(slices.Clone(t.columns), columns...)
	return nil
}
func (t *fakeTarget) Verify(context.Context, string, string) error                   { return nil }
func (t *fakeTarget) Forget(context.Context, string, ...ledger.Entry) (int64, error) { return 0, nil }
func (t *fakeTarget) Close() error                                                   { return nil }

func (t *fakeTarget) Session(_ context.Context, cfg target.SessionConfig) (target.Session, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sessions++
	return &fakeSession{target: t, cfg: cfg}, nil
}

type fakeSession struct {
	target  *fakeTarget
	cfg     target.SessionConfig
	pending []int64
	moved   []ledger.Progress
}

func (s *fakeSession) Push(items []abstract.ChangeItem) (err error) {
	defer abstract.ReleaseAll(items)
	defer s.undoIf(&err)
	for _, item := range items {
		first := int64(-1)
		if item.Batch != nil {
			if ids, ok := item.Batch.Column(0).(*array.Int64); ok {
				s.pending = append(s.pending, ids.Int64Values()...)
				first = ids.Value(0)
			}
		}
		s.moved = append(s.moved, ledger.Progress{Object: item.Origin.Object, Rows: item.Origin.Rows,
			Rejected: item.Origin.Rejected, Done: item.Origin.Last})
		if s.target.onPush != nil {
			if err := s.target.onPush(first, int(item.NumRows())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *fakeSession) undoIf(err *error) {
	if *err != nil {
		s.pending, s.moved = nil, nil
	}
}

func (s *fakeSession) Flush() (err error) {
	defer s.undoIf(&err)
	if s.target.onFlush != nil {
		if err := s.target.onFlush(); err != nil {
			return err
		}
	}
	s.target.mu.Lock()
	s.target.durable = append(s.target.durable, s.pending...)
	s.target.mu.Unlock()
	s.cfg.Committed(s.moved)
	s.pending, s.moved = nil, nil
	return nil
}

func (s *fakeSession) Close() error {
	s.target.mu.Lock()
	defer s.target.mu.Unlock()
	s.target.sessions--
	return nil
}
