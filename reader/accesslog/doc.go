// Package accesslog reads the access logs of web servers: one request per line,
// in a format that is told as the server was told it: a log_format of nginx, a
// LogFormat of Apache, or one of the names "combined" and "common".
//
// # Formats
//
// A format is values with text between them. A value of nginx is written $name or
// ${name}, and its column has that name. A value of Apache is a directive; names.go
// has the column of each, and what is in the way of one (conditions, < and >) is
// skipped. \" \' \\ and \t in a format are what they are in a configuration. Two
// values must have text between them. "combined" and "common" are Apache's, and
// what nginx writes as combined is the same.
//
// Of a format's first value that is a whole request, such as "GET / HTTP/1.1",
// three columns are made besides: method, path (with its query) and protocol,
// but those that another value of the format is called. They are NULL where the
// request is not a method, a path and a protocol that begins with HTTP/.
//
// # Lines
//
// Lines end at LF or CRLF; empty ones are no records. A value goes up to the first
// place where the text behind it follows, the last one to the end of the line.
// Between double quotes, a quote behind a backslash does not end it. Elsewhere a
// space behind a comma does not, nor " : " in values called upstream_…: so nginx
// writes lists. A line that is not like that, has a NUL byte or is no valid UTF-8
// is a bad record.
//
// # Values
//
// A value that is "-" is NULL. An empty one is an empty text, and NULL in a column
// of another type. In every other one \xHH, \" \\ \n \t \r \b \f \v are undone;
// where the result is no UTF-8 or has a NUL, the value stays as it is written.
//
// What a server counts or measures itself has the type of that, see names.go;
// everything else is text, and nothing is inferred. A time as in
// 10/Oct/2000:13:55:36 -0700 is a timestamptz, in a text column what is written.
// A status is a number in spite of zeros ahead of it. Otherwise a column takes what
// the same cell of a CSV file would be; what does not fit is a bad record.
//
// # Positions
//
// Records are numbered from 1. Offsets are bytes of the text: decompressed, and
// in UTF-8.
package accesslog
