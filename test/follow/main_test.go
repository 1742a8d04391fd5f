// Package follow runs the real command as it follows a queue: objects in
// versitygw, messages in fauxqs, rows in PostgreSQL. Two processes share the
// work and are killed; in the end each row is there once and the queue is empty.
package follow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/seed-ede61cd5/sluice/test/internal/command"
	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

var (
	server *postgres.Server // nil if PostgreSQL is not installed
	binary string           // the command under test
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "sluice-follow-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	server, err = postgres.Start(context.Background(), dir)
	switch {
	case errors.Is(err, postgres.ErrNone) && os.Getenv("SLUICE_POSTGRES") != "required":
		server = nil
	case err != nil:
		return 1, err
	default:
		defer func() { err = errors.Join(err, server.Stop(context.Background())) }()
	}
	if binary, err = command.Build(dir); err != nil {
		return 1, err
	}
	return s3server.Main(m), nil
}
