package column

import "github.com/seed-ede61cd5/sluice/abstract"

// Remove takes rows out of the column. rows is in ascending order, without
// repetitions.
func (b *Builder) Remove(rows []int) {
	if len(rows) == 0 {
		return
	}
	to := rows[0]
	for i, gone := range rows {
		next := b.N
		if i+1 < len(rows) {
			next = rows[i+1]
		}
		to += b.move(to, gone+1, next)
	}
	for row := to; row < b.N; row++ {
		b.setNull(row, false)
	}
	b.N = to
}

// Split moves the first n rows into a column of their own and keeps the rest.
func (b *Builder) Split(n int) *Builder {
	text := 0
	if Variable(b.typ) {
		text = int(b.Offsets()[n])
	}
	head := New(b.mem, b.typ, n, text)
	head.N = n
	for row := range n {
		head.setNull(row, b.IsNull(row))
	}
	switch {
	case b.typ == abstract.Bool:
		copy(head.values, b.values[:(n+7)/8])
		for row := n; row < 8*len(head.values); row++ {
			head.setBit(row, false)
		}
	case Variable(b.typ):
		copy(head.Offsets(), b.Offsets()[:n+1])
		copy(head.data, b.data[:text])
	default:
		copy(head.values, b.values[:n*Width(b.typ)])
	}
	kept := b.move(0, n, b.N)
	for row := kept; row < b.N; row++ {
		b.setNull(row, false)
		if b.typ == abstract.Bool {
			b.setBit(row, false)
		}
	}
	b.N = kept
	return head
}

// move copies rows [from,end) down to row to, and returns how many those are.
func (b *Builder) move(to, from, end int) int {
	n := end - from
	for i := range n {
		b.setNull(to+i, b.IsNull(from+i))
	}
	switch {
	case b.typ == abstract.Bool:
		for i := range n {
			b.setBit(to+i, b.values[(from+i)>>3]>>((from+i)&7)&1 == 1)
		}
	case Variable(b.typ):
		offsets := b.Offsets()
		start, shift := offsets[from], offsets[from]-offsets[to]
		copy(b.data[start-shift:], b.data[start:offsets[end]])
		for i := range n + 1 {
			offsets[to+i] = offsets[from+i] - shift
		}
	default:
		w := Width(b.typ)
		copy(b.values[to*w:], b.values[from*w:end*w])
	}
	return n
}

// IsNull tells whether a row is NULL.
func (b *Builder) IsNull(row int) bool { return b.valid[row>>3]>>(row&7)&1 == 0 }

// setNull makes a row NULL, or not.
func (b *Builder) setNull(row int, null bool) {
	if null == b.IsNull(row) {
		return
	}
	b.valid[row>>3] ^= 1 << (row & 7)
	if null {
		b.nulls++
	} else {
		b.nulls--
	}
}

func (b *Builder) setBit(row int, set bool) {
	b.values[row>>3] &^= 1 << (row & 7)
	if set {
		b.SetTrue(row)
	}
}
