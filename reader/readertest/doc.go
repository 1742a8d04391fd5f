// Package readertest is the conformance suite for file formats: whatever a
// format reads, [Run] checks the promises of [reader.Format] that do not
// depend on the format. They are that rows and their order do not depend on
// where blocks and network reads are cut; that reading on from any offset that
// was emitted gives exactly the rows that are left; that a file that is
// cancelled, cut short or failing never looks complete; and that memory is
// bounded and given back.
//
// [Bucket] is a store in memory that misbehaves as told.
package readertest
