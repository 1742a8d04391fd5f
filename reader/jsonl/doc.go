// Package jsonl reads JSON lines: one JSON object (RFC 8259) per line.
//
// # Records
//
// Lines end at LF; the CR of a CRLF is white space. Lines of white space are no
// records: they are neither counted nor numbered. The last line needs no line
// end. A byte order mark is skipped. Each line is one object and nothing else: an
// array, a scalar or null, a second document behind the object, and an object
// that goes on on the next line are bad records. A file that begins with an
// array, or with an object over several lines, is refused when it is sampled, and
// so is one without a single good record in the sample.
//
// # JSON
//
// Package reader/internal/json says what is JSON. Strings with half of a surrogate pair
// and invalid UTF-8 are bad records. Values nest 1,024 levels at most.
//
// # Keys
//
// The keys of the objects are the columns, in the order in which the sample has
// them first. Keys are compared by what they say, escapes undone. They are
// matched to the table's columns by [reader.Matcher]: by the exact name, else
// by one that differs only in case if that is unambiguous. In the sample, keys that
// differ only in case are one column, named by the first of them.
//
// A key that a record lacks is NULL, and so is null. A key that the table lacks
// makes the record bad, unless its value is null: it is never dropped. Two keys of
// a record that are one column make it bad too, and so does an empty key or one
// with a NUL character if it has a value. A record has at most 4,096 keys,
// and so has the sample.
//
// Under [reader.Hints] with Rescue, a key that the table lacks and a value that does not
// fit its column are put, as they are in the file, into an object in one column instead of
// making the record bad.
//
// Under [reader.Hints] with Flatten the keys of objects within are keys as well, named
// with those around them and a _ between, and the rules are the same for these names;
// the key of such an object counts as one, but has no value and no column.
//
// # Values
//
// Inference: numbers are what the same cell of a CSV file would be: int64,
// float64, or text where neither holds them unchanged; a string is text, unless
// it is a date, a timestamp or a timestamptz in the notation of CSV; objects and
// arrays are JSON. Mixtures go by [reader.Evidence.Type].
//
// Reading: a text column takes strings, and the text of any other value as it is
// in the file. A JSON column takes the text of any value as it is in the file. Any
// other column takes what CSV takes, be it a number, true, false, or in a string;
// there is no other conversion. What does not fit makes the record bad, and so
// does \u0000 in a text column: databases do not store it.
//
// # Positions
//
// Records are numbered from 1. Offsets are bytes of the text: decompressed, and
// in UTF-8. A bad
// record fails the file after the rows before it were emitted, or is left out
// and counted, as the request says.
package jsonl
