// Package pgcopy writes Arrow batches in PostgreSQL's binary COPY format,
// straight from the columns' buffers: no row is built and no value is boxed.
//
// The format is a header, then for each row a count of fields and for each
// field its length (-1 for NULL) and its bytes, then a trailer; integers are
// big-endian. What a type's bytes mean is fixed by the server's receive
// functions: https://www.postgresql.org/docs/current/sql-copy.html, "Binary
// Format", and src/backend/utils/adt.
//
// A value arrives as it is, or is refused. The server's receive functions
// round, cut and pad to what a column was declared with; so what a column
// cannot hold exactly is found here, before it is sent.
package pgcopy
