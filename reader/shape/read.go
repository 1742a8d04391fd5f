package shape

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Read reads the file; see [reader.Format]. The names that req has, also the
// one that LeaveOut is asked for, are those of the rows.
func (f format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	if req.Dialect.Shaping == nil {
		return f.inner.Read(ctx, req, emit)
	}
	r, err := newRead(req, emit)
	if err != nil {
		return named(req.File, err)
	}
	return f.inner.Read(ctx, r.inner, r.emit)
}

// read is one call of Read.
type read struct {
	inner reader.Request
	arrow *arrow.Schema // of the rows
	next  reader.Emit
}

func newRead(req reader.Request, emit reader.Emit) (*read, error) {
	s := req.Dialect.Shaping
	r := &read{inner: req, arrow: req.Schema.Arrow(), next: emit}
	names, err := fileNames(&req)
	if err != nil {
		return nil, err
	}
	r.inner.Schema = make(abstract.Schema, len(req.Schema))
	for i, c := range req.Schema {
		r.inner.Schema[i] = abstract.Column{Name: names[i], Type: c.Type}
	}
	namer := reader.NewNamer(s)
	r.inner.Dialect.Shaping = nil
	r.inner.LeaveOut = func(name string) bool {
		column, kept := namer.Column(name)
		return !kept || req.LeavesOut(column)
	}
	return r, nil
}

// nowhere makes a name that no column of a file has.
const nowhere = "\x00"

// fileNames is the names that the columns of the schema have in the file.
func fileNames(req *reader.Request) ([]string, error) {
	s, columns := req.Dialect.Shaping, req.Dialect.Columns
	var from []string // the file's columns, as far as they are known and loaded
	var places []int
	if len(columns) > 0 {
		names, err := s.Arrange(columns, false)
		if err != nil {
			return nil, err
		}
		var to []string
		for i, name := range names {
			if name != "" {
				from, to = append(from, columns[i]), append(to, name)
			}
		}
		if places, err = req.Match(to); err != nil {
			return nil, err
		}
	} else {
		from, places = renamed(req)
	}
	names := make([]string, len(req.Schema))
	taken := make(map[string]bool, len(from))
	for i, name := range from {
		taken[reader.FoldName(name)] = true
		if places[i] >= 0 {
			names[places[i]] = name
		}
	}
	for i, c := range req.Schema {
		switch {
		case names[i] != "":
		case taken[reader.FoldName(c.Name)]: // by a column that has another name now
			names[i] = c.Name + nowhere
		default:
			names[i] = c.Name
		}
	}
	return names, nil
}

// renamed is the columns that get other names, of a file whose columns are not
// known. One that the table lacks has the place -1: a record that has it is bad.
func renamed(req *reader.Request) (from []string, places []int) {
	m := reader.NewMatcher(req.Schema)
	for _, r := range req.Dialect.Shaping.Rename {
		place, err := m.Find(r.To)
		if err != nil || req.LeavesOut(r.To) {
			place = -1
		}
		from, places = append(from, r.From), append(places, place)
	}
	return from, places
}

// emit takes a chunk of the format's.
func (r *read) emit(ctx context.Context, chunk pusher.Chunk) error {
	if item := &chunk.Items[0]; item.Batch != nil {
		batch := array.NewRecordBatch(r.arrow, item.Batch.Columns(), item.Batch.NumRows())
		item.Batch.Release()
		item.Batch = batch
	}
	return r.next(ctx, chunk)
}
