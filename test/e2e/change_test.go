package e2e

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// changing are files that change between loads. Each row tells its file and
// its generation.
type changing struct {
	t    *testing.T
	dir  string
	rows [][]int // by file and generation, 0 for one that is not to be seen
}

// change writes the next generation of a file. Sizes differ widely: some fit
// one chunk, others take seconds.
func (c *changing) change(random *rand.Rand, file int) {
	c.t.Helper()
	n := 1 + random.IntN(2000)
	if random.IntN(3) == 0 {
		n = 200_000 + random.IntN(300_000)
	}
	var b strings.Builder
	b.WriteString("file,generation,row\n")
	for row := range n {
		fmt.Fprintf(&b, "%d,%d,%d\n", file, len(c.rows[file]), row)
	}
	write(c.t, c.dir, fmt.Sprintf("%d.csv", file), b.String())
	c.rows[file] = append(c.rows[file], n)
}

// check checks that the table has exactly the rows of one generation of each
// file, the newest if so.
func (c *changing) check(db *sql.DB, newest bool) {
	c.t.Helper()
	rows, err := db.Query(`SELECT file, count(DISTINCT generation), max(generation), count(*), count(DISTINCT "row"), max("row") + 1 FROM t GROUP BY file`)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	files := 0
	for rows.Next() {
		var file, generations, generation, n, different, last int
		if err := rows.Scan(&file, &generations, &generation, &n, &different, &last); err != nil {
			c.t.Fatal(err)
		}
		files++
		want := c.rows[file][generation]
		if generations != 1 || n != want || different != want || last != want || newest && generation != len(c.rows[file])-1 {
			c.t.Fatalf("file %d has %d generations, %d rows (%d different) of generation %d, which has %d; of %v",
				file, generations, n, different, generation, want, c.rows[file])
		}
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	if files != len(c.rows) {
		c.t.Fatalf("rows of %d files, want %d", files, len(c.rows))
	}
}

// TestKill9WhileReplacing kills loads that replace changed files, some of which
// change again in the meantime. After each kill the table has each file's
// rows of one generation, and in the end of the newest (C-05, P1).
func TestKill9WhileReplacing(t *testing.T) {
	kills := 25
	if testing.Short() {
		kills = 6
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	c := &changing{t: t, dir: filepath.Join(dir, "data"), rows: make([][]int, 5)}
	for file := range c.rows {
		c.change(random, file)
	}
	db := filepath.Join(dir, "t.duckdb")
	load := func() *exec.Cmd {
		return exec.Command(binary, "load", c.dir, "--table", "t", "--to", "duckdb:"+db, "--on-change", "replace", "--memory", "32MiB", "--json")
	}
	check := func(newest bool) {
		opened := openDB(t, db)
		defer opened.Close()
		c.check(opened, newest)
	}
	run(t, load()).expect(t, 0)
	check(true)
	killed := 0
	for round := 0; killed < kills; round++ {
		for file := range c.rows {
			if random.IntN(2) == 0 {
				c.change(random, file)
			}
		}
		cmd := load()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(1500*time.Millisecond))), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, or through
		if !timer.Stop() {
			killed++
		}
		check(cmd.ProcessState.ExitCode() == 0)
	}
	run(t, load()).expect(t, 0)
	check(true)
	if again := run(t, load()).expect(t, 0).result(t); again.FilesLoaded != 0 || again.RowsLoaded != 0 {
		t.Errorf("once more: %+v", again)
	}
	if n := scalar(t, db, `SELECT count(*) FROM _sluice.ledger`); n != int64(len(c.rows)) {
		t.Errorf("%d entries for %d files", n, len(c.rows))
	}
	t.Logf("killed %d times", killed)
}

// TestPeakMemoryOfReplacement: one transaction as large as the file is as
// bounded as many small ones, but for the 12 bytes that each row takes that is
// deleted in DuckDB (P10).
func TestPeakMemoryOfReplacement(t *testing.T) {
	size, memory := int64(512*mib), int64(64*mib)
	if testing.Short() {
		size = 256 * mib
	}
	dir := t.TempDir()
	data, db := filepath.Join(dir, "big.csv"), filepath.Join(dir, "big.duckdb")
	rows := writeBig(t, data, size)
	load := func() outcome {
		return sluice(t, "load", data, "--to", "duckdb:"+db, "--memory", "64MiB", "--on-change", "replace", "--json").expect(t, 0)
	}
	load()
	if err := os.Chtimes(data, time.Time{}, time.Unix(1, 0)); err != nil { // another generation
		t.Fatal(err)
	}
	out := load()
	checkRSS(t, out.peakRSS, memory+400*mib+12*rows)
	if got := out.result(t).RowsLoaded; got != rows {
		t.Errorf("loaded %d rows of %d", got, rows)
	}
	if n := scalar(t, db, `SELECT count(*) FROM big`); n != rows {
		t.Errorf("%d rows, want %d", n, rows)
	}
}
