package postgres

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Where names are looked up: ours among the server's own alone, so that no
// function that someone left in a schema can take their place; those in the
// bodies of the user's triggers where the user's sessions look.
const (
	ownPath  = "SET LOCAL search_path = pg_catalog, pg_temp"
	userPath = "SET LOCAL search_path = DEFAULT"
)

// checkDeferred checks at once what the user's constraints have put off.
const checkDeferred = "SET CONSTRAINTS ALL IMMEDIATE"

// beginSQL begins a transaction and makes its settings, whatever those of the
// server, the database, the role or the pooler are. They end with it.
func (t *Target) beginSQL(conn *pgx.Conn) string {
	mode := "READ COMMITTED"
	if t.options.ReadOnly {
		mode += " READ ONLY"
	}
	statements := []string{
		"BEGIN ISOLATION LEVEL " + mode,
		ownPath,
		"SET LOCAL timezone = 'UTC'",
		"SET LOCAL datestyle = 'ISO, YMD'",
		"SET LOCAL intervalstyle = 'postgres'",
		"SET LOCAL client_encoding = 'UTF8'",
		"SET LOCAL standard_conforming_strings = on",
		// A policy that hides rows must be an error, not a smaller count.
		"SET LOCAL row_security = off",
		// How long a statement may take, we see to ourselves.
		"SET LOCAL statement_timeout = 0",
		fmt.Sprintf("SET LOCAL lock_timeout = %d", t.timeouts.lock.Milliseconds()),
		fmt.Sprintf("SET LOCAL idle_in_transaction_session_timeout = %d", t.timeouts.idle.Milliseconds()),
		// Durable means that the commit returned; more than that the user may ask for.
		"SELECT pg_catalog.set_config('synchronous_commit', 'on', true) WHERE pg_catalog.current_setting('synchronous_commit') = 'off'",
	}
	if serverVersion(conn) >= 17 {
		statements = append(statements, "SET LOCAL transaction_timeout = 0")
	}
	return strings.Join(statements, "; ")
}

// serverVersion is the server's major version, as it has told when the
// connection was made.
func serverVersion(conn *pgx.Conn) int {
	text := conn.PgConn().ParameterStatus("server_version")
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		text = text[:end]
	}
	version, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return version
}
