// Package avro reads Apache Avro object container files. It decodes values
// itself, straight into the buffers of Arrow batches, so that every length that a
// file declares is checked before memory is taken for it, and a file can be read
// on from any record; libraries undo the compression of blocks.
//
// The way of the bytes: source.go and header.go read the file up to its first
// block; schema.go, parse.go and logical.go tell what its values are; feed.go cuts
// the file into stretches of blocks, stretch.go makes batches of them, on all cores:
// codec.go unpacks, cursor.go reads values, fields.go puts them into columns, and
// nested.go makes JSON of what is not flat.
//
// https://avro.apache.org/docs/1.12.0/specification/ is the specification.
package avro
