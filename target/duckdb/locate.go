//go:build cgo

package duckdb

import (
	"context"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// locate finds the row that an INSERT of these items was refused for, of which
// DuckDB says nothing. It rolls the transaction back, inserts one half of the
// rows, or the other, and so on, and undoes that each time: about twice the
// work of the INSERT. A row that is refused only because of one before it, such
// as the second of two equal keys, takes a few times more. If it is one of an
// earlier INSERT of the transaction, the row is not found, and err is returned
// as it is. The parts remain the caller's.
func (w *writer) locate(ctx context.Context, sink *sink, parts []part, err error) error {
	w.rollback()
	parts = slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.NumRows() == 0 })
	if row, ok := w.firstRefused(ctx, sink, parts); ok {
		return &target.RefusedRow{Origin: row.Origin, Row: row.before, Err: err}
	}
	return err
}

// firstRefused finds the row that parts are refused for, if they are.
func (w *writer) firstRefused(ctx context.Context, sink *sink, parts []part) (row part, ok bool) {
	if len(parts) == 1 && parts[0].NumRows() == 1 {
		return parts[0], true
	}
	left, right := cut(parts, count(parts)/2)
	defer release(left)
	defer release(right)
	for _, half := range [][]part{left, right} {
		if w.refuses(ctx, sink, half) {
			return w.firstRefused(ctx, sink, half)
		}
	}
	return w.firstTogether(ctx, sink, parts, count(left))
}

// firstTogether finds the row that ends the shortest beginning of parts that is
// refused, of which the first rows, that many, are not.
func (w *writer) firstTogether(ctx context.Context, sink *sink, parts []part, good int64) (row part, ok bool) {
	bad := count(parts)
	if !w.refuses(ctx, sink, parts) {
		return part{}, false
	}
	for bad-good > 1 {
		middle := (good + bad) / 2
		head, tail := cut(parts, middle)
		if w.refuses(ctx, sink, head) {
			bad = middle
		} else {
			good = middle
		}
		release(head)
		release(tail)
	}
	before := bad - 1
	for _, p := range parts {
		if before < p.NumRows() {
			p.before += before
			return p, true
		}
		before -= p.NumRows()
	}
	return part{}, false
}

// refuses tells whether the table refuses rows. It stores none.
func (w *writer) refuses(ctx context.Context, sink *sink, parts []part) bool {
	if w.exec(ctx, "BEGIN") != nil {
		return false
	}
	defer w.rollback()
	return abstract.ClassOf(w.run(ctx, sink, parts)) == abstract.FileOnly
}
