//go:build cgo

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// ledgerSchema is where the ledger lives. It is not "sluice", because DuckDB
// names a database after its file: in the default file, sluice.duckdb, the
// name sluice.ledger would be ambiguous.
const ledgerSchema = "_sluice"

// Target is a DuckDB file. It implements [target.Target].
type Target struct {
	path   string
	db     *sql.DB
	writer *writer
	view   *sql.Conn // reads what is committed, beside the writer
	ledger *ledger.Store
}

var _ target.Target = (*Target)(nil)

// Open opens the file, or creates it. Unless opts.ReadOnly is set it makes
// the ledger where there is none.
//
// A file has one writer: while the target is open, other processes and other
// calls of Open get an error that says so.
func Open(ctx context.Context, path string, opts Options) (target.Target, error) {
	opts = opts.withDefaults(runtime.GOMAXPROCS(0))
	if err := checkFile(path, opts.ReadOnly); err != nil {
		return nil, err
	}
	dsn := path
	if opts.ReadOnly {
		dsn += "?access_mode=read_only"
	}
	connector, err := duckdb.NewConnector(dsn, nil)
	if err != nil {
		return nil, explainOpen(path, err)
	}
	t := &Target{path: path, db: sql.OpenDB(connector)}
	if err := t.connect(ctx, opts); err != nil {
		return nil, errors.Join(explainOpen(path, err), t.Close())
	}
	return t, nil
}

// connect makes the two connections and prepares them.
func (t *Target) connect(ctx context.Context, opts Options) error {
	conn, err := t.db.Conn(ctx)
	if err != nil {
		return err
	}
	t.writer = &writer{conn: conn, options: opts, commitSQL: "COMMIT"}
	if t.view, err = t.db.Conn(ctx); err != nil {
		return err
	}
	t.ledger = ledger.New(t, ledgerSchema, ledger.Dialect{OneWriter: true})
	t.writer.ledger = t.ledger
	var inMemory bool
	if err := conn.QueryRowContext(ctx, `SELECT database_name, path IS NULL FROM duckdb_databases()
		WHERE database_name = current_database()`).Scan(&t.writer.main, &inMemory); err != nil {
		return err
	}
	if inMemory {
		// DuckDB opens a CSV, JSON or Parquet file as a view in an empty
		// memory database: the rows would be gone with the process.
		return errors.New("it is a data file, not a DuckDB database: name another file")
	}
	switch strings.ToLower(t.writer.main) {
	case ledgerSchema, feedDB:
		return fmt.Errorf("DuckDB calls a database after its file, and Sluice needs the name %s for itself: rename the file", t.writer.main)
	}
	if !opts.ReadOnly {
		// First of all, because it fails if another Target has the file:
		// the settings below would change that one's as well.
		if err := t.writer.attachFeeds(ctx); err != nil {
			return err
		}
	}
	for _, stmt := range settings(opts) {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s: %w", stmt, err)
		}
	}
	if opts.ReadOnly {
		return nil
	}
	return t.ledger.Create(ctx)
}

// settings are the statements that make DuckDB behave as Sluice promises.
func settings(opts Options) []string {
	return []string{
		fmt.Sprintf("SET memory_limit = '%dB'", opts.Memory),
		fmt.Sprintf("SET threads = %d", opts.Threads),
		// With order kept, an INSERT under a small memory limit runs on one
		// thread. SQL tables have no order; _sluice_file tells files apart.
		"SET preserve_insertion_order = false",
		// Invariant 7: a commit leaves no write-ahead log. DuckDB 1.5.5 can
		// replay half of a transaction from a log whose end was cut.
		"SET checkpoint_threshold = '0KB'",
		"SET auto_checkpoint_skip_wal_threshold = 0",
		// Nothing that data or names say may make DuckDB load code or
		// touch another file.
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET enable_external_access = false",
	}
}

// Promise implements [target.Target].
func (t *Target) Promise() string { return "exactly once: rows and ledger commit together" }

// SharesTransaction implements [target.Sharing].
func (t *Target) SharesTransaction() {}

// Ledger implements [target.Target].
func (t *Target) Ledger() *ledger.Store { return t.ledger }

// Close implements [target.Target]. It may be called twice.
func (t *Target) Close() error {
	var errs []error
	if t.writer != nil {
		errs = append(errs, t.writer.close())
	}
	if t.view != nil {
		if err := t.view.Close(); !errors.Is(err, sql.ErrConnDone) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, t.db.Close())
	if t.writer != nil {
		t.writer.releaseFeeds()
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close %s: %w", t.path, err)
	}
	return nil
}
