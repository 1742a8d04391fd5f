// Package jsonrow makes rows of JSON objects, for the formats whose records
// they are. The rules for a record are written in package jsonl, and are the same
// wherever it lies: a [Layout] tells where the records of a block are, and what
// may stand between them. [Decoder] fills columns, [Sampler] finds them.
package jsonrow
