//go:build cgo

package duckdb

import "github.com/seed-ede61cd5/sluice/abstract"

// part is some rows of an item: a slice of its batch, and how many rows of the
// item are before it.
type part struct {
	abstract.ChangeItem
	before int64
}

// cut cuts parts in two: the first rows, that many, and the rest. Both are to
// be released, as the parts themselves are.
func cut(parts []part, rows int64) (left, right []part) {
	for _, p := range parts {
		n := min(rows, p.NumRows())
		rows -= n
		if n > 0 || p.NumRows() == 0 {
			left = append(left, p.slice(0, n))
		}
		if n < p.NumRows() {
			right = append(right, p.slice(n, p.NumRows()))
		}
	}
	return left, right
}

// count is the number of rows.
func count(parts []part) (rows int64) {
	for _, p := range parts {
		rows += p.NumRows()
	}
	return rows
}

// slice is a part of its own. All of a part costs next to nothing: small files
// are many parts, and whoever cuts them cuts one.
func (p part) slice(from, to int64) part {
	switch {
	case p.Batch == nil:
	case to-from == p.NumRows():
		p.Batch.Retain()
	default:
		p.Batch = p.Batch.NewSlice(from, to)
	}
	p.before += from
	return p
}

// retain returns the same parts, to be released once more.
func retain(parts []part) []part {
	for _, p := range parts {
		if p.Batch != nil {
			p.Batch.Retain()
		}
	}
	return parts
}

func release(parts []part) {
	for _, p := range parts {
		p.Release()
	}
}
