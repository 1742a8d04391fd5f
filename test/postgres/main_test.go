// Package postgres_test tests target/postgres against a real server, which
// TestMain starts.
package postgres_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/target"
	driver "github.com/seed-ede61cd5/sluice/target/postgres"
	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
)

// server is nil if PostgreSQL is not installed.
var server *postgres.Server

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sluice-postgres-")
	if err == nil {
		defer os.RemoveAll(dir)
		server, err = postgres.Start(context.Background(), dir)
	}
	if errors.Is(err, postgres.ErrNone) && os.Getenv("SLUICE_POSTGRES") != "required" {
		fmt.Println("without a server:", err)
		return m.Run()
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	code := m.Run()
	if err := server.Stop(context.Background()); err != nil {
		fmt.Println(err)
		return 1
	}
	return code
}

// needServer skips a test where there is no server.
func needServer(t testing.TB) {
	t.Helper()
	if server == nil {
		t.Skip(postgres.ErrNone)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// connect connects beside the driver.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func sqlExec(t testing.TB, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// database makes a database, unless there is one of that name, and returns its
// URL.
func database(t testing.TB, name string) string {
	t.Helper()
	needServer(t)
	short := fmt.Sprintf("t%x", sha256.Sum256([]byte(name)))[:20]
	conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var n int
	must(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname = $1", short).Scan(&n))
	if n == 0 {
		_, err = conn.Exec(t.Context(), "CREATE DATABASE "+short+" TEMPLATE template0")
		must(t, err)
	}
	return server.URL(short)
}

// open opens a target that is closed with the test.
func open(t testing.TB, url string) target.Target {
	t.Helper()
	db, err := driver.Open(t.Context(), url, driver.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func openTarget(ctx context.Context, url string) (target.Target, error) {
	return driver.Open(ctx, url, driver.Options{})
}
