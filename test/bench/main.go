// Command bench loads the same CSV file with Sluice and with DuckDB's own
// loader, several times in turns, and prints the medians and their ratio. Each
// load is a process of its own, from start to exit, into a new file.
//
//	SLUICE=bin/sluice go run ./bench [rows] [rounds]
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
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
	return compare(db, rows, rounds, []contender{
		{"sluice load (with ledger)", []string{sluice, "load", file, "--to", "duckdb:" + db, "--table", "orders"}},
		{"duckdb read_csv", []string{self, "duckdb", file, db, "ordered"}},
		{"duckdb read_csv, unordered", []string{self, "duckdb", file, db, "unordered"}},
	})
}

// contender is one way to load the file.
type contender struct {
	name    string
	command []string
}

// compare runs the contenders in turns and prints their medians.
func compare(db string, rows, rounds int, contenders []contender) error {
	times := make([][]time.Duration, len(contenders))
	for round := range rounds + 1 {
		for i, c := range contenders {
			if err := os.Remove(db); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			begun := time.Now()
			if out, err := exec.Command(c.command[0], c.command[1:]...).CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w\n%s", c.name, err, out)
			}
			if round > 0 { // the first warms the file cache
				times[i] = append(times[i], time.Since(begun))
			}
		}
	}
	fmt.Printf("%d rows of 8 columns, %d rounds, %d cores, %s\n\n", rows, rounds, runtime.NumCPU(), runtime.Version())
	fmt.Printf("%-28s %10s %14s %8s\n", "", "median", "rows/s", "ratio")
	first := median(times[0])
	for i, c := range contenders {
		m := median(times[i])
		fmt.Printf("%-28s %9.2fs %14.0f %8.2f\n", c.name, m.Seconds(), float64(rows)/m.Seconds(), float64(m)/float64(first))
	}
	return nil
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
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
