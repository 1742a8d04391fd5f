// Package postgres loads rows into PostgreSQL 13 to 18, exactly once.
//
// Every session is a pipeline of transactions. Rows are encoded from Arrow
// columns into PostgreSQL's binary COPY format, for a transaction that stays
// open over several pushes. When it is full, the next one goes on over another
// connection, if one is to be had, while the rows of the first are still on
// their way. They commit in the order of the pushes; the ledger's
// compare-and-set is each one's last statement before COMMIT. If the answer to
// COMMIT is lost, the ledger is asked over a new connection, in a way that
// waits for the old transaction to end.
//
// Nothing depends on the state of a connection between transactions: settings
// are made for each transaction by itself, and no statement is prepared. So a
// pooler may hand every transaction to another server process.
//
// While a transaction loads a table it holds the lock that keeps the table's
// definition as it is, since binary values are only right for the types they
// were encoded for.
package postgres
