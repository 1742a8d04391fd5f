package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// classify says what may be done about an error of a statement or of a
// connection. An error is classified once, where it comes out of the driver.
func classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return abstract.WithClass(classOf(e.Code), explain(err, e))
	}
	if lost(err) {
		return abstract.WithClass(abstract.Transient, err)
	}
	return err
}

// classOf is the class of an SQLSTATE.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func classOf(code string) abstract.Class {
	switch code {
	case "40001", "40P01", // serialization failure, deadlock
		"55P03", "57014", // lock_timeout; statement_timeout or a cancel request
		"25006",                   // read-only: a standby that was the primary
		"25P03", "25P04", "57P05", // idle or open for too long
		"58030": // I/O error
		return abstract.Transient
	case "54000", "P0001": // a row too large, also for an index; a trigger's refusal
		return abstract.FileOnly
	}
	switch code[:min(len(code), 2)] {
	case "08", "53", "57": // connection, resources (disk full, too many connections), shut down
		return abstract.Transient
	case "22", "23": // data, constraints
		return abstract.FileOnly
	}
	return abstract.Permanent
}

// lost tells that the server was not reached, or not heard of in time.
func lost(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || pgconn.Timeout(err)
}

// explain adds to the server's message what it leaves to a second line, and
// what to do.
func explain(err error, e *pgconn.PgError) error {
	var more []string
	if e.Detail != "" {
		more = append(more, e.Detail)
	}
	switch e.Code {
	case "42501":
		more = append(more, "the user lacks a privilege: docs/postgres.md lists what is needed, and the GRANT for it")
	case "28P01", "28000":
		more = append(more, "check user and password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf")
	case "3D000":
		more = append(more, "create the database first")
	case "3F000":
		more = append(more, "create the schema first, or name another one by ?search_path= in the URL")
	case "53100":
		more = append(more, "make room on the server, then load again")
	case "08P01":
		if strings.Contains(e.Message, "statement pooling") {
			more = append(more, "let the pooler pool transactions or sessions: rows and ledger must commit together")
		}
	}
	if len(more) == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, strings.Join(more, ": "))
}

// answered tells that an error is the server's answer to a statement, which
// therefore had no effect. A server that goes away says so, too, and that is no
// answer. pgconn.SafeToRetry is not asked: of a connection that was lost while
// the answer was read, pgx 5.12 says "conn closed", and that nothing was sent.
func answered(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.SeverityUnlocalized == "ERROR"
}
