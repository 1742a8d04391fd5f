// Package ledger keeps, in the target's own database, how far each object has
// been loaded. One row stands for one object identity (pipeline, bucket, key,
// generation); it is moved on by a compare-and-set that is the last statement
// of the transaction which stores the rows, so rows and progress become
// durable together or not at all. That single mechanism gives exactly once
// under kill -9, redelivery, two workers on one file and a paused zombie.
//
// The package holds the statements and their meaning. It runs them through
// [DB], which a target implements on its own connection.
package ledger
