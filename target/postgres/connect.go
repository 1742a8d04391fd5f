package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/pause"
)

// connect makes a connection, in one attempt at each of the servers named.
func (t *Target) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, t.config)
	if err == nil {
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		err = fmt.Errorf("%w: name the server's authority by ?sslrootcert=FILE in the URL; "+
			"?sslmode=require does without knowing who answers", err)
		return nil, abstract.WithClass(abstract.Permanent, err)
	}
	if _, wrongName := errors.AsType[x509.HostnameError](err); wrongName {
		return nil, abstract.WithClass(abstract.Permanent, err)
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		err = answer // and not all that was tried before
	}
	return nil, classify(err)
}

// begin opens a transaction on the connection, or on a new one if there is
// none or it turns out to be lost. A server that is away is looked for, for as
// long as the target's timeouts say. It owns conn, and returns the connection
// with the transaction.
func (t *Target) begin(ctx context.Context, conn *pgx.Conn) (*pgx.Conn, error) {
	giveUp := time.Now().Add(t.timeouts.reconnect)
	for wait := time.Duration(0); ; wait = min(max(2*wait, 100*time.Millisecond), 5*time.Second) {
		begun, err := t.tryBegin(ctx, conn)
		if err == nil {
			return begun, nil
		}
		if abstract.ClassOf(err) != abstract.Transient || time.Now().Add(wait).After(giveUp) {
			return nil, err
		}
		conn = nil
		if err := pause.For(ctx, pause.About(wait)); err != nil {
			return nil, err
		}
	}
}

func (t *Target) tryBegin(ctx context.Context, conn *pgx.Conn) (_ *pgx.Conn, err error) {
	if conn == nil {
		if conn, err = t.connect(ctx); err != nil {
			return nil, err
		}
	}
	if err := t.batch(ctx, conn, t.beginSQL(conn)); err != nil {
		t.discard(conn)
		return nil, fmt.Errorf("begin a transaction: %w", err)
	}
	return conn, nil
}

// batch runs statements without parameters and without interest in what they
// answer.
func (t *Target) batch(ctx context.Context, conn *pgx.Conn, sql string) error {
	limited, cancel := context.WithTimeout(ctx, t.timeouts.statement)
	defer cancel()
	_, err := conn.PgConn().Exec(limited, sql).ReadAll()
	return t.ended(ctx, err)
}

// ended classifies the error of a statement that ran for ctx. If ctx has
// ended, that is the error.
func (t *Target) ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err)
}

// errRolledBack reports that the server undid a transaction when it was to be
// committed.
var errRolledBack = errors.New("the server rolled the transaction back instead of committing it")

// commit ends the transaction. It is not interrupted: that would only make
// its outcome uncertain. sure tells that a failure means that the transaction
// is undone; otherwise it is not known whether it took effect.
func (t *Target) commit(ctx context.Context, conn *pgx.Conn) (sure bool, err error) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.timeouts.statement)
	defer cancel()
	if conn.IsClosed() {
		return true, fmt.Errorf("commit: %w", classify(pgconn.ErrConnClosed))
	}
	results, err := conn.PgConn().Exec(limited, "COMMIT").ReadAll()
	switch {
	case err != nil:
		return answered(err), fmt.Errorf("commit: %w", classify(err))
	case len(results) != 1 || results[0].CommandTag.String() != "COMMIT":
		return true, errRolledBack
	}
	return true, nil
}

// rollback ends the connection's transaction, if it has one. It returns the
// connection if it is good for another one, else nil.
func (t *Target) rollback(conn *pgx.Conn) *pgx.Conn {
	if conn.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if _, err := conn.PgConn().Exec(ctx, "ROLLBACK").ReadAll(); err != nil {
		t.discard(conn)
		return nil
	}
	return conn
}

// closeTimeout bounds how long a farewell may take.
const closeTimeout = 5 * time.Second

// discard closes a connection. What is wrong with it is known already, or
// does not matter any more.
func (t *Target) discard(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx)
	select {
	case <-conn.PgConn().CleanupDone():
	case <-ctx.Done():
	}
}
