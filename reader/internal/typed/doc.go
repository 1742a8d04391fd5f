// Package typed is what binary formats have in common: values that come with a
// type of their own. It tells what they mean ([Kind]), writes them as text and as
// JSON, and makes values of another type of them, exactly or not at all.
package typed

// Value is the Go types that the values of files have: FLOAT and DOUBLE are the
// bits of theirs.
type Value interface{ bool | int32 | int64 | []byte }
