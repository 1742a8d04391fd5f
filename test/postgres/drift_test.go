package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// drift is files that bring a table more and more columns: row n has n, s as
// ever, and 3n in column k0, k1 … that its file or record has.
type drift struct {
	folder, address string
	rows            int
}

// changing is files by which a table changes while they are loaded into it.
type changing interface {
	// make makes the table that it changes from, compare checks it row by row.
	make(t *testing.T, db target.Target, table string)
	compare(t *testing.T, db target.Target, table string)
	config(t *testing.T, db target.Target, table string, inj *fault.Injector) transfer.Config
	load(t *testing.T, cfg transfer.Config) (transfer.Result, error)
	server() (address string)
}

func (d *drift) server() string { return d.address }

// newDrift writes that many files of rows each.
func newDrift(t *testing.T, files, rows int) *drift {
	d := &drift{folder: t.TempDir(), address: database(t, t.Name())}
	for f := range files {
		var b strings.Builder
		name := fmt.Sprintf("%03d.csv", f)
		if f%3 > 0 {
			name = fmt.Sprintf("%03d.jsonl", f)
		} else {
			fmt.Fprintf(&b, "n,k%d,s\n", f%5)
		}
		for i := range rows {
			n := d.rows + i
			switch {
			case f%3 == 0:
				fmt.Fprintf(&b, "%d,%d,s%[1]d\n", n, 3*n)
			case i < rows/2:
				fmt.Fprintf(&b, "{\"s\":\"s%d\",\"n\":%[1]d}\n", n)
			default:
				fmt.Fprintf(&b, "{\"n\":%d,\"s\":\"s%[1]d\",\"K%d\":%d}\n", n, (f+i/100)%9, 3*n)
			}
		}
		d.rows += rows
		must(t, os.WriteFile(filepath.Join(d.folder, name), []byte(b.String()), 0o644))
	}
	return d
}

// make makes the table that all files have columns for.
func (d *drift) make(t *testing.T, db target.Target, table string) {
	t.Helper()
	must(t, db.Create(t.Context(), table, numbers))
}

func (d *drift) config(t *testing.T, db target.Target, table string, inj *fault.Injector) transfer.Config {
	t.Helper()
	location, err := source.Parse(d.folder)
	must(t, err)
	return transfer.Config{
		Source: snapshot.New(snapshot.Place{Bucket: fault.Bucket(file.New(), inj), Location: location}),
		Target: fault.Target(db, inj), Format: formatOf, Table: table, Workers: 1, Limits: reader.NewLimits(128<<10, 2),
		OnNewColumn: transfer.AddNew,
	}
}

func (d *drift) load(t *testing.T, cfg transfer.Config) (transfer.Result, error) {
	t.Helper()
	loader, err := transfer.New(cfg)
	must(t, err)
	return loader.Load(context.WithoutCancel(t.Context()))
}

// compare checks the table row by row.
func (d *drift) compare(t *testing.T, db target.Target, table string) {
	t.Helper()
	described, err := db.Describe(t.Context(), table)
	must(t, err)
	got := rows(t, d.address, table, described.Schema)
	seen := map[int64]bool{}
	for _, row := range got {
		n := row[0].(int64)
		f, i := int(n)/(d.rows/d.files()), int(n)%(d.rows/d.files())
		column := fmt.Sprintf("k%d", f%5)
		if f%3 > 0 {
			column = fmt.Sprintf("k%d", (f+i/100)%9)
		}
		for c, value := range row[2:] {
			name := strings.ToLower(described.Schema[c+2].Name)
			has := name == column && (f%3 == 0 || i >= d.rows/d.files()/2)
			if has != (value != nil) || has && value != 3*n {
				t.Fatalf("row %d has %v in column %s", n, value, name)
			}
		}
		if seen[n] || row[1] != fmt.Sprintf("s%d", n) {
			t.Fatalf("row %v, seen %v", row, seen[n])
		}
		seen[n] = true
	}
	if len(got) != d.rows {
		t.Fatalf("%d rows, want %d", len(got), d.rows)
	}
}

func (d *drift) files() int {
	list, _ := os.ReadDir(d.folder)
	return len(list)
}

// TestC05CrashAtEveryCallOfDrift ends the process at every single call; the next
// load makes the table whole.
func TestC05CrashAtEveryCallOfDrift(t *testing.T) {
	crashAtEveryCall(t, func(t *testing.T) changing { return newDrift(t, 3, 400) })
}

func crashAtEveryCall(t *testing.T, begin func(*testing.T) changing) {
	t.Helper()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			d := begin(t)
			db := open(t, d.server())
			for n, inj := range fault.Each(fault.Fault{Kind: kind, Crash: true}) {
				table := fmt.Sprintf("t%d", n)
				d.make(t, db, table)
				if _, err := d.load(t, d.config(t, db, table, inj)); errors.Is(err, fault.ErrCrashed) != inj.Crashed() || err != nil && !inj.Crashed() {
					t.Fatalf("call %d: the load returned %v", n, err)
				}
				if result, err := d.load(t, d.config(t, db, table, fault.New(nil))); err != nil || result.FilesFailed > 0 {
					t.Fatalf("call %d: the next load: %+v, %v", n, result, err)
				}
				if d.compare(t, db, table); !inj.Crashed() {
					t.Logf("%d calls", n-1)
				}
			}
		})
	}
}

// TestGrowTogether: several processes with several workers each load and follow
// the same files, all of which bring columns.
func TestGrowTogether(t *testing.T) {
	together(t, newDrift(t, 30, 2000))
}

func together(t *testing.T, d changing) {
	t.Helper()
	d.make(t, open(t, d.server()), "t")
	var loading sync.WaitGroup
	for process := range 3 {
		db := open(t, d.server())
		cfg := d.config(t, db, "t", fault.New(nil))
		cfg.Workers = 3
		loader, err := transfer.New(cfg)
		must(t, err)
		loading.Go(func() {
			run := loader.Load
			if process == 1 {
				run = loader.Follow
			}
			if result, err := run(context.WithoutCancel(t.Context())); err != nil || result.FilesFailed > 0 {
				t.Errorf("process %d: %+v, %v", process, result, err)
			}
		})
	}
	loading.Wait()
	d.compare(t, open(t, d.server()), "t")
}

// TestGrowBehindReader: somebody reads the table for long. Files that bring
// columns wait, files that do not are loaded meanwhile.
func TestGrowBehindReader(t *testing.T) {
	d := newDrift(t, 1, 100)
	db := open(t, d.address)
	d.make(t, db, "t")
	must(t, os.WriteFile(filepath.Join(d.folder, "z.csv"), []byte("n,s\n100,s100\n"), 0o644))
	conn := connect(t, d.address)
	_, err := conn.Exec(t.Context(), "BEGIN; SELECT count(*) FROM t")
	must(t, err)
	err = db.AddColumns(t.Context(), "t", abstract.Schema{{Name: "x", Type: abstract.Text}})
	if abstract.ClassOf(err) != abstract.Transient {
		t.Errorf("a column was added behind a reader: %v", err)
	}
	ended := make(chan struct{})
	cfg := d.config(t, db, "t", fault.New(nil))
	loaded := make(chan string, 2)
	cfg.FileEnded = func(o transfer.Outcome) {
		if o.Err != nil {
			t.Error(o.Err)
		}
		loaded <- filepath.Base(o.Object.Key)
	}
	loader, err := transfer.New(cfg)
	must(t, err)
	go func() {
		defer close(ended)
		if result, err := loader.Follow(t.Context()); err != nil || result.FilesLoaded != 2 {
			t.Errorf("%+v, %v", result, err)
		}
	}()
	select {
	case first := <-loaded:
		if first != "z.csv" {
			t.Errorf("%s is loaded behind a reader", first)
		}
	case <-time.After(time.Minute):
		t.Error("nothing is loaded")
	}
	_, err = conn.Exec(t.Context(), "COMMIT")
	must(t, err)
	<-ended
	if first := <-loaded; first != "000.csv" {
		t.Errorf("%s is loaded", first)
	}
}

// asGuest is the address for a new role of that name, which may load into t of
// someone else's.
func asGuest(t *testing.T, address, role string) string {
	t.Helper()
	for _, statement := range []string{
		"DROP ROLE IF EXISTS %s", "CREATE ROLE %s LOGIN", "GRANT USAGE ON SCHEMA sluice TO %s", "GRANT ALL ON ALL TABLES IN SCHEMA sluice TO %s",
		"GRANT ALL ON ALL SEQUENCES IN SCHEMA sluice TO %s", "GRANT SELECT, INSERT ON t TO %s",
	} {
		sqlExec(t, address, fmt.Sprintf(statement, role))
	}
	u := mustURL(t, address)
	u.User = nil
	query := u.Query()
	query.Set("user", role)
	u.RawQuery = query.Encode()
	return u.String()
}

// TestX23GrowPrivileges: who may not alter the table gets the reason, and the
// rest is loaded.
func TestX23GrowPrivileges(t *testing.T) {
	d := newDrift(t, 2, 100)
	db := open(t, d.address)
	d.make(t, db, "t")
	cfg := d.config(t, open(t, asGuest(t, d.address, "drifter")), "t", fault.New(nil))
	result, err := d.load(t, cfg)
	if err != nil || result.FilesFailed != 2 || !strings.Contains(result.Failures[0].Reason(), "must be owner of table t") {
		t.Errorf("%+v, %v", result, err)
	}
	cfg.OnNewColumn = transfer.IgnoreNew
	if result, err = d.load(t, cfg); err != nil || result.FilesLoaded != 2 {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestGrowFromNothing: files of all formats bring all columns but one, each
// column with the type that a new table would give it.
func TestGrowFromNothing(t *testing.T) {
	e := newEnumeration(t)
	must(t, e.direct.Create(t.Context(), "t", target.Table{FileID: true, Schema: abstract.Schema{{Name: "id", Type: abstract.Int64}}}))
	location, err := source.Parse(e.data)
	must(t, err)
	loader, err := transfer.New(transfer.Config{
		Source: snapshot.New(snapshot.Place{Bucket: file.New(), Location: location}), OnNewColumn: transfer.AddNew,
		Target: e.direct, Format: formatOf, Table: "t", Workers: 4, Limits: reader.NewLimits(128<<10, 2),
	})
	must(t, err)
	if result, err := loader.Load(t.Context()); err != nil || result.FilesFailed > 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	e.whole(t, "t")
}
