package reader

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// BadRecord tells why a record cannot be turned into a row, and where it is.
type BadRecord struct {
	// Index is the record's position among the records of its block, from 0.
	// The pipeline makes a record number of it, which decoders cannot know.
	Index int64
	// Number is the record's number in the file, from 1. It is set where Read fails by a
	// record that [FailFile] alone makes the file's end, and 0 otherwise.
	Number int64
	// Offset is where the record begins, in bytes of the decompressed stream;
	// negative for formats that have no such place.
	Offset int64
	// Column is the name of the column at fault, empty if it is not one.
	Column string
	// Reason is the fault, as a clause: `"abc" is not an int64`.
	Reason string
	// Raw is the record's bytes without its line end, nil where they are not
	// asked for or the format has none.
	Raw []byte
}

// Error describes the record.
func (b *BadRecord) Error() string {
	if b.Number == 0 {
		return fmt.Sprintf("record at byte %d: %s", b.Offset, b.Reason)
	}
	return b.describe(b.Number)
}

// describe is the sentence for a record that has the given number.
func (b *BadRecord) describe(number int64) string {
	place := fmt.Sprintf("record %d", number)
	if b.Offset >= 0 {
		place += fmt.Sprintf(" at byte %d", b.Offset)
	}
	if b.Column != "" {
		place += fmt.Sprintf(", column %q", b.Column)
	}
	return place + ": " + b.Reason
}

// why is the reason by itself, for whoever knows the place.
func (b *BadRecord) why() string {
	if b.Column != "" {
		return fmt.Sprintf("column %q: %s", b.Column, b.Reason)
	}
	return b.Reason
}

// maxQuoted is how much of a value an error shows, in bytes.
const maxQuoted = 60

// Quote shows a value in an error: quoted, escaped, and cut where it is long.
func Quote(value []byte) string {
	if len(value) <= maxQuoted {
		return strconv.Quote(string(value))
	}
	cut := maxQuoted
	for cut > maxQuoted-utf8.UTFMax && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return fmt.Sprintf("%q… (%d bytes)", value[:cut], len(value))
}

// A is a type with its article, as errors name it.
func A(typ abstract.Type) string {
	if typ == abstract.Int64 {
		return "an " + string(typ)
	}
	return "a " + string(typ)
}

// FileOnly makes an error that fails one file and no other; see
// [abstract.FileOnly]. The pipeline adds the file's name.
func FileOnly(format string, args ...any) error {
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf(format, args...))
}

// recovered turns a panic of what was being done into an error of the file.
// Libraries panic on files that nobody had thought of; that must not end the
// process. It is to be deferred.
func recovered(doing string, err *error) {
	if p := recover(); p != nil {
		*err = FileOnly("%s: panic: %v", doing, p)
	}
}
