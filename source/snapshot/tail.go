package snapshot

import (
	"context"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

var _ source.Tailer = (*Source)(nil)

// Tail implements [source.Tailer]. Between two calls a key is kept for each
// place, during a call one for each thousand keys of the look-back.
func (s *Source) Tail(ctx context.Context, lookBack int, whole bool, page func(context.Context, object.Bucket, []object.Info) error) error {
	if s.begins == nil {
		s.begins = make([]begin, len(s.places))
	}
	return s.pages(ctx, page, func(i int, pattern object.Pattern) (bucket object.Bucket, after string) {
		ordered, ok := s.places[i].Bucket.(object.Ordered)
		if !ok {
			return s.places[i].Bucket, ""
		}
		if b := s.begins[i]; !whole && b.pattern == pattern.String() {
			after = b.after
		}
		return &view{
			Bucket: s.places[i].Bucket, ordered: ordered, after: after, lookBack: lookBack,
			ended: func(after string) { s.begins[i] = begin{pattern.String(), after} },
		}, after
	})
}

// begin is where the next listing of a place begins: after a key.
type begin struct {
	pattern string // what was listed: a place may be an object now, and a folder then
	after   string
}

// view is a bucket as one listing sees it. It counts the keys as they are
// listed, whether they match the pattern or not: they are what the requests
// are for.
type view struct {
	object.Bucket
	ordered  object.Ordered
	after    string
	lookBack int
	ended    func(after string) // is told where the next one begins
}

// List lists what comes after the key.
func (v *view) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	marks := newMarks(v.after, v.lookBack)
	err := v.ordered.ListAfter(ctx, prefix, v.after, func(infos []object.Info) error {
		for _, info := range infos {
			marks.add(info.Key)
		}
		return page(infos)
	})
	if err == nil { // else it did not come to the end, and tells nothing
		v.ended(marks.begin())
	}
	return err
}

// marks remembers every thousandth key of a listing in order, as far back as
// it is looked. The first one has at least lookBack keys after it, if there
// are so many.
type marks struct {
	lookBack int
	count    int // keys so far
	kept     []mark
}

type mark struct {
	key string
	at  int // keys up to this one
}

func newMarks(after string, lookBack int) *marks {
	return &marks{lookBack: lookBack, kept: []mark{{key: after}}}
}

func (m *marks) add(key string) {
	if m.count++; m.count%pageSize == 0 {
		m.kept = append(m.kept, mark{key, m.count})
		m.begin()
	}
}

// begin forgets the marks that are further back than needed, and returns the
// first one's key.
func (m *marks) begin() string {
	for len(m.kept) > 1 && m.count-m.kept[1].at >= m.lookBack {
		m.kept = m.kept[1:]
	}
	return m.kept[0].key
}
