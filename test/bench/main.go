// Command bench loads the same CSV file with Sluice and with the database's own
// loader, several times in turns, and prints the medians and their ratio: into
// DuckDB, and into PostgreSQL if it is installed. Each load is a process of its
// own, from start to exit, into a new file or table.
//
//	SLUICE=bin/sluice go run ./bench [rows] [rounds]
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 4 && args[0] == "duckdb" {
		return loadWithDuckDB(args[1], args[2], args[3] == "ordered")
	}
	rows, rounds := 4_000_000, 5
	var err error
	if len(args) > 0 {
		if rows, err = strconv.Atoi(args[0]); err != nil {
			return err
		}
	}
	if len(args) > 1 {
		if rounds, err = strconv.Atoi(args[1]); err != nil {
			return err
		}
	}
	sluice := os.Getenv("SLUICE")
	if sluice == "" {
		return errors.New("SLUICE must name the sluice binary")
	}
	dir, err := os.MkdirTemp("", "sluice-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file, db := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "bench.duckdb")
	if err := orders.WriteFile(file, 0, int64(rows)); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fresh := func() error {
		if err := os.Remove(db); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	err = compare(fresh, nil, rows, rounds, []contender{
		{"sluice load (with ledger)", []string{sluice, "load", file, "--to", "duckdb:" + db, "--table", "orders"}},
		{"duckdb read_csv", []string{self, "duckdb", file, db, "ordered"}},
		{"duckdb read_csv, unordered", []string{self, "duckdb", file, db, "unordered"}},
	})
	if err != nil {
		return err
	}
	return comparePostgres(context.Background(), sluice, file, dir, rows, rounds)
}

// contender is one way to load the file.
type contender struct {
	name    string
	command []string
}

// load is what one load took. Server is the CPU time of a database that is a
// process of its own.
type load struct {
	wall, client, server float64 // seconds
	rss                  int64   // bytes of the client at its peak
}

// compare runs the contenders in turns and prints their medians. fresh makes
// the database empty, serverCPU tells what it has used, nil if it is part of
// the client.
func compare(fresh func() error, serverCPU func() float64, rows, rounds int, contenders []contender) error {
	loads := make([][]load, len(contenders))
	for round := range rounds + 1 {
		for i, c := range contenders {
			if err := fresh(); err != nil {
				return err
			}
			l, err := c.load(serverCPU)
			if err != nil {
				return err
			}
			if round > 0 { // the first warms the file cache
				loads[i] = append(loads[i], l)
			}
		}
	}
	average, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("\n%d rows of 8 columns, %d rounds, %d cores, %s, load average %.4s\n\n", rows, rounds, runtime.NumCPU(), runtime.Version(), average)
	fmt.Printf("%-28s %9s %12s %7s %11s %11s %9s\n", "", "median", "rows/s", "ratio", "client CPU", "server CPU", "peak RSS")
	first := median(loads[0], func(l load) float64 { return l.wall })
	for i, c := range contenders {
		wall := median(loads[i], func(l load) float64 { return l.wall })
		fmt.Printf("%-28s %8.2fs %12.0f %7.2f %10.2fs %10.2fs %5.0f MiB\n", c.name, wall, float64(rows)/wall, wall/first,
			median(loads[i], func(l load) float64 { return l.client }), median(loads[i], func(l load) float64 { return l.server }),
			median(loads[i], func(l load) float64 { return float64(l.rss) })/(1<<20))
	}
	return nil
}

// load runs the contender's process once.
func (c contender) load(serverCPU func() float64) (l load, err error) {
	if serverCPU != nil {
		l.server = -serverCPU()
	}
	begun := time.Now()
	cmd := exec.Command(c.command[0], c.command[1:]...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return l, fmt.Errorf("%s: %w\n%s", c.name, err, out)
	}
	l.wall = time.Since(begun).Seconds()
	if serverCPU != nil {
		l.server += serverCPU()
	}
	l.client = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		l.rss = int64(usage.Maxrss) << 10 // Linux counts in KiB
	}
	return l, nil
}

func median(list []load, of func(load) float64) float64 {
	var values []float64
	for _, l := range list {
		values = append(values, of(l))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// loadWithDuckDB is what the other contenders' processes do.
func loadWithDuckDB(file, path string, ordered bool) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	if _, err := db.Exec(fmt.Sprintf("SET preserve_insertion_order = %t", ordered)); err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = db.Exec("CREATE TABLE orders AS FROM read_csv('" + file + "')")
	return errors.Join(err, db.Close())
}
