package transfer

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// pass is one pass of an isolation over a chunk of rows that begin at even
// offsets, and that the target refuses for a row, -1 for one it does not name.
func pass(s *isolation, before int64, rows, row int) error {
	origin := abstract.Origin{Before: before, After: before + int64(2*rows), Rows: int64(rows)}
	var starts []int64
	for n := range rows {
		starts = append(starts, before+int64(2*n))
	}
	s.begin(&reader.Request{Offset: before})
	s.pushing(pusher.Chunk{Items: []abstract.ChangeItem{{Origin: origin}}, Starts: starts})
	err := errors.New("refused")
	if row >= 0 {
		err = &target.RefusedRow{Origin: origin, Row: int64(row), Err: err}
	}
	return s.next(&pushError{&target.RollbackError{Cause: abstract.WithClass(abstract.FileOnly, err)}})
}

// TestIsolationIsBounded: a table that refuses everything ends the search, and
// what was found before is committed on the way.
func TestIsolationIsBounded(t *testing.T) {
	s := &isolation{}
	if err := pass(s, 0, 5000, 0); err != nil || s.stride != 1 || len(s.refused) != 0 {
		t.Fatalf("after the first pass: %v, %+v", err, s)
	}
	before, most := int64(0), 0
	for n := range maxRefused {
		if err := pass(s, before, 5000, 0); err != nil {
			t.Fatalf("record %d: %v", n, err)
		}
		at := s.refused[len(s.refused)-1]
		if most = max(most, len(s.refused)); at.From != before || at.To != before+1 || at.Reason != "the table refuses it: refused" {
			t.Fatalf("record %d: %+v", n, at)
		}
		if before += 2; s.rows > 0 { // the records up to there are committed
			if s.until != at.To {
				t.Errorf("a pass of %d records ends at %d, want %d", s.rows, s.until, at.To)
			}
			if err := s.next(errThrough); err != nil || s.rows != 0 {
				t.Errorf("%v, %+v", err, s)
			}
		}
	}
	if most > maxTogether+1 {
		t.Errorf("%d records wait for one commit", most)
	}
	err := pass(s, before, 5000, 0)
	if err == nil || abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), "more than 1000 records") || !strings.HasSuffix(err.Error(), "refused") {
		t.Errorf("in the end: %v", err)
	}
}

// TestIsolationNarrows: where no row is named, the chunks get smaller until one
// is a single record.
func TestIsolationNarrows(t *testing.T) {
	s := &isolation{}
	rows, passes := 100_000, 0
	for s.refused == nil && passes < 20 {
		if err := pass(s, 0, rows, -1); err != nil {
			t.Fatal(err)
		}
		if passes++; s.rows > 0 {
			rows = s.rows
		}
	}
	if rows != 1 || passes > 7 || s.refused[0] != (reader.Refusal{From: 0, To: 2, Reason: s.refused[0].Reason}) || s.rows != 0 {
		t.Errorf("%d passes, %d rows: %+v", passes, rows, s)
	}
	// Nobody is to blame for a chunk without rows.
	s.begin(&reader.Request{})
	s.pushing(pusher.Chunk{Items: []abstract.ChangeItem{{Origin: abstract.Origin{After: 5, Rejected: 3}}}})
	cause := &pushError{&target.RollbackError{Cause: abstract.WithClass(abstract.FileOnly, errors.New("no"))}}
	if err := s.next(cause); err != cause {
		t.Errorf("%v, %+v", err, s)
	}
}
