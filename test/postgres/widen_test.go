package postgres_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// widening is files by which column v of a table, a bigint at first, gets wider:
// row n has n, "sn" and in v what its file has there: n, n and a quarter, or xn.
type widening struct{ *drift }

// newWidening writes that many files of rows each.
func newWidening(t *testing.T, files, rows int) widening {
	d := widening{&drift{folder: t.TempDir(), address: database(t, t.Name())}}
	for f := range files {
		var b strings.Builder
		b.WriteString("n,s,v\n")
		for range rows {
			fmt.Fprintf(&b, "%d,s%[1]d,%s\n", d.rows, valueOf(f, d.rows))
			d.rows++
		}
		must(t, os.WriteFile(filepath.Join(d.folder, fmt.Sprintf("%03d.csv", f)), []byte(b.String()), 0o644))
	}
	return d
}

func valueOf(file, n int) string { return fmt.Sprintf([]string{"%d", "%d.25", "%d", "x%d"}[file%4], n) }

func (d widening) make(t *testing.T, db target.Target, table string) {
	t.Helper()
	must(t, db.Create(t.Context(), table, target.Table{FileID: true, Schema: abstract.Schema{
		{Name: "n", Type: abstract.Int64}, {Name: "s", Type: abstract.Text}, {Name: "v", Type: abstract.Int64}}}))
}

// compare checks the table row by row: v is text, and the number that it was.
func (d widening) compare(t *testing.T, db target.Target, table string) {
	t.Helper()
	described, err := db.Describe(t.Context(), table)
	must(t, err)
	seen := map[int64]bool{}
	for _, row := range rows(t, d.address, table, described.Schema) {
		n := row[0].(int64)
		want, got := valueOf(int(n)/(d.rows/d.files()), int(n)), row[2].(string)
		if f, err := strconv.ParseFloat(got, 64); err == nil {
			got = strconv.FormatFloat(f, 'f', -1, 64) // 7.00 where it was a decimal on the way
		}
		if got != want || seen[n] || row[1] != fmt.Sprintf("s%d", n) {
			t.Fatalf("row %v, want %s, seen %v", row, want, seen[n])
		}
		seen[n] = true
	}
	if len(seen) != d.rows {
		t.Fatalf("%d rows, want %d", len(seen), d.rows)
	}
}

func (d widening) config(t *testing.T, db target.Target, table string, inj *fault.Injector) transfer.Config {
	cfg := d.drift.config(t, db, table, inj)
	cfg.OnTypeConflict = transfer.Widen
	cfg.Format = func(key string) (reader.Format, error) {
		f, err := formatOf(key)
		if strings.HasSuffix(key, "1.csv") {
			f = blind{f}
		}
		return f, err
	}
	return cfg
}

// blind is a format that tells nothing of the types in a file's beginning: all of
// it is its middle.
type blind struct{ reader.Format }

func (f blind) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	hints.DialectOnly = true
	return f.Format.Sample(ctx, file, hints)
}

// TestC05CrashAtEveryCallOfWidening ends the process at every single call; the
// next load makes the table whole.
func TestC05CrashAtEveryCallOfWidening(t *testing.T) {
	crashAtEveryCall(t, func(t *testing.T) changing { return newWidening(t, 4, 50) })
}

// TestWidenTogether: several processes with several workers each load and follow
// the same files, which want different types.
func TestWidenTogether(t *testing.T) {
	together(t, newWidening(t, 32, 2000))
}

// TestX23WidenRefused: where the server does not change a column, the files that
// need it fail with the reason, and the others are loaded.
func TestX23WidenRefused(t *testing.T) {
	d := newWidening(t, 4, 10)
	db := open(t, d.address)
	d.make(t, db, "t")
	sqlExec(t, d.address, "CREATE VIEW seen AS SELECT v + 1 FROM t")
	cfg := d.config(t, db, "t", fault.New(nil))
	result, err := d.load(t, cfg)
	if err != nil || result.FilesFailed != 2 || result.FilesLoaded != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	for _, want := range []string{`column "v" of table "t" is int64`, "used by a view", "rule _RETURN on view public.seen depends", "--on-type-conflict bad-row"} {
		if reason := result.Failures[0].Reason(); !strings.Contains(reason, want) {
			t.Errorf("%s, want %s", reason, want)
		}
	}
	sqlExec(t, d.address, "DROP VIEW seen")
	if result, err = d.load(t, cfg); err != nil || result.FilesLoaded != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	d.compare(t, db, "t")
}

// TestX23WidenPrivileges: who may not alter the table gets the reason, and the
// files that fit are loaded.
func TestX23WidenPrivileges(t *testing.T) {
	d := newWidening(t, 4, 10)
	db := open(t, d.address)
	d.make(t, db, "t")
	cfg := d.config(t, open(t, asGuest(t, d.address, "widener")), "t", fault.New(nil))
	result, err := d.load(t, cfg)
	if err != nil || result.FilesFailed != 2 || result.FilesLoaded != 2 || !strings.Contains(result.Failures[0].Reason(), "must be owner of table t") {
		t.Fatalf("%+v, %v", result, err)
	}
	cfg.Target = db
	if result, err = d.load(t, cfg); err != nil || result.FilesLoaded != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	d.compare(t, db, "t")
}

// TestWidenBehindReader: behind one who reads the table it is given up, to be
// tried again.
func TestWidenBehindReader(t *testing.T) {
	d := newWidening(t, 4, 10)
	db := open(t, d.address)
	d.make(t, db, "t")
	conn := connect(t, d.address)
	_, err := conn.Exec(t.Context(), "BEGIN; SELECT count(*) FROM t")
	must(t, err)
	change := []target.Widening{{Column: "v", From: abstract.Int64, To: abstract.Text}}
	if err := db.WidenColumns(t.Context(), "t", change); abstract.ClassOf(err) != abstract.Transient {
		t.Errorf("a column was widened behind a reader: %v", err)
	}
	_, err = conn.Exec(t.Context(), "COMMIT")
	must(t, err)
	must(t, db.WidenColumns(t.Context(), "t", change))
}

// TestWidenTheUsersColumns: of types that Sluice makes none of, with keys, defaults
// and settings of the user's.
func TestWidenTheUsersColumns(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TABLE t (id integer PRIMARY KEY, small smallint DEFAULT 3, r real, tz timestamptz(3), n numeric(6,2), iso date);
		INSERT INTO t VALUES (1, -5, 0.1, '2024-03-31 02:30+02', 12.5, '2024-01-02'), (2, NULL, 1234567, '2024-03-31 02:30:00.25Z', -0.5, '1999-12-31');
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Tokyo''', current_database()) ; EXECUTE format('ALTER DATABASE %I SET datestyle = ''German''', current_database());
		EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -15', current_database()); END $$`)
	db := open(t, address)
	var changes []target.Widening
	var want abstract.Schema
	described, err := db.Describe(t.Context(), "t")
	must(t, err)
	for _, c := range described.Schema {
		changes = append(changes, target.Widening{Column: c.Name, From: c.Type, To: abstract.Text})
		want = append(want, abstract.Column{Name: c.Name, Type: abstract.Text})
	}
	must(t, db.WidenColumns(t.Context(), "t", changes))
	if got := fmt.Sprint(rows(t, address, "t", want)); got != "[[1 -5 0.10000000149011612 2024-03-31 00:30:00Z 12.50 2024-01-02] "+
		"[2 <nil> 1.234567e+06 2024-03-31 02:30:00.25Z -0.50 1999-12-31]]" {
		t.Error(got)
	}
}

// TestWidenInPlace: a decimal that gets digits in front of the point alone is not
// written anew.
func TestWidenInPlace(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, "CREATE TABLE t (n numeric(6,2)); INSERT INTO t VALUES (1.25)")
	db, conn := open(t, address), connect(t, address)
	place := func() (node int64) {
		must(t, conn.QueryRow(t.Context(), "SELECT pg_relation_filenode('t')::bigint").Scan(&node))
		return node
	}
	before := place()
	must(t, db.WidenColumns(t.Context(), "t", []target.Widening{{Column: "n", From: abstract.Decimal(6, 2), To: abstract.Decimal(9, 2)}}))
	if place() != before {
		t.Error("the table was written anew")
	}
	must(t, db.WidenColumns(t.Context(), "t", []target.Widening{{Column: "n", From: abstract.Decimal(9, 2), To: abstract.Decimal(10, 3)}}))
	if place() == before {
		t.Error("the table was not written anew")
	}
}
