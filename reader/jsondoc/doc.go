// Package jsondoc reads JSON documents (RFC 8259) whose records are objects that
// go over line ends as they like, without ever holding more than some of them:
//
//   - the elements of an array that is the whole file;
//   - the elements of an array within an object, or one object there, to which a
//     path of keys leads;
//   - values one after another, with white space between them or nothing. A file
//     that is one object is one record.
//
// # What is around the records
//
// All of it must be JSON, and is checked without being kept, whatever its size.
// So must be what divides records: one comma in an array, none elsewhere. What
// is not so fails the file at that byte, after the rows before it were emitted,
// and so does a file that ends before its document does. Which shape a document
// has, its first byte and the path tell.
//
// # A path
//
// Each key of a path is looked for in an object. It is compared by what it says,
// escapes undone, and must be there once; in an array nothing is looked for. The
// path ends at an array, at an object, which is a record, or at null, which
// is none.
//
// # Records
//
// A record ends where its quotes and brackets say. One that is otherwise no JSON,
// no object, or not a row is a bad record by the rules of package jsonl, which are
// the same here but for what they say of lines; the others are not affected.
// If its quotes or brackets do not match, nothing says where the next one begins:
// that fails the file.
//
// # Positions
//
// Records are numbered from 1. Offsets are bytes of the decompressed file. Reading
// goes on behind any record: the file's beginning is read again, up to its first
// record, to learn the document's shape.
package jsondoc
