// Package postgres loads rows into PostgreSQL 13 to 18, exactly once.
//
// Every session has a connection and a transaction of its own. Rows are
// encoded from Arrow columns into PostgreSQL's binary COPY format, and one
// buffer is sent while the next is filled. The transaction stays open over
// several pushes; the ledger's compare-and-set is its last statement before
// COMMIT. If the answer to COMMIT is lost, the ledger is asked over a new
// connection, in a way that waits for the old transaction to end.
//
// Nothing depends on the state of a connection between transactions: settings
// are made for each transaction by itself, and no statement is prepared. So a
// pooler may hand every transaction to another server process.
//
// While a transaction loads a table it holds the lock that keeps the table's
// definition as it is, since binary values are only right for the types they
// were encoded for.
package postgres
