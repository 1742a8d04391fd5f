package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/pause"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// ledgerSchema is where the ledger lives.
const ledgerSchema = "sluice"

// createLock makes processes that create the ledger wait for each other. The
// number means nothing; it must only stay the same.
const createLock = "SELECT pg_advisory_xact_lock(7310593858020254331)"

// oldest is the oldest major version that is supported.
const oldest = 13

var (
	errTargetClosed  = errors.New("the target is closed")
	errSessionClosed = errors.New("the session is closed")
	errUnfinished    = errors.New("an object that replaces others has not come to its end")
)

// Target is a PostgreSQL database. It implements [target.Target].
type Target struct {
	config   *pgx.ConnConfig
	schema   string // of the tables
	options  Options
	timeouts timeouts
	ledger   *ledger.Store
	// control has the connection for everything but rows, nil before the
	// first use: whoever takes it out may use it, and puts it back. It is
	// closed with the target.
	control chan *pgx.Conn
	lanes   chan *lane // those that no session has now
}

var (
	_ target.Target = (*Target)(nil)
	_ ledger.DB     = (*Target)(nil)
)

// Open connects to the database that a postgres:// or postgresql:// URL names,
// completed by the environment as libpq does. Unless opts.ReadOnly is set it
// makes the ledger where there is none.
//
// A server on another machine must show a certificate that holds for its name,
// unless the URL or PGSSLMODE says otherwise.
func Open(ctx context.Context, address string, opts Options) (target.Target, error) {
	return open(ctx, address, opts, defaultTimeouts)
}

func open(ctx context.Context, address string, opts Options, limits timeouts) (*Target, error) {
	config, schema, err := parse(address, limits)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL database: %w", err)
	}
	t := &Target{config: config, schema: schema, options: opts, timeouts: limits, control: make(chan *pgx.Conn, 1)}
	t.makeLanes()
	t.ledger = ledger.New(t, ledgerSchema, ledger.Dialect{CreateLock: createLock})
	// A server that does not answer is not looked for: an address that is wrong
	// now is more likely to be a mistake than something that passes.
	conn, err := t.connect(ctx)
	t.control <- conn
	_, answered := errors.AsType[*pgconn.PgError](err)
	if err == nil || answered && abstract.ClassOf(err) == abstract.Transient {
		err = t.prepareAgain(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open PostgreSQL database %q on %s: %w", config.Database, config.Host, err), t.Close())
	}
	return t, nil
}

// prepareAgain prepares, and tries again what may pass.
func (t *Target) prepareAgain(ctx context.Context) error {
	giveUp := time.Now().Add(t.timeouts.reconnect)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := t.prepare(ctx)
		if abstract.ClassOf(err) != abstract.Transient || time.Now().After(giveUp) || pause.For(ctx, pause.About(wait)) != nil {
			return err
		}
	}
}

// prepare refuses a server that cannot keep the promise, and makes the ledger.
func (t *Target) prepare(ctx context.Context) error {
	if err := t.View(ctx, func(tx ledger.Tx) error { return t.checkServer(ctx, tx) }); err != nil {
		return err
	}
	if t.options.ReadOnly {
		return nil
	}
	return t.ledger.Create(ctx)
}

func (t *Target) checkServer(ctx context.Context, tx ledger.Tx) error {
	rows, err := tx.Query(ctx, `SELECT current_setting('server_version_num')::bigint, current_setting('server_version'),
		current_setting('server_encoding'), pg_is_in_recovery()`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var number int64
	var version, encoding string
	var standby bool
	for rows.Next() {
		if err := rows.Scan(&number, &version, &encoding, &standby); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	switch {
	case number < oldest*10_000:
		return fmt.Errorf("it is PostgreSQL %s: %d is the oldest that is supported", version, oldest)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s, in which not every text can be stored: load into a database with ENCODING 'UTF8'", encoding)
	case standby && !t.options.ReadOnly:
		return errors.New("it is a standby, which takes no writes: name the primary, or add ?target_session_attrs=read-write to several hosts")
	}
	return nil
}

// Promise implements [target.Target].
func (t *Target) Promise() string { return "exactly once: rows and ledger commit together" }

// Ledger implements [target.Target].
func (t *Target) Ledger() *ledger.Store { return t.ledger }

// Close implements [target.Target]. It waits for what uses the target, and may
// be called twice.
func (t *Target) Close() error {
	conn, open := <-t.control
	if !open {
		return nil
	}
	close(t.control)
	t.closeLanes()
	if conn != nil {
		t.discard(conn)
	}
	return nil
}
