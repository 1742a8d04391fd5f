// Package unpack undoes the compression of files, in the goroutine that reads.
//
// What libraries take for the end of a file is often only where it was cut, so
// every reader here answers io.EOF only where the format lets a file end: after
// a whole member, frame or stream. Only between two of those a cut cannot be
// seen; there the caller compares the number of bytes. All members are read, and
// bytes that are no member are an error. Memory that a header declares is compared
// with a limit before it is taken.
package unpack
