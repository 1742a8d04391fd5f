package readertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// The columns of a rejected record.
const (
	rejectObject = iota
	rejectNumber
	rejectOffset
	rejectReason
	rejectRaw
)

// quarantine asks for the rejected records as well.
func (s *subject) quarantine(b *Bucket) reader.Request {
	req := s.request(b)
	req.OnBadRow, req.Rejects = reader.Quarantine, "t_rejected"
	return req
}

// testQuarantine: every rejected record is delivered once and in order,
// wherever blocks are cut and from wherever reading goes on, with its bytes;
// the rows are the same as without; and the memory is given back.
func testQuarantine(t *testing.T, s *subject) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	read := func(change func(*reader.Request)) *Result {
		t.Helper()
		req := s.quarantine(s.bucket())
		req.Limits.Allocator = mem
		change(&req)
		got, err := Read(t.Context(), t, s.format, req, nil)
		if err != nil {
			t.Fatalf("quarantine: %v", err)
		}
		if req.Limits.InUse() != 0 {
			t.Errorf("%d bytes still in use", req.Limits.InUse())
		}
		return got
	}
	whole := read(func(*reader.Request) {})
	if diff := Diff(whole.Rows, s.file.Rows); diff != "" || whole.Rejected != s.file.Rejected {
		t.Fatalf("quarantine: %s; %d rejected, want %d", diff, whole.Rejected, s.file.Rejected)
	}
	if err := s.checkRejected(whole); err != nil {
		t.Error(err)
	}
	single := read(func(req *reader.Request) { req.BatchBytes, req.BatchRows = 1, 1 })
	if diff := Diff(single.Rejects, whole.Rejects); diff != "" {
		t.Errorf("rejected one at a time: %s", diff)
	}
	for _, stop := range single.Stops {
		rest := read(func(req *reader.Request) { req.Offset, req.Records = stop.Offset, stop.Records })
		before := slices.IndexFunc(whole.Rejects, func(r []any) bool { return r[rejectNumber].(int64) > stop.Records })
		if before < 0 {
			before = len(whole.Rejects)
		}
		if diff := Diff(rest.Rejects, whole.Rejects[before:]); diff != "" {
			t.Errorf("rejected after %d records, from offset %d: %s", stop.Records, stop.Offset, diff)
		}
	}
	mem.AssertSize(t, 0)
}

// checkRejected checks the numbers of rejected records, and that their bytes
// are those of the file.
func (s *subject) checkRejected(got *Result) error {
	if int64(len(got.Rejects)) != got.Rejected {
		return fmt.Errorf("%d records, %d are counted", len(got.Rejects), got.Rejected)
	}
	content, err := s.content()
	if err != nil {
		return err
	}
	last := int64(0)
	for _, r := range got.Rejects {
		number, _ := r[rejectNumber].(int64)
		offset, hasOffset := r[rejectOffset].(int64)
		raw, hasRaw := r[rejectRaw].([]byte)
		switch {
		case r[rejectObject] != "mem://test/"+s.file.Name && r[rejectObject] != fmt.Sprintf("%q", "mem://test/"+s.file.Name):
			return fmt.Errorf("rejected record of %v", r[rejectObject])
		case number <= last || number > got.Records():
			return fmt.Errorf("record %d of %d is rejected after record %d", number, got.Records(), last)
		case r[rejectReason] == nil || r[rejectReason] == "":
			return fmt.Errorf("record %d is rejected without reason", number)
		case hasRaw == s.noRaw || hasOffset == s.noRaw:
			return fmt.Errorf("record %d at %v has bytes %v", number, r[rejectOffset], r[rejectRaw])
		case hasRaw && (offset < 0 || offset > int64(len(content)) || !bytes.HasPrefix(content[offset:], raw)):
			return fmt.Errorf("record %d is said to be %q at byte %d, which it is not", number, raw, offset)
		case hasRaw && !s.ends(content[offset+int64(len(raw)):], raw):
			return fmt.Errorf("record %d is said to be %q at byte %d, and goes on", number, raw, offset)
		}
		last = number
	}
	return nil
}

// ends tells whether a record ends where rest begins.
func (s *subject) ends(rest, raw []byte) bool {
	if s.framed {
		return true
	}
	if s.divides != "" {
		return len(rest) == 0 || strings.IndexByte(s.divides, rest[0]) >= 0
	}
	return len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n' && !bytes.HasSuffix(raw, []byte{'\r'})
}

// content is the text of the file.
func (s *subject) content() (content []byte, err error) {
	if s.dialect.Compression == "" && s.dialect.Encoding == "" {
		return s.file.Data, nil
	}
	b := s.bucket()
	blocks, err := reader.OpenBlocks(context.Background(), reader.File{Bucket: b, Info: b.Info(s.file.Name)},
		reader.NewLimits(64<<20, 1), reader.Shape{Split: reader.SplitLines, Encoding: s.dialect.Encoding, RowBytes: 1})
	if err != nil {
		return nil, err
	}
	defer blocks.Close()
	for {
		block, err := blocks.Next(context.Background(), reader.DefaultBatchRows)
		if err == io.EOF {
			return content, nil
		}
		if err != nil {
			return nil, err
		}
		content = append(content, block.Data...)
		blocks.Recycle(&block)
	}
}

// testRefused: a record that the target refuses is rejected, whichever it is,
// with the reason given, and no other is.
func testRefused(t *testing.T, s *subject) {
	req := s.quarantine(s.bucket())
	req.Locate = true
	whole, err := Read(t.Context(), t, s.format, req, nil)
	if err != nil {
		t.Fatal(err)
	}
	spans := s.spans(t)
	row := 0
	for i, span := range spans {
		if !span.rejected && i%2 == 0 { // by where the record begins, and by a stretch that has no other
			at := whole.Starts[row]
			if at < span.from || at >= span.to {
				t.Errorf("record %d begins at %d, which is not from %d to %d", i+1, at, span.from, span.to)
			}
			span.from, span.to = at, at+1
		}
		req := s.quarantine(s.bucket())
		req.Refused = reader.Refusals{{From: span.from, To: span.to, Reason: "refused as told"}}
		req.BatchBytes = int64(i % 3)
		got, err := Read(t.Context(), t, s.format, req, nil)
		if err != nil {
			t.Fatalf("record %d refused: %v", i+1, err)
		}
		if err := s.checkRejected(got); err != nil {
			t.Errorf("record %d refused: %v", i+1, err)
		}
		want, rejects := whole.Rows, len(whole.Rejects)
		if !span.rejected {
			want, rejects = slices.Delete(slices.Clone(whole.Rows), row, row+1), rejects+1
			row++
		}
		if diff := Diff(got.Rows, want); diff != "" || len(got.Rejects) != rejects {
			t.Errorf("record %d refused: %s; %d rejected, want %d", i+1, diff, len(got.Rejects), rejects)
		}
		if at := slices.IndexFunc(got.Rejects, func(r []any) bool { return r[rejectNumber] == int64(i+1) }); at < 0 ||
			!span.rejected && !reflect.DeepEqual(got.Rejects[at][rejectReason], "refused as told") {
			t.Errorf("record %d refused: rejected are %v", i+1, got.Rejects)
		}
	}
}

// span is the stretch of a record.
type span struct {
	from, to int64
	rejected bool
}

// spans is where each record is.
func (s *subject) spans(t *testing.T) (spans []span) {
	req := s.quarantine(s.bucket())
	req.BatchBytes, req.BatchRows = 1, 1
	err := s.format.Read(t.Context(), req, func(_ context.Context, chunk pusher.Chunk) error {
		o := chunk.Items[0].Origin
		if !o.Last {
			spans = append(spans, span{o.Before, o.After, o.Rows == 0})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return spans
}
