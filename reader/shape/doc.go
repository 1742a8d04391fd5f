// Package shape makes of a file's columns those of the rows, whatever the
// format: it leaves out columns and gives others names, as a [reader.Shaping]
// says. [New] puts it around a format, which knows nothing of it: it is asked
// for the columns under the names that they have in the file. Offsets, chunks
// and rejected records are the format's own, and errors show the file's names.
//
// The shaping is kept in the dialect of a file, so that a file that is partly
// loaded is read on the way it was begun.
package shape
