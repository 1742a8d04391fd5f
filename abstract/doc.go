// Package abstract holds the types that every part of Sluice speaks: a change
// to a table ([ChangeItem]), where it came from ([Origin]), the two shapes of
// a sink ([Pusher], [AsyncSink]) and the classes of errors ([Class]).
//
// It is the lowest layer: it imports the standard library and Apache Arrow,
// nothing of Sluice. Rows stay columnar, as Arrow record batches, from the
// decoder to the database; no cell is ever boxed on the way.
package abstract
