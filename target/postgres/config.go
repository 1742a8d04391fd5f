package postgres

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// defaultSchema is where tables are, unless the URL's search_path says.
const defaultSchema = "public"

// pinned are the settings that the target makes for every transaction, and so
// takes from nobody.
var pinned = []string{
	"search_path", "timezone", "datestyle", "intervalstyle", "client_encoding", "standard_conforming_strings",
	"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout", "row_security",
}

// parse reads a URL, and from the environment what the URL leaves open. It
// returns the schema that tables are in. Its errors hold no password.
func parse(address string, limits timeouts) (config *pgx.ConnConfig, schema string, err error) {
	if config, err = parseTLS(address); err != nil {
		return nil, "", err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = limits.connect
	}
	schema = defaultSchema
	for name, value := range config.RuntimeParams {
		if strings.EqualFold(name, "search_path") {
			schema = strings.TrimSpace(value)
		}
		if slices.Contains(pinned, strings.ToLower(name)) {
			delete(config.RuntimeParams, name)
		}
	}
	if strings.ContainsAny(schema, `,"$`) || checkName("schema", schema) != nil {
		return nil, "", fmt.Errorf("search_path %q: name the one schema that the tables are in, without quotes", schema)
	}
	config.RuntimeParams["client_encoding"] = "UTF8"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "sluice"
	}
	// No statement is prepared: a pooler may have another server process
	// run the next one.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.StatementCacheCapacity = 0
	config.DescriptionCacheCapacity = 0
	return config, schema, nil
}

// parseTLS reads a URL. A server elsewhere must prove who it is, unless the
// URL or the environment asks for less by name.
func parseTLS(address string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, explainParse(address, err)
	}
	if os.Getenv("PGSSLMODE") != "" || saysTLS(address) || !remote(config) {
		return config, nil
	}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	if config, err = pgx.ParseConfig(address + separator + "sslmode=verify-full"); err != nil {
		return nil, explainParse(address, err)
	}
	return config, nil
}

// saysTLS tells whether the URL's query sets how the connection is secured.
func saysTLS(address string) bool {
	_, query, _ := strings.Cut(address[strings.LastIndex(address, "@")+1:], "?")
	for setting := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(setting, "="); name == "sslmode" || name == "ssl" {
			return true
		}
	}
	return false
}

// remote tells whether any of the servers is on another machine.
func remote(config *pgx.ConnConfig) bool {
	elsewhere := func(host string) bool {
		network, _ := pgconn.NetworkAddress(host, config.Port)
		ip := net.ParseIP(host)
		return network != "unix" && host != "localhost" && (ip == nil || !ip.IsLoopback())
	}
	return elsewhere(config.Host) || slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool { return elsewhere(f.Host) })
}

// explainParse says what is wrong with a URL. pgx quotes the URL, and cannot
// tell every password in one that is malformed; so it is only quoted where it
// cannot hold one.
func explainParse(address string, err error) error {
	if strings.Contains(address, "@") || strings.Contains(address, "password") {
		return errors.New("the URL cannot be read (it is not shown, for the password in it): write postgres://USER:PASSWORD@HOST:PORT/DATABASE, " +
			"with characters such as @ : / ? # % in the password as %XX, or leave the password to PGPASSWORD or ~/.pgpass")
	}
	return err
}
