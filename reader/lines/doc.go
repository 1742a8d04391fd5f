// Package lines reads text line by line: each line is a row of one column, as it
// is.
//
// # Lines
//
// Lines end at LF or CRLF, mixed as they come; a CR elsewhere is data. The last
// line needs no line end. An empty line is a row with an empty text. A byte order
// mark at the beginning of the file is skipped.
//
// # The column
//
// It is called line and is text, never NULL; nothing is inferred. In a table
// where it is of another type, a line is what the same cell of a CSV file would
// be, and what does not fit is a bad record. So a json column takes lines of any
// JSON. A line that has a NUL byte or is no valid UTF-8 is a bad record.
//
// # Positions
//
// Records are numbered from 1. Offsets are bytes of the text: decompressed, and
// in UTF-8.
package lines
