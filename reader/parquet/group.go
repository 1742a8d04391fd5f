package parquet

import (
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// fileColumn reads one column of a row group, from its first row on. It is for
// one goroutine at a time.
type fileColumn interface {
	// fill appends rows to b until it has that many, or most bytes of data.
	// Values that cannot be stored are in f, by their rows in b.
	fill(ctx context.Context, b *column.Builder, rows, most int, f *faults) error
	// skip passes over rows.
	skip(ctx context.Context, rows int64) error
	// end checks that no rows are left.
	end(ctx context.Context) error
	// close frees what the column holds.
	close()
}

// group is an open row group: its columns, and the memory for them.
type group struct {
	read    *read
	columns []fileColumn
	skip    int64 // rows to pass over before the first stretch
	rows    int64 // left to be given to stretches
	kept    atomic.Int64
	turns   []chan struct{} // per column: the stretch before is done with it
}

// keep reserves memory for the time that the group is open.
func (g *group) keep(n int64) {
	g.kept.Add(n)
	g.read.share.Keep(n)
}

// close gives everything back.
func (g *group) close() {
	for _, c := range g.columns {
		c.close()
	}
	g.columns = nil
	g.read.share.Keep(-g.kept.Swap(0))
}

// slack is how far pages may go beyond the end that the footer tells: older
// writers have not counted the header of the dictionary (PARQUET-816).
const slack = 100

// located is the ranges of a row group's chunks, by column, checked against
// the file. Chunks that are not wanted have none.
func (r *read) located(g rowGroup) ([]span, error) {
	if len(g.chunks) != len(r.leaves) {
		return nil, reader.FileOnly("a row group has %d columns, the schema %d", len(g.chunks), len(r.leaves))
	}
	spans := make([]span, len(g.chunks))
	for i, c := range g.chunks {
		leaf := r.leaves[i]
		switch {
		case c.encrypted:
			return nil, errEncrypted
		case c.elsewhere:
			return nil, reader.FileOnly("column %q is in another file, which is not read", leaf.name)
		case c.physical != leaf.physical:
			return nil, reader.FileOnly("column %q has physical type %d in the schema and %d in a row group", leaf.name, leaf.physical, c.physical)
		case c.values < 0 || leaf.rep == 0 && c.values != g.rows:
			return nil, reader.FileOnly("column %q has %d values in a row group of %d rows", leaf.name, c.values, g.rows)
		case c.start < 4 || c.compressed < 0 || c.compressed > r.dataEnd || c.start > r.dataEnd-c.compressed:
			return nil, reader.FileOnly("column %q is said to be at bytes %d to %d, beyond the data, which ends at byte %d",
				leaf.name, c.start, c.start+c.compressed, r.dataEnd)
		}
		if !r.wanted[i] {
			continue
		}
		if err := c.codec.check(); err != nil {
			return nil, err
		}
		spans[i] = span{c.start, min(c.start+c.compressed+slack, r.dataEnd)}
	}
	return spans, nil
}

// openGroup makes the columns of a row group ready. Small ones are fetched as
// a whole; the columns of large ones are streamed, each through its window.
func (r *read) openGroup(ctx context.Context, g *group, meta rowGroup, spans []span) error {
	streams := make([]*stream, len(spans))
	if r.fits(spans) {
		if err := r.prefetch(ctx, spans, streams); err != nil {
			return err
		}
	} else {
		for i, s := range spans {
			if !r.wanted[i] {
				continue
			}
			streams[i] = &stream{storage: r.storage, next: s.start, end: s.end, window: min(r.window(), s.end-s.start)}
		}
	}
	g.columns = make([]fileColumn, 0, len(r.fields)) // not nil: the group is begun
	for field, f := range r.fields {
		leaves := f.below()
		cursors := make([]*pages, len(leaves))
		for i, leaf := range leaves {
			s := streams[leaf.column]
			s.idle, s.grow = r.withoutSlot, g.keep
			cursors[i] = &pages{leaf: leaf, chunk: meta.chunks[leaf.column], stream: s, maxPage: r.maxPage, grow: g.keep}
		}
		g.columns = append(g.columns, r.newColumn(field, cursors))
	}
	return nil
}

// fits tells whether a row group is small enough to be held as a whole.
func (r *read) fits(spans []span) bool {
	sum := int64(0)
	for _, s := range spans {
		sum += s.end - s.start
	}
	return sum <= r.request.Limits.Limit()/4
}

// window is how much of a streamed column is asked for at once.
func (r *read) window() int64 {
	share := r.request.Limits.Limit() / 4 / int64(max(len(r.leaves), 1))
	return min(max(share, minWindow), maxWindow)
}

// groupCost is the memory that a row group takes while it is open: what is
// fetched of it, and a page of each column.
func (r *read) groupCost(meta rowGroup, spans []span) int64 {
	const usualPage = 1 << 20
	cost, whole := int64(0), r.fits(spans)
	for i, s := range spans {
		if !r.wanted[i] {
			continue
		}
		n := s.end - s.start
		if !whole {
			n = min(n, r.window())
		} else if s.start >= r.storage.tailAt && r.storage.tail != nil {
			n = 0 // in memory already
		}
		cost += n
		if c := meta.chunks[i]; c.codec != codecNone {
			cost += min(max(c.uncompressed, 0), usualPage)
		}
	}
	return cost
}

// parallelRequests is how many requests of one row group are under way at
// once.
const parallelRequests = 4

// prefetch reads all chunks, in as few requests as there can be.
func (r *read) prefetch(ctx context.Context, spans []span, streams []*stream) error {
	var sorted []span
	for i, s := range spans {
		if r.wanted[i] {
			sorted = append(sorted, s)
		}
	}
	slices.SortFunc(sorted, func(a, b span) int { return int(min(max(a.start-b.start, -1), 1)) })
	requests := merge(sorted)
	data := make([][]byte, len(requests))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(parallelRequests)
	for i, q := range requests {
		work.Go(func() (err error) {
			defer contained(&err)
			data[i], err = r.storage.read(ctx, q.start, q.end-q.start)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, s := range spans {
		if !r.wanted[i] {
			continue
		}
		for q, request := range requests {
			if s.start >= request.start && s.end <= request.end {
				streams[i] = &stream{data: data[q][s.start-request.start : s.end-request.start], next: s.end, end: s.end}
				break
			}
		}
	}
	return nil
}
