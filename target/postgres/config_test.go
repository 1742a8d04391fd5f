package postgres

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// clean takes the machine's own settings out of a test.
func clean(t *testing.T) {
	t.Helper()
	for _, name := range []string{"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGSERVICE", "PGOPTIONS", "PGAPPNAME", "PGTZ", "PGCONNECT_TIMEOUT"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
}

// security says how the connections to each of the hosts are secured.
func security(config *pgx.ConnConfig) string {
	name := func(verified, secured bool) string {
		switch {
		case verified:
			return "verified"
		case secured:
			return "encrypted"
		}
		return "plain"
	}
	tls := config.TLSConfig
	list := []string{name(tls != nil && !tls.InsecureSkipVerify && tls.ServerName != "", tls != nil)}
	for _, f := range config.Fallbacks {
		tls := f.TLSConfig
		list = append(list, name(tls != nil && !tls.InsecureSkipVerify && tls.ServerName != "", tls != nil))
	}
	return strings.Join(list, ",")
}

// TestX08TLS: a server elsewhere must prove who it is, unless less is asked
// for by name.
func TestX08TLS(t *testing.T) {
	for _, tc := range []struct{ address, env, want string }{
		{"postgres://h.example/db", "", "verified"},
		{"postgresql://h.example", "", "verified"},
		{"postgres://u:p@h.example:5433/db?application_name=x", "", "verified"},
		{"postgres://10.0.0.1/db", "", "verified"},
		{"postgres://[2001:db8::1]/db", "", "verified"},
		{"postgres://localhost.example/db", "", "verified"},
		{"postgres://u:sslmode=disable@h.example/db", "", "verified"},
		{"postgres://h.example/sslmode=disable", "", "verified"},
		{"postgres://h.example/db?application_name=sslmode%3Ddisable", "", "verified"},
		{"postgres://a.example,b.example/db", "", "verified,verified"},
		{"postgres://localhost,b.example/db", "", "verified,verified"},
		{"postgres://h.example/db?sslmode=disable", "", "plain"},
		{"postgres://h.example/db?sslmode=require", "", "encrypted"},
		{"postgres://h.example/db", "require", "encrypted"},
		{"postgres://h.example/db?sslmode=verify-full", "disable", "verified"},
		{"postgres://localhost/db", "", "encrypted,plain"},
		{"postgres://127.0.0.1/db", "", "encrypted,plain"},
		{"postgres://[::1]/db", "", "encrypted,plain"},
		{"postgres:///db?host=/run/postgresql", "", "plain"},
		{"postgres:///db?host=h.example", "", "verified"},
	} {
		t.Run(tc.address, func(t *testing.T) {
			clean(t)
			t.Setenv("PGSSLMODE", tc.env)
			config, _, err := parse(tc.address, defaultTimeouts)
			if err != nil {
				t.Fatal(err)
			}
			if got := security(config); got != tc.want {
				t.Errorf("connections are %s, want %s", got, tc.want)
			}
		})
	}
	t.Run("PGHOST", func(t *testing.T) {
		clean(t)
		t.Setenv("PGHOST", "h.example")
		if config, _, err := parse("postgres:///db", defaultTimeouts); err != nil || security(config) != "verified" {
			t.Errorf("%v", err)
		}
	})
}

// TestX07Settings: what a URL says may not undo what the target relies on.
func TestX07Settings(t *testing.T) {
	clean(t)
	config, schema, err := parse("postgres://localhost/db?search_path=sales&timezone=Asia/Kathmandu&DateStyle=SQL&client_encoding=LATIN1"+
		"&statement_timeout=1&application_name=mine&default_query_exec_mode=cache_statement", defaultTimeouts)
	if err != nil {
		t.Fatal(err)
	}
	if schema != "sales" || config.ConnectTimeout != 10*time.Second || config.DefaultQueryExecMode != pgx.QueryExecModeExec {
		t.Errorf("schema %q, timeout %s, %s", schema, config.ConnectTimeout, config.DefaultQueryExecMode)
	}
	for name, value := range config.RuntimeParams {
		if !(name == "client_encoding" && value == "UTF8" || name == "application_name" && value == "mine") {
			t.Errorf("%s = %s is sent", name, value)
		}
	}
	for _, path := range []string{"a,b", `"a"`, "$user", "", strings.Repeat("n", 64)} {
		if _, _, err := parse("postgres://localhost/db?search_path="+path, defaultTimeouts); err == nil || !strings.Contains(err.Error(), "search_path") {
			t.Errorf("search_path %q: %v", path, err)
		}
	}
}
