// Package csv reads comma-separated values and its relatives, byte for byte.
//
// # Records and cells
//
// The format is RFC 4180 with these decisions. A record ends at LF or CRLF,
// mixed as they come; a CR elsewhere in an unquoted cell is data. Only in a file
// whose first line end is a CR alone, and which has more of those than of LFs
// outside quotes in its first MiB, do records end at CR, which the dialect
// records; an LF is then data, but for one at the file's very end.
//
// A quote opens a quoted cell only as the cell's first byte, that is after a
// delimiter, after a line end or at the start. Elsewhere in an unquoted cell
// it is data. Inside a quoted cell everything is kept as it is, CRLF too, and
// a doubled quote is one quote. After the closing quote a delimiter or a line
// end must follow. If something else does, the record is bad; it ends at
// the next line end that is not inside a quoted cell. A quote that is never
// closed makes the rest of the file one bad record, unless that exceeds
// [reader.Limits.MaxRecord]: then the file fails, and nothing is buffered.
//
// An empty line is a row with a NULL in a file with one column. In any other
// file it is no record: it is neither counted nor numbered. The last record
// needs no line end. Nothing is trimmed.
//
// A record with more or fewer cells than the file has columns is bad.
//
// # Other dialects
//
// [reader.Hints] may name other bytes, or that quotes are data. An escape takes the
// meaning of a quote, a delimiter, a line end (CRLF as well) or an escape behind
// it, in quoted cells and others alike; before anything else it is data, so that
// nothing is lost of `C:\new` or of `\N`, which a NULL word may be. A doubled quote
// in a quoted cell is one quote all the same. A line that begins with the mark of
// comments is no record, if it is not within a quoted cell; nothing in it has a
// meaning. Lines to be skipped are lines whatever is in them.
//
// # Text
//
// Files are UTF-8, or in the encoding that [reader.Hints] or a byte order mark
// of UTF-16 say; a mark is skipped. A cell with a NUL byte or with invalid UTF-8
// is bad: databases store neither as text, and Sluice does not guess encodings.
// UTF-32, archives and unknown compressions are refused by name. Compression is
// recognised by a file's first bytes, whatever it is called, and undone to the
// last member, frame or stream.
//
// # The header
//
// The first record that is not an empty line names the columns, unless
// [reader.Hints] say that there is no header: then they are column1, column2
// and so on, as many as the first record has. Names are kept byte for byte.
// A name that differs from an earlier one at most in the case of its letters
// gets the suffix _2, or the first free one of _3, _4…; an empty name in place
// 3 is column3. A NUL or invalid UTF-8 in the header, or more than 4,096
// columns, refuse the file.
//
// A file's columns are matched to the table's by their exact names, else by
// names that differ only in case if that is unambiguous. A table column that
// the file lacks is NULL; a file column that the table lacks fails the file.
//
// # NULL
//
// An unquoted empty cell is NULL; so is an unquoted cell that equals one of the
// words in [reader.Hints]. A quoted empty cell is the empty string, but NULL in
// a column that is not text.
//
// # Types
//
// A column's type is the narrowest one that holds every value of the sample
// without changing it. The sample is at least [SampleRecords] records, or
// [SampleBytes] bytes, or the file.
//
//	bool         true or false, in any case
//	int64        -?(0|[1-9][0-9]*) in range; not 007, +1 or -0
//	float64      a finite number with a point or an exponent; .5 but not 5.
//	             or 007.5, and no number that would overflow or become zero.
//	             Integers may be among them, within ±2^53
//	date         YYYY-MM-DD, years 0001 to 9999, a day that exists
//	timestamp    a date, a space or T, HH:MM, and if present :SS and one to
//	             six digits of a second
//	timestamptz  the same followed by Z, ±hh, ±hhmm or ±hh:mm
//	text         anything else, any other mixture, and nothing at all
//
// Reading uses the functions that inference uses. A value that does not fit
// its column's type is bad. In a float64 column, an integer that no float64
// equals is bad too: no value is ever changed.
//
// # Positions
//
// Records are numbered from 1, the header not counted. Offsets are bytes of
// the text: decompressed, and in UTF-8. A bad record fails the file after the rows before it
// were emitted, or is left out and counted, as the request says.
package csv
