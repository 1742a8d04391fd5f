package readertest

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Harness is a format with files to try it on.
type Harness struct {
	Format reader.Format
	Files  []File
	// NoRaw tells that the format's records are not a run of bytes of the file,
	// nor of what it unpacks to.
	NoRaw bool
	// Divides, for a format whose records are not lines, is the bytes of which
	// one follows each record.
	Divides string
	// Framed tells that the format's records say how long they are, so that any
	// byte may follow one.
	Framed bool
}

// File is a file and what is to be read from it. Small files are best: every
// byte of them is tried as a place to cut.
type File struct {
	// Name is the object's key and the test's name.
	Name  string
	Data  []byte
	Hints reader.Hints
	// Schema is the columns to ask for, nil for those that the sample finds.
	Schema abstract.Schema
	// Rows are the expected rows: nil for NULL, else bool, int64, float64,
	// string for text and JSON, []byte, a time.Time in UTC for a date or
	// timestamp, a string such as "15:04:05.000000" for a time and "1.50" for a
	// decimal, [16]byte for a UUID.
	Rows [][]any
	// Rejected is how many records are left out; they are read with
	// [reader.SkipRow], and with [reader.Quarantine].
	Rejected int64
	// Whole tells, for formats in which it can be told, that no shorter
	// file is a file of its own. Cut short, the object itself must then be
	// refused.
	Whole bool
}

// errTest is what stores and emits fail with.
var errTest = errors.New("readertest: failing as told")

// Run checks the format with every file.
func Run(t *testing.T, h Harness) {
	tests := []struct {
		name string
		test func(*testing.T, *subject)
	}{
		{"rows", testRows},
		{"resume at every offset", testResume},
		{"V03 cut at every byte", testCuts},
		{"cancelled at every emit", testCancel},
		{"cancelled at every read", testCancelRead},
		{"failing emit", testEmitError},
		{"cut short at every byte", testTruncated},
		{"failing store", testStoreErrors},
		{"budget", testBudget},
		{"quarantine", testQuarantine},
		{"refused", testRefused},
		{"left out", testLeaveOut},
		{"new columns", testNewColumns},
	}
	for _, file := range h.Files {
		t.Run(file.Name, func(t *testing.T) {
			s := &subject{format: h.Format, file: file, noRaw: h.NoRaw, divides: h.Divides, framed: h.Framed}
			s.sample(t)
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					// The bubble ends only when every goroutine has: none is left
					// behind by any read.
					synctest.Test(t, func(t *testing.T) { test.test(t, s) })
				})
			}
		})
	}
}

// subject is a file under test, with the dialect that its sample found.
type subject struct {
	format  reader.Format
	noRaw   bool
	divides string
	framed  bool
	file    File
	dialect reader.Dialect
	schema  abstract.Schema
	sparse  bool // of the sample
}

func (s *subject) bucket() *Bucket {
	return &Bucket{Files: map[string][]byte{s.file.Name: s.file.Data}}
}

func (s *subject) sample(t *testing.T) {
	t.Helper()
	b := s.bucket()
	sample, err := s.format.Sample(t.Context(), reader.File{Bucket: b, Info: b.Info(s.file.Name)}, s.file.Hints)
	if err != nil {
		t.Fatalf("Sample: %v", err)
	}
	s.dialect, s.schema, s.sparse = sample.Dialect, s.file.Schema, sample.Sparse
	if s.schema == nil {
		s.schema = Suggested(sample)
	}
	if want := len(s.file.Rows) + int(s.file.Rejected); sample.Complete && sample.Records != want {
		t.Errorf("Sample counts %d records, the file has %d", sample.Records, want)
	}
}

// request asks for the whole file of that bucket.
func (s *subject) request(b *Bucket) reader.Request {
	req := reader.Request{
		File:    reader.File{Bucket: b, Info: b.Info(s.file.Name)},
		Dialect: s.dialect, ProtoDescriptor: s.file.Hints.ProtoDescriptor, Schema: s.schema, Table: "t", LedgerID: 7,
		Limits: reader.NewLimits(1<<20, 2),
	}
	if s.file.Rejected > 0 {
		req.OnBadRow = reader.SkipRow
	}
	return req
}
