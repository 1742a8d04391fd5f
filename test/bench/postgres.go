package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
)

// ordersTable is the table that both fill. psql leaves the file id empty.
const ordersTable = `CREATE TABLE orders (id bigint, n bigint, x double precision, day date, "at" timestamp,
	ok boolean, name text, note text, _sluice_file bigint)`

// comparePostgres loads the file into a server of its own, as it comes but
// for the port: with fsync, and its settings as they are by default.
func comparePostgres(ctx context.Context, sluice, file, dir string, rows, rounds int) (err error) {
	server, err := postgres.Start(ctx, dir, "fsync = on")
	if errors.Is(err, postgres.ErrNone) {
		fmt.Println("\nwithout PostgreSQL:", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop(ctx)) }()
	url := server.URL("postgres")
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var said string
	if err := conn.QueryRow(ctx, `SELECT version() || chr(10) || string_agg(name || ' = ' || current_setting(name), ', ' ORDER BY name)
		FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'wal_level', 'full_page_writes', 'shared_buffers', 'max_wal_size')`).Scan(&said); err != nil {
		return err
	}
	fmt.Printf("\n%s\n", said)
	reset := func() error {
		_, err := conn.Exec(ctx, "DROP TABLE IF EXISTS orders; DROP SCHEMA IF EXISTS sluice CASCADE; "+ordersTable)
		if err == nil {
			_, err = conn.Exec(ctx, "CHECKPOINT")
		}
		return err
	}
	pid, err := server.PID()
	if err != nil {
		return err
	}
	return compare(reset, func() float64 { return serverCPU(pid) }, rows, rounds, []contender{
		{"sluice load (with ledger)", []string{sluice, "load", file, "--to", url, "--table", "orders"}},
		{`psql \copy`, []string{"psql", "-X", "-q", "-d", url, "-c", `\copy orders (id, n, x, day, "at", ok, name, note) from '` + file + `' csv header`}},
	})
}

// serverCPU is the CPU time in seconds of the server's processes, those that
// have ended included (Linux; 0 elsewhere).
func serverCPU(postmaster int) float64 {
	const ticks = 100 // a second; USER_HZ, see proc(5)
	list, _ := filepath.Glob("/proc/[0-9]*/stat")
	total := 0
	for _, name := range list {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		field := func(n int) int { v, _ := strconv.Atoi(fields[n-3]); return v } // numbered as in proc(5)
		switch {
		case pid == postmaster:
			total += field(14) + field(15) + field(16) + field(17)
		case field(4) == postmaster:
			total += field(14) + field(15)
		}
	}
	return float64(total) / ticks
}
