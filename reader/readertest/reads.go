package readertest

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/reader"
)

// all reads everything and compares it.
func (s *subject) all(t *testing.T, b *Bucket, batchBytes int64, batchRows int) *Result {
	t.Helper()
	req := s.request(b)
	req.BatchBytes, req.BatchRows = batchBytes, batchRows
	got, err := Read(t.Context(), t, s.format, req, nil)
	if err != nil {
		t.Fatalf("Read with batches of %d bytes, %d rows: %v", batchBytes, batchRows, err)
	}
	if diff := Diff(got.Rows, s.file.Rows); diff != "" || got.Rejected != s.file.Rejected {
		t.Fatalf("batches of %d bytes, %d rows, reads of %d: %s; %d rejected, want %d",
			batchBytes, batchRows, b.ReadSize, diff, got.Rejected, s.file.Rejected)
	}
	return got
}

func testRows(t *testing.T, s *subject) {
	s.all(t, s.bucket(), 0, 0)
	s.all(t, s.bucket(), 0, 1)
}

// testResume reads on from every offset that was emitted.
func testResume(t *testing.T, s *subject) {
	whole := s.all(t, s.bucket(), 1, 1)
	for _, stop := range whole.Stops {
		req := s.request(s.bucket())
		req.Offset, req.Records = stop.Offset, stop.Records
		rest, err := Read(t.Context(), t, s.format, req, nil)
		if err != nil {
			t.Fatalf("resume at byte %d: %v", stop.Offset, err)
		}
		if rest.Records() != whole.Records()-stop.Records {
			t.Fatalf("resume at byte %d after %d records: %d follow, want %d",
				stop.Offset, stop.Records, rest.Records(), whole.Records()-stop.Records)
		}
		if diff := Diff(rest.Rows, s.file.Rows[len(s.file.Rows)-len(rest.Rows):]); diff != "" {
			t.Fatalf("resume at byte %d: %s", stop.Offset, diff)
		}
		// What is wrong with a record does not depend on where reading began.
		if n := len(rest.Reasons); n > 0 && rest.Reasons[n-1] != whole.Reasons[len(whole.Reasons)-1] && stop.Records > 0 && rest.Rejected == 1 {
			t.Fatalf("resume at byte %d: rejected for %q, read in one go for %q",
				stop.Offset, rest.Reasons[n-1], whole.Reasons[len(whole.Reasons)-1])
		}
	}
}

// cutsUpTo is the largest size that testCuts tries all sizes below.
const cutsUpTo = 64

func testCuts(t *testing.T, s *subject) {
	most := min(len(s.file.Data), cutsUpTo)
	for size := 1; size <= most; size++ {
		for _, read := range []int{0, 1, 3} {
			b := s.bucket()
			b.ReadSize = read
			s.all(t, b, int64(size), 0)
		}
		b := s.bucket()
		b.ReadSize = size
		s.all(t, b, 0, 0)
		s.all(t, b, 7, 2)
	}
}

// testCancel cancels while a chunk is being emitted, each in turn.
func testCancel(t *testing.T, s *subject) {
	chunks := len(s.all(t, s.bucket(), 1, 1).Stops)
	for at := range chunks {
		ctx, cancel := context.WithCancel(t.Context())
		req := s.request(s.bucket())
		req.BatchBytes, req.BatchRows = 1, 1
		got, err := Read(ctx, t, s.format, req, func(n int) error {
			if n == at {
				cancel()
			}
			return ctx.Err()
		})
		cancel()
		if !errors.Is(err, context.Canceled) || got.Completed {
			t.Fatalf("cancelled at chunk %d: error %v, completed %v", at, err, got.Completed)
		}
		// An emit that does not notice must not make the file complete either.
		if at == chunks-1 {
			continue
		}
		ctx, cancel = context.WithCancel(t.Context())
		req.Limits = s.request(s.bucket()).Limits
		got, err = Read(ctx, t, s.format, req, func(n int) error {
			if n == at {
				cancel()
			}
			return nil
		})
		cancel()
		if !errors.Is(err, context.Canceled) || got.Completed {
			t.Fatalf("cancelled at chunk %d, unnoticed: error %v, completed %v", at, err, got.Completed)
		}
	}
}

// testCancelRead cancels while the store is being read, at every byte.
func testCancelRead(t *testing.T, s *subject) {
	for at := range len(s.file.Data) + 1 {
		ctx, cancel := context.WithCancel(t.Context())
		b := s.bucket()
		b.ReadSize = 1
		b.BeforeRead = func(offset int64) {
			if offset == int64(at) {
				synctest.Wait() // what was read before is emitted
				cancel()
			}
		}
		req := s.request(b)
		req.BatchBytes = 1
		got, err := Read(ctx, t, s.format, req, nil)
		cancel()
		if !errors.Is(err, context.Canceled) || got.Completed {
			t.Fatalf("cancelled at byte %d: error %v, completed %v", at, err, got.Completed)
		}
	}
}

// testEmitError fails each emit in turn: its error comes back, and everything
// that was read ahead is freed.
func testEmitError(t *testing.T, s *subject) {
	for at := range s.all(t, s.bucket(), 1, 1).Stops {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		req := s.request(s.bucket())
		req.Limits.Allocator = mem
		req.BatchBytes, req.BatchRows = 1, 1
		got, err := Read(t.Context(), t, s.format, req, func(n int) error {
			if n == at {
				synctest.Wait() // the read-ahead is decoded
				return errTest
			}
			return nil
		})
		mem.AssertSize(t, 0)
		if !errors.Is(err, errTest) || got.Completed {
			t.Fatalf("emit %d failed: error %v, completed %v", at, err, got.Completed)
		}
		if req.Limits.InUse() != 0 {
			t.Fatalf("emit %d failed: %d bytes still in use", at, req.Limits.InUse())
		}
	}
}

// testTruncated ends the body early: by the store's own account, by an end of
// file that comes too soon, and by an object that is shorter.
func testTruncated(t *testing.T, s *subject) {
	for at := range len(s.file.Data) {
		for _, end := range []error{io.ErrUnexpectedEOF, io.EOF} {
			b := s.bucket()
			b.StopAt, b.StopError = int64(at), end
			s.refused(t, b, at)
		}
		if s.file.Whole {
			b := s.bucket()
			b.Files[s.file.Name] = s.file.Data[:at]
			s.refused(t, b, at)
		}
	}
}

// refused reads a file that is not complete: what comes before the error must
// be a beginning of the rows.
func (s *subject) refused(t *testing.T, b *Bucket, at int) {
	t.Helper()
	got, err := Read(t.Context(), t, s.format, s.request(b), nil)
	if err == nil || got.Completed {
		t.Fatalf("cut at byte %d with %v: error %v, completed %v", at, b.StopError, err, got.Completed)
	}
	if n := len(got.Rows); n > len(s.file.Rows) {
		t.Fatalf("cut at byte %d: %d rows, the file has %d", at, n, len(s.file.Rows))
	}
	if diff := Diff(got.Rows, s.file.Rows[:len(got.Rows)]); diff != "" {
		t.Fatalf("cut at byte %d: %s", at, diff)
	}
}

// expect reads everything that is asked for and compares it with the file's
// rows, each as it is then wanted.
func (s *subject) expect(t *testing.T, req reader.Request, wanted func(row []any) []any) {
	t.Helper()
	got, err := Read(t.Context(), t, s.format, req, nil)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	want := make([][]any, len(s.file.Rows))
	for i, row := range s.file.Rows {
		want[i] = wanted(row)
	}
	if diff := Diff(got.Rows, want); diff != "" {
		t.Fatalf("columns of the table %v: %s", req.Schema, diff)
	}
}
