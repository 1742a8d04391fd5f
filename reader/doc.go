// Package reader turns files into chunks of rows. A [Format] samples a file
// (dialect, columns, types) and reads it from any record boundary on:
//
//	fetch → decompress → split at record boundaries → decode in parallel → emit in order
//
// so that one big file keeps all cores busy while its chunks still arrive in
// the order of the file. Memory is reserved from a [Limits] budget in file order,
// before anything is decoded. Formats live in the folders below; readertest
// is the suite that each of them passes.
package reader
