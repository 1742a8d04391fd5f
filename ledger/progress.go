package ledger

import (
	"cmp"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Progress is how far one transaction moves one object on.
type Progress struct {
	ID                    int64
	Object                abstract.ObjectID
	Before, After         int64
	Rows, Rejected, Bytes int64
	Done                  bool
	Reason                string // of the first rejected record, if any
	Opening               *abstract.Opening
	Replaces              []int64 // the ids of the entries that go when this object is done
}

// Batch gathers the origins of the items that share a transaction, one
// [Progress] per object. The zero value is ready to use.
type Batch struct {
	byID     map[int64]*Progress
	replaced map[int64]bool
}

// Add joins an item's stretch to its object's. It fails with a
// [*ConflictError], and adds nothing, if the stretch does not begin where the
// object's last one ended, or if one object of the batch is to replace another:
// then two readers are at work on one object.
func (b *Batch) Add(o abstract.Origin) error {
	if b.byID == nil {
		b.byID = make(map[int64]*Progress)
	}
	p := b.byID[o.LedgerID]
	if p == nil {
		if b.replaced[o.LedgerID] || slices.ContainsFunc(o.Replaces, b.Has) {
			return &ConflictError{ID: o.LedgerID, Object: o.Object, Before: o.Before}
		}
		p = &Progress{ID: o.LedgerID, Object: o.Object, Before: o.Before, After: o.Before, Replaces: o.Replaces}
		b.byID[o.LedgerID] = p
		b.replace(o.Replaces)
	}
	if p.After != o.Before || p.Done {
		return &ConflictError{ID: o.LedgerID, Object: o.Object, Before: o.Before}
	}
	p.After = o.After
	p.Rows += o.Rows
	p.Rejected += o.Rejected
	p.Bytes += o.Bytes
	p.Done = o.Last
	if p.Reason == "" {
		p.Reason = o.Reason
	}
	if p.Opening == nil {
		p.Opening = o.Opening
	}
	return nil
}

func (b *Batch) replace(ids []int64) {
	if b.replaced == nil && len(ids) > 0 {
		b.replaced = make(map[int64]bool)
	}
	for _, id := range ids {
		b.replaced[id] = true
	}
}

// Has tells whether the object of that ledger id is in the batch.
func (b *Batch) Has(id int64) bool { return b.byID[id] != nil }

// Len is the number of objects.
func (b *Batch) Len() int { return len(b.byID) }

// Sorted lists the objects in the order of their ids, which is the order in
// which every writer must move them on, so that two transactions never wait
// for each other.
func (b *Batch) Sorted() []Progress {
	list := make([]Progress, 0, len(b.byID))
	for _, p := range b.byID {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(x, y Progress) int { return cmp.Compare(x.ID, y.ID) })
	return list
}
