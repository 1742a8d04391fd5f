package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
)

// postgresServer is a server of our own, as it comes but for the port: with
// fsync, and its settings as they are by default.
type postgresServer struct {
	server *postgres.Server
	conn   *pgx.Conn
	pid    int
}

// startPostgres starts the server, unless it runs. The error is
// [postgres.ErrNone] where it is not installed.
func (b *bench) startPostgres(ctx context.Context) error {
	if b.postgres != nil {
		return nil
	}
	server, err := postgres.Start(ctx, b.dir, "fsync = on")
	if err != nil {
		return err
	}
	p := &postgresServer{server: server}
	b.postgres = p
	if p.conn, err = pgx.Connect(ctx, p.url()); err != nil {
		return err
	}
	if p.pid, err = server.PID(); err != nil {
		return err
	}
	var said string
	if err := p.conn.QueryRow(ctx, `SELECT split_part(version(), ' on ', 1) || ': ' || string_agg(name || ' = ' || current_setting(name), ', ' ORDER BY name)
		FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'wal_level', 'full_page_writes', 'shared_buffers', 'max_wal_size')`).Scan(&said); err != nil {
		return err
	}
	b.printf("\n%s\n", said)
	return nil
}

func (p *postgresServer) stop(ctx context.Context) error {
	var err error
	if p.conn != nil {
		err = p.conn.Close(ctx)
	}
	return errors.Join(err, p.server.Stop(ctx))
}

func (p *postgresServer) url() string  { return p.server.URL("postgres") }
func (p *postgresServer) cpu() float64 { return serverCPU(p.pid) }
func (*postgresServer) beyond() int    { return 200 }

// postgresTypes are the types that DuckDB calls otherwise.
var postgresTypes = map[string]string{"VARCHAR": "text", "DOUBLE": "double precision"}

func (p *postgresServer) reset(ctx context.Context, columns []column) error {
	create := createTable(columns, func(dataType string) string {
		if other := postgresTypes[dataType]; other != "" {
			return other
		}
		return dataType
	})
	_, err := p.conn.Exec(ctx, "DROP TABLE IF EXISTS "+table+"; DROP SCHEMA IF EXISTS sluice CASCADE; "+create)
	if err == nil {
		_, err = p.conn.Exec(ctx, "CHECKPOINT")
	}
	return err
}

func (p *postgresServer) tally(ctx context.Context, columns []column) (rows int64, sum string, err error) {
	err = p.conn.QueryRow(ctx, fmt.Sprintf("SELECT count(*), coalesce(sum(hashtextextended(row(%s)::text, 0)), 0)::text FROM %s", names(columns), table)).Scan(&rows, &sum)
	return rows, sum, err
}
