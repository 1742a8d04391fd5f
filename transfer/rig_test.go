//go:build cgo

package transfer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// rig is a folder of files and a DuckDB file to load them into.
type rig struct {
	t    *testing.T
	data string
	db   string
	// faults, unless nil, hit the store, the target and the ledger.
	faults *fault.Injector
}

func newRig(t *testing.T) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{t: t, data: filepath.Join(dir, "data"), db: filepath.Join(dir, "t.duckdb")}
	if err := os.Mkdir(r.data, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

// write makes a file and returns its path.
func (r *rig) write(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.data, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// numbers writes a file with the rows first to first+n-1, each with its name.
func (r *rig) numbers(name string, first, n int) string {
	r.t.Helper()
	return r.write(name, numbersCSV(first, n))
}

// open opens the target.
func (r *rig) open() target.Target {
	r.t.Helper()
	t, err := duckdb.Open(context.Background(), r.db, duckdb.Options{Memory: 64 << 20, Threads: 2})
	if err != nil {
		r.t.Fatal(err)
	}
	return t
}

// config is a load of the folder into t, in chunks of a few hundred rows.
func (r *rig) config(t target.Target) transfer.Config {
	r.t.Helper()
	location, err := source.Parse(r.data)
	if err != nil {
		r.t.Fatal(err)
	}
	return transfer.Config{
		Source:  snapshot.New(snapshot.Place{Bucket: r.bucket(), Location: location}),
		Target:  t,
		Format:  formatOf,
		Table:   "t",
		Limits:  reader.NewLimits(64<<10, 2),
		Workers: 2,
	}
}

// bucket is the files, through the faults if there are any.
func (r *rig) bucket() object.Bucket {
	if r.faults == nil {
		return file.New()
	}
	return fault.Bucket(file.New(), r.faults)
}

func formatOf(key string) (reader.Format, error) {
	if strings.Contains(key, ".jsonl") {
		return jsonl.New(), nil
	}
	return csv.New(), nil
}

// engine is what is to be done with a folder: [runLoad], [runFollow].
type engine func(*testing.T, context.Context, transfer.Config) (transfer.Result, error)

// load loads the folder once, with what change makes of the configuration.
func (r *rig) load(change func(*transfer.Config)) (transfer.Result, error) {
	r.t.Helper()
	t := r.open()
	defer r.close(t)
	return r.loadInto(t, change)
}

func (r *rig) close(t target.Target) {
	r.t.Helper()
	if err := t.Close(); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) loadInto(t target.Target, change func(*transfer.Config)) (transfer.Result, error) {
	r.t.Helper()
	return r.run(runLoad, t, change)
}

// run does what engine does with the folder.
func (r *rig) run(engine engine, t target.Target, change func(*transfer.Config)) (transfer.Result, error) {
	r.t.Helper()
	cfg := r.config(t)
	if r.faults != nil {
		cfg.Target = fault.Target(t, r.faults)
	}
	if change != nil {
		change(&cfg)
	}
	return engine(r.t, context.Background(), cfg)
}

// mustLoad loads and fails the test on an error.
func (r *rig) mustLoad(change func(*transfer.Config)) transfer.Result {
	r.t.Helper()
	result, err := r.load(change)
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}

// ints runs a query on the closed database that answers one row of numbers.
func (r *rig) ints(query string, n int) []int64 {
	r.t.Helper()
	db := r.open()
	defer db.Close()
	return intsIn(r.t, db, query, n)
}

func intsIn(t *testing.T, db target.Target, query string, n int) []int64 {
	t.Helper()
	values, dest := make([]int64, n), make([]any, n)
	for i := range values {
		dest[i] = &values[i]
	}
	err := db.(ledger.DB).View(context.Background(), func(tx ledger.Tx) error {
		rows, err := tx.Query(context.Background(), query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return values
}

// wantRows checks that the table holds the rows 0 to n-1, each once, and that
// the ledger accounts for them.
func (r *rig) wantRows(n int64) {
	r.t.Helper()
	db := r.open()
	defer db.Close()
	wantRowsIn(r.t, db, "t", n)
}

func wantRowsIn(t *testing.T, db target.Target, table string, n int64) {
	t.Helper()
	got := intsIn(t, db, fmt.Sprintf(`SELECT count(*), count(DISTINCT id), coalesce(max(id), -1) + 1, count(*) FILTER (word <> 'word ' || id),
		(SELECT sum(rows_loaded)::bigint FROM _sluice.ledger WHERE pipeline = '%s') FROM %[1]s`, table), 5)
	if want := [5]int64{n, n, n, 0, n}; [5]int64(got) != want {
		t.Fatalf("rows, distinct rows, rows by the last id, wrong rows, rows in the ledger: %v, want %v", got, want)
	}
}

// entry is the ledger's entry for a file of the folder.
func (r *rig) entry(path string) ledger.Entry {
	r.t.Helper()
	t := r.open()
	defer t.Close()
	entries, err := t.Ledger().Lookup(context.Background(), "t", abstract.LocalBucket, []string{path})
	if err != nil || len(entries) == 0 {
		r.t.Fatalf("entry of %s: %v, %v", path, entries, err)
	}
	return entries[len(entries)-1]
}

// only passes on the pages of a source without all objects but one.
type only struct {
	source.Source
	key string
}

func (o *only) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	return o.Source.Pages(ctx, func(ctx context.Context, bucket object.Bucket, infos []object.Info) error {
		infos = slices.DeleteFunc(slices.Clone(infos), func(i object.Info) bool { return i.Key != o.key })
		return page(ctx, bucket, infos)
	})
}
