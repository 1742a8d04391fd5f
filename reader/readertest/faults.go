package readertest

import (
	"errors"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

func testStoreErrors(t *testing.T, s *subject) {
	b := s.bucket()
	b.OpenError = abstract.WithClass(abstract.Transient, errTest)
	got, err := Read(t.Context(), t, s.format, s.request(b), nil)
	if !errors.Is(err, errTest) || abstract.ClassOf(err) != abstract.Transient || got.Completed {
		t.Fatalf("Open failed: error %v (%v), completed %v", err, abstract.ClassOf(err), got.Completed)
	}
	for at := range len(s.file.Data) + 1 {
		b := s.bucket()
		b.StopAt, b.StopError = int64(at), abstract.WithClass(abstract.Transient, errTest)
		got, err := Read(t.Context(), t, s.format, s.request(b), nil)
		if !errors.Is(err, errTest) || abstract.ClassOf(err) != abstract.Transient || got.Completed {
			t.Fatalf("Read failed at byte %d: error %v (%v), completed %v", at, err, abstract.ClassOf(err), got.Completed)
		}
	}
	b = s.bucket()
	b.StopAt, b.Panic = int64(len(s.file.Data)/2), true
	got, err = Read(t.Context(), t, s.format, s.request(b), nil)
	if abstract.ClassOf(err) != abstract.FileOnly || got.Completed {
		t.Fatalf("the store panicked: error %v (%v), completed %v", err, abstract.ClassOf(err), got.Completed)
	}
}

// testBudget reads the file several times at once on a small budget: it is
// kept, but for one block each, and every buffer is freed.
func testBudget(t *testing.T, s *subject) {
	const readers = 3
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	limits := reader.NewLimits(int64(2*len(s.file.Data)+64), 2)
	limits.Allocator = mem
	var most struct {
		sync.Mutex
		inUse int64
	}
	observe := func(int) error {
		most.Lock()
		defer most.Unlock()
		most.inUse = max(most.inUse, limits.InUse())
		return nil
	}
	var wait sync.WaitGroup
	for range readers {
		wait.Go(func() {
			req := s.request(s.bucket())
			req.Limits = limits
			got, err := Read(t.Context(), t, s.format, req, observe)
			if _, ok := errors.AsType[*reader.BadRecord](err); ok || abstract.ClassOf(err) == abstract.FileOnly {
				return // a record may be more than such a budget takes
			}
			if err != nil || Diff(got.Rows, s.file.Rows) != "" {
				t.Errorf("with a budget of %d: %v, %s", limits.Limit(), err, Diff(got.Rows, s.file.Rows))
			}
		})
	}
	wait.Wait()
	if limits.InUse() != 0 {
		t.Errorf("%d bytes still in use", limits.InUse())
	}
	// A block costs at most a few times its bytes and a row's fixed part.
	block := int64(8*len(s.file.Data) + 64*(len(s.schema)+1)*(len(s.file.Rows)+1))
	if over := most.inUse - limits.Limit(); over > readers*block {
		t.Errorf("%d bytes in use, the budget is %d", most.inUse, limits.Limit())
	}
	mem.AssertSize(t, 0)
}
