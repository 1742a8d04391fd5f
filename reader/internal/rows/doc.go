// Package rows makes rows of records one after another, for the formats whose
// records say themselves which values they have. A format tells how to find a
// record ([Layout]) and what is in it ([Parse]), which it puts into a [Row];
// [Decoder] does what is the same for all: bad, refused and located records,
// columns that are missing or left out, and batches. [Sample] goes through the
// beginning of a file.
package rows
