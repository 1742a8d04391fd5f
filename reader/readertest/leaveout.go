package readertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// testLeaveOut leaves out each column in turn, and all at once: where the table
// has none of them, and where it has them all the same, which then are NULL.
func testLeaveOut(t *testing.T, s *subject) {
	if s.file.Rejected > 0 {
		return // what is wrong with a record may be in what is left out
	}
	for i := range s.schema {
		s.leaveOut(t, i, i+1)
	}
	s.leaveOut(t, 0, len(s.schema))
}

// leaveOut leaves out the columns from one place to another.
func (s *subject) leaveOut(t *testing.T, from, to int) {
	t.Helper()
	req := s.request(s.bucket())
	req.LeaveOut = func(name string) bool {
		return slices.ContainsFunc(s.schema[from:to], func(c abstract.Column) bool { return strings.EqualFold(c.Name, name) })
	}
	for _, size := range []int{0, 1} {
		req.BatchRows = size
		s.expect(t, req, func(row []any) []any {
			return append(append(slices.Clone(row[:from]), make([]any, to-from)...), row[to:]...)
		})
	}
	req.Schema = slices.Concat(s.schema[:from], s.schema[to:], abstract.Schema{{Name: "none of them", Type: abstract.Int64}})
	s.expect(t, req, func(row []any) []any { return append(slices.Concat(row[:from], row[to:]), nil) })
}
