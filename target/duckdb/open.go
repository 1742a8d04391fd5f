//go:build cgo

package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
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
func Open(ctx context.Context, path string, opts Options) (target.Target, error) {
	opts = opts.withDefaults(runtime.GOMAXPROCS(0))
	db, err := openDB(path, opts)
	if err != nil {
		return nil, err
	}
	t := &Target{path: path, db: db}
	if err := t.connect(ctx, opts); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, explainLock(err)), t.Close())
	}
	return t, nil
}

func openDB(path string, opts Options) (*sql.DB, error) {
	if _, err := url.Parse(path); err != nil || strings.Contains(path, "?") {
		return nil, fmt.Errorf("open %q: the driver cannot take a ? or a bare %% in a file's name: rename the file", path)
	}
	dsn := path
	if opts.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("open DuckDB file: %w", err)
		}
		dsn += "?access_mode=read_only"
	}
	connector, err := duckdb.NewConnector(dsn, func(driver.ExecerContext) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, explainLock(err))
	}
	return sql.OpenDB(connector), nil
}

// connect makes the two connections and prepares them.
func (t *Target) connect(ctx context.Context, opts Options) error {
	conn, err := t.db.Conn(ctx)
	if err != nil {
		return err
	}
	t.writer = &writer{conn: conn, buffer: opts.Buffer}
	if t.view, err = t.db.Conn(ctx); err != nil {
		return err
	}
	t.ledger = ledger.New(t, ledgerSchema)
	t.writer.ledger = t.ledger
	for _, stmt := range settings(opts) {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s: %w", stmt, err)
		}
	}
	if opts.ReadOnly {
		return nil
	}
	if err := t.writer.attachFeeds(ctx); err != nil {
		return err
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
		// Nothing that data or names say may make DuckDB load code.
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
	}
}

var lockPattern = regexp.MustCompile(`Conflicting lock is held in (.*) \(PID (\d+)\)`)

// explainLock turns DuckDB's word on a held lock into what to do about it.
func explainLock(err error) error {
	if m := lockPattern.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("the file is in use by process %s (%s), and DuckDB lets one process at a time have it: wait for that process or stop it", m[2], m[1])
	}
	return err
}

// Promise implements [target.Target].
func (t *Target) Promise() string { return "exactly once: rows and ledger commit together" }

// Ledger implements [target.Target].
func (t *Target) Ledger() *ledger.Store { return t.ledger }

// Close implements [target.Target].
func (t *Target) Close() error {
	var errs []error
	if t.writer != nil {
		errs = append(errs, t.writer.close())
	}
	if t.view != nil {
		errs = append(errs, t.view.Close())
	}
	errs = append(errs, t.db.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close %s: %w", t.path, err)
	}
	return nil
}
