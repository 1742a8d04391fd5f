package jsonrow

import (
	"slices"

	"github.com/seed-ede61cd5/sluice/reader"
)

// isNew tells whether a column could be made for a key that has none.
func (d *Decoder) isNew(name string) bool {
	return d.fresh != nil && d.matcher.Lacks(name) && d.fresh(name)
}

// freshTwins is the reason for a record whose keys there are no columns for
// cannot be columns together.
const freshTwins = "two of its keys differ only in case, and would be one new column: rename one"

// newColumns looks at the rest of a block, from a record on that has values for
// which there are no columns: for all such keys of it, and at their values. It
// returns nil if the record by itself gives no column.
func (d *Decoder) newColumns(block reader.Block, first int, record []byte) *reader.NewColumnsError {
	offset := block.Offset + int64(first)
	// A copy is made of it, as padding is to follow. Only if that finds any is the
	// rest gone through: once in a file for each column that it gives the table.
	if len(d.fresher(record[:len(record):len(record)], offset)) == 0 {
		return nil
	}
	return &reader.NewColumnsError{Columns: d.fresher(block.Data[first:], offset)}
}

// fresher is the evidence for the new columns of some records.
func (d *Decoder) fresher(data []byte, offset int64) []reader.Evidence {
	return slices.DeleteFunc(d.observe(data, offset), func(e reader.Evidence) bool {
		return e.Values == 0 || d.leave(e.Name) || !d.isNew(e.Name)
	})
}

// tooNarrow is as newColumns, for a record with a value that does not fit that
// column: it tells which columns are to be made wider, nil if this one cannot.
func (d *Decoder) tooNarrow(block reader.Block, first int, record []byte, column string) *reader.NewColumnsError {
	offset := block.Offset + int64(first)
	if !slices.ContainsFunc(d.narrow(record[:len(record):len(record)], offset), func(e reader.Evidence) bool { return e.Name == column }) {
		return nil
	}
	return &reader.NewColumnsError{Narrow: d.narrow(block.Data[first:], offset)}
}

// narrow is the evidence for the columns that are too narrow for some records.
func (d *Decoder) narrow(data []byte, offset int64) (list []reader.Evidence) {
	for _, e := range d.observe(data, offset) {
		place, err := d.matcher.Find(e.Name)
		if err != nil || d.leave(e.Name) {
			continue
		}
		if e.Name = d.schema[place].Name; d.widen(e) {
			list = append(list, e)
		}
	}
	return list
}

// observe is the evidence of some records.
func (d *Decoder) observe(data []byte, offset int64) []reader.Evidence {
	s := NewSampler(d.layout, d.levels, d.bounds)
	s.notText = d.notText
	// Its only error is that there are too many columns, of which the first do.
	_ = s.observe(reader.Block{Data: data, Offset: offset}, nil)
	return s.columns
}
