// Package scalar parses the cells of text formats: one function per type,
// used both to infer a column's type and to decode its values, so that a
// value that made a column int64 in the sample can never be refused as int64
// later, nor the other way round.
//
// The functions are strict. A cell is taken only if nothing that a reader of
// the text could mean is lost: 007 is not a number, 31 February is not a day,
// 1e400 is not a float. They do not allocate, keep no reference to the cell
// and report failure with ok == false; why it failed is the caller's sentence.
package scalar
