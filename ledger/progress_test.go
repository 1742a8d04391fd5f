package ledger

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func origin(id, before, after int64) abstract.Origin {
	return abstract.Origin{LedgerID: id, Object: abstract.ObjectID{Key: "k"}, Before: before, After: after, Rows: after - before, Bytes: 10}
}

func TestBatchAddsUp(t *testing.T) {
	first, second := &abstract.Opening{}, &abstract.Opening{}
	rejected := origin(7, 3, 3)
	rejected.Rows, rejected.Rejected, rejected.Reason, rejected.Opening = 0, 2, "first", first
	again := origin(7, 3, 9)
	again.Rejected, again.Reason, again.Opening = 1, "second", second
	last := origin(7, 9, 9)
	last.Last = true
	var b Batch
	for _, o := range []abstract.Origin{origin(9, 5, 6), origin(7, 0, 3), rejected, origin(2, 100, 100), again, last, origin(9, 6, 8)} {
		if err := b.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	want := []Progress{
		{ID: 2, Object: abstract.ObjectID{Key: "k"}, Before: 100, After: 100, Bytes: 10},
		{
			ID: 7, Object: abstract.ObjectID{Key: "k"}, Before: 0, After: 9, Rows: 9, Rejected: 3, Bytes: 40,
			Done: true, Reason: "first", Opening: first,
		},
		{ID: 9, Object: abstract.ObjectID{Key: "k"}, Before: 5, After: 8, Rows: 3, Bytes: 20},
	}
	if got := b.Sorted(); !reflect.DeepEqual(got, want) {
		t.Errorf("the batch is\n%+v, want\n%+v", got, want)
	}
	if b.Len() != 3 || !b.Has(7) || b.Has(8) {
		t.Errorf("it holds %d objects", b.Len())
	}
}

// TestBatchConflicts: two readers of one object show by a gap, an overlap, or
// something behind the end. What does not fit changes nothing.
func TestBatchConflicts(t *testing.T) {
	var b Batch
	if b.Len() != 0 || b.Has(1) || len(b.Sorted()) != 0 {
		t.Error("the zero batch is not empty")
	}
	for _, o := range []abstract.Origin{origin(1, 4, 8), origin(2, 0, 1)} {
		if err := b.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	end := origin(2, 1, 2)
	end.Last = true
	if err := b.Add(end); err != nil {
		t.Fatal(err)
	}
	before := b.Sorted()
	for _, o := range []abstract.Origin{origin(1, 4, 8), origin(1, 7, 9), origin(1, 9, 10), origin(1, 0, 4), origin(2, 2, 3), origin(2, 2, 2)} {
		err := b.Add(o)
		conflict, ok := errors.AsType[*ConflictError](err)
		if !ok || !errors.Is(err, ErrConflict) || conflict.ID != o.LedgerID || conflict.Before != o.Before {
			t.Errorf("%v: %v", o, err)
		}
		if abstract.ClassOf(err) == abstract.FileOnly {
			t.Errorf("%v: a conflict is not the file's fault", o)
		}
	}
	if got := b.Sorted(); !reflect.DeepEqual(got, before) {
		t.Errorf("the batch is\n%+v, was\n%+v", got, before)
	}
}

func TestEntryStates(t *testing.T) {
	for _, tc := range []struct {
		e               Entry
		started, closed bool
	}{
		{Entry{State: Pending}, false, false},
		{Entry{State: Pending, Offset: 1}, true, false},
		{Entry{State: Failed}, false, false},
		{Entry{State: Parked}, false, true},
		{Entry{State: Done}, true, true}, // an empty file
	} {
		if tc.e.Started() != tc.started || tc.e.Closed() != tc.closed {
			t.Errorf("%+v: started %v, closed %v", tc.e, tc.e.Started(), tc.e.Closed())
		}
	}
}

func TestReasonsAreStorable(t *testing.T) {
	for _, reason := range []string{"", "plain", "nul \x00", "\xff\xfe", strings.Repeat("日", 10_000)} {
		got := cleanReason(reason)
		if !utf8.ValidString(got) || strings.ContainsRune(got, 0) || len(got) > maxReason+10 {
			t.Errorf("%.20q becomes %.20q, %d bytes", reason, got, len(got))
		}
	}
	if got := cleanReason("line 7: bad"); got != "line 7: bad" {
		t.Errorf("%q", got)
	}
}
