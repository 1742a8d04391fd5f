package target

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// FileIDColumn is the column that Sluice adds to the tables it creates: the
// ledger id of the file that a row came from.
const FileIDColumn = "_sluice_file"

// Target is a database. Its methods may be called concurrently.
type Target interface {
	// Promise says in a few words what the target guarantees, for people.
	Promise() string
	// Ledger is the progress kept in this database, nil if it keeps none.
	// Then every object is loaded each time.
	Ledger() *ledger.Store
	// Describe tells the columns of a table, nil if there is no such table.
	Describe(ctx context.Context, table string) (*Table, error)
	// CreateSQL is the statement that Create runs, "" if it runs none.
	CreateSQL(table string, schema Table) string
	// Create makes a table. It fails if there is one of that name.
	Create(ctx context.Context, table string, schema Table) error
	// AddColumnsSQL is the statement that AddColumns runs, "" if it runs none.
	AddColumnsSQL(table string, columns abstract.Schema) string
	// AddColumns adds columns at the end of a table, nullable, and leaves alone
	// those that it has, whatever their types, and whatever the case of their
	// letters: [Target.Describe] tells them afterwards. Others may do the same at the same time. It waits no more than
	// moments for those who use the table, sessions with rows in a transaction
	// among them, and fails with an error of class Transient when that was not
	// enough. A caller with a session of its own flushes that before.
	AddColumns(ctx context.Context, table string, columns abstract.Schema) error
	// WidenColumnsSQL is the statement that WidenColumns runs, "" if it runs none.
	WidenColumnsSQL(table string, columns []Widening) string
	// WidenColumns gives columns of a table wider types, in which the values that
	// are there stay what they are, with the text that a reader would have given
	// them. It leaves alone those whose type is another one by now than the one it
	// is told: [Target.Describe] tells, and the caller decides anew. Otherwise it is
	// as AddColumns, but that it may take as long as it takes to write the table
	// anew, while nobody else reads it.
	WidenColumns(ctx context.Context, table string, columns []Widening) error
	// Verify compares a pipeline's table, and its [QuarantineTable] if there is
	// one, with the ledger and refuses to go on where they hold rows that the
	// ledger does not account for.
	Verify(ctx context.Context, pipeline, table string) error
	// Session begins a session that loads rows. When ctx ends, Push and Flush
	// fail, and Close rolls back what is not committed.
	Session(ctx context.Context, cfg SessionConfig) (Session, error)
	// Forget deletes objects' rows from the table, their rejected records from
	// the [QuarantineTable], if there is one, and their entries from the ledger,
	// in one transaction. It tells how many rows of the table went.
	Forget(ctx context.Context, table string, entries ...ledger.Entry) (int64, error)
	// Close frees what the target holds. Sessions must be closed before.
	Close() error
}

// Sharing is what a [Target] may be besides: one whose sessions share a
// transaction, so that several are no faster than one, and what one does wrong
// undoes the work of all.
type Sharing interface{ SharesTransaction() }

// Table is the columns of a table.
type Table struct {
	// Schema is the columns that files fill, without the file id.
	Schema abstract.Schema
	// FileID tells that the table has the column [FileIDColumn].
	FileID bool
}

// Widening is a column that gets a type which holds the values of the one it
// has; see [abstract.Type.Holds].
type Widening struct {
	Column string        `json:"column"`
	From   abstract.Type `json:"from"`
	To     abstract.Type `json:"to"`
}

// SessionConfig is what a session needs to know.
type SessionConfig struct {
	// Committed, if not nil, is called after each commit with the progress
	// that the commit made durable for this session's objects, in the order of
	// the commits, one call at a time, from any goroutine. It must be quick, and
	// must not call the target.
	Committed func([]ledger.Progress)
}

// NoFileIDError refuses to delete rows of files from a table that has no
// [FileIDColumn] and holds that many of them.
func NoFileIDError(table string, rows int64) error {
	return fmt.Errorf("table %q has no column %s, so the %d rows of the file cannot be told from others: delete them yourself first",
		table, FileIDColumn, rows)
}

// Session loads rows in transactions of its own choosing. It is used by one
// goroutine at a time.
//
// An object that replaces others (see [abstract.Origin]) is stored in one
// transaction, from its first item to its last, together with the deletion of
// what it replaces: others see all of the old rows or all of the new ones. What
// the session holds is committed before, items of other objects are refused in
// between, and Flush in between undoes what there is of the object, which is no
// error. Until the last item is pushed, other sessions and the ledger may have
// to wait: whoever pushes it must not wait for them.
//
// If Push or Flush fails, everything pushed since the last successful Flush
// is undone or will never be known to be durable: ask the ledger where each
// object stands, and go on from there. The session remains usable. An error
// that undid a transaction is a [*RollbackError], and is told once. Other
// errors say that an item cannot be pushed at all, that the session or its
// context has ended, or that it is not known whether a commit took effect.
type Session interface {
	// Push takes items and returns when they are stored, or held in memory
	// that the target bounds; it blocks while there is no room. It owns the
	// items, and it commits when it sees fit, but never between two items of
	// one Push. A batch may lack columns of the table: they are NULL in its rows,
	// and may have types that columns had before they were widened, so that what
	// was read before that need not be read again.
	// See [abstract.Pusher].
	Push(items []abstract.ChangeItem) error
	// Flush returns when everything pushed is durable.
	Flush() error
	// Close ends the session and undoes what was pushed since the last
	// commit. It may be called twice.
	Close() error
}

// RollbackError reports that a transaction was undone, with everything that
// the session had in it. The cause need not lie with the session's own files:
// a transaction may be shared.
type RollbackError struct{ Cause error }

func (e *RollbackError) Error() string { return fmt.Sprintf("transaction rolled back: %v", e.Cause) }

// Unwrap gives the cause, classified: a [*ledger.ConflictError] if another
// writer was faster, FileOnly if the table refused a row. Both are about files
// of this session. Where the cause lies with another session, or where that
// cannot be told, it is Transient: the same rows pass when they are driven
// again, or fail by a cause that is their own.
func (e *RollbackError) Unwrap() error { return e.Cause }
