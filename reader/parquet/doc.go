// Package parquet reads Apache Parquet files. It decodes pages itself, straight
// into the buffers of Arrow batches, so that every length that a file
// declares is checked before memory is taken for it, and a file can be read on
// from any row; libraries undo the compression of pages.
//
// The way of the bytes: fetch.go asks the store for ranges, thrift.go and
// metadata.go read the footer, schema.go and kind.go tell what columns there
// are; pages.go finds pages, codec.go decompresses them, levels.go, values.go
// and delta.go undo the encodings; step.go and sinks.go make columns of
// values, with package typed, saving.go and rescue.go what to do with those that do
// not fit, nested.go, cursor.go, form.go and rowtext.go JSON of
// nested ones; feed.go, group.go and stretch.go are the parallel way through the
// file.
//
// https://parquet.apache.org/docs/file-format/ and
// https://github.com/apache/parquet-format are the specification.
package parquet
