package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/parquet"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/test/internal/orders"
	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// enumeration loads the same few files into one new table after the other.
type enumeration struct {
	data, address string
	rows          int64
	direct        target.Target
	db            *sql.DB
}

func newEnumeration(t *testing.T) *enumeration {
	e := &enumeration{data: t.TempDir(), address: database(t, t.Name())}
	for _, f := range []struct {
		name string
		rows int64
	}{{"a.csv", 900}, {"b.jsonl", 80}, {"c.csv.gz", 70}, {"d.parquet", 60}, {"e.csv", 0}} {
		must(t, orders.WriteFile(filepath.Join(e.data, f.name), e.rows, f.rows))
		e.rows += f.rows
	}
	e.direct = open(t, e.address)
	var err error
	e.db, err = sql.Open("pgx", e.address)
	must(t, err)
	t.Cleanup(func() { must(t, e.db.Close()) })
	return e
}

func formatOf(key string) (reader.Format, error) {
	switch {
	case strings.Contains(key, ".jsonl"):
		return jsonl.New(), nil
	case strings.HasSuffix(key, ".parquet"):
		return parquet.New(), nil
	}
	return csv.New(), nil
}

// load loads the files into a table, through faults if there are any.
func (e *enumeration) load(t *testing.T, db target.Target, table string, inj *fault.Injector) (transfer.Result, error) {
	t.Helper()
	location, err := source.Parse(e.data)
	must(t, err)
	loader, err := transfer.New(transfer.Config{
		Source: snapshot.New(snapshot.Place{Bucket: fault.Bucket(file.New(), inj), Location: location}),
		Target: fault.Target(db, inj), Format: formatOf, Table: table, Workers: 1, Limits: reader.NewLimits(128<<10, 2),
	})
	must(t, err)
	return loader.Load(context.WithoutCancel(t.Context()))
}

// entries lists the ledger of a table.
func (e *enumeration) entries(t *testing.T, table string) (list []ledger.Entry) {
	t.Helper()
	must(t, e.direct.Ledger().List(t.Context(), ledger.Filter{Pipeline: table}, func(entry ledger.Entry) error {
		list = append(list, entry)
		return nil
	}))
	return list
}

// whole checks that table and ledger hold the model, and that another load has
// nothing to do (O1, O2, O5, O8, O9, O10).
func (e *enumeration) whole(t *testing.T, table string) {
	t.Helper()
	if err := orders.Compare(e.db, table, e.rows); err != nil {
		t.Error(err)
	}
	rows := int64(0)
	for _, entry := range e.entries(t, table) {
		var n int64
		must(t, e.db.QueryRow("SELECT count(*) FROM "+table+" WHERE _sluice_file = $1", entry.ID).Scan(&n))
		if entry.State != ledger.Done || entry.Rows != n || entry.Rejected != 0 {
			t.Errorf("%d rows of %+v", n, entry)
		}
		rows += n
	}
	if rows != e.rows {
		t.Errorf("the ledger has %d rows, want %d", rows, e.rows)
	}
	result, err := e.load(t, e.direct, table, fault.New(nil))
	if err != nil || result.FilesFound != 0 || result.RowsLoaded != 0 {
		t.Errorf("a further load: %+v, %v", result.Stats, err)
	}
}

// TestC05CrashAtEveryCall ends the process at every single call to the store,
// the target and the ledger; the next load makes the table whole (C-01 to C-12).
func TestC05CrashAtEveryCall(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			e := newEnumeration(t)
			for n, inj := range fault.Each(fault.Fault{Kind: kind, Crash: true}) {
				table := fmt.Sprintf("t%d", n)
				if _, err := e.load(t, e.direct, table, inj); errors.Is(err, fault.ErrCrashed) != inj.Crashed() || err != nil && !inj.Crashed() {
					t.Fatalf("call %d: the load returned %v", n, err)
				}
				before := e.entries(t, table)
				if _, err := e.load(t, e.direct, table, fault.New(nil)); err != nil {
					t.Fatalf("call %d: the next load: %v", n, err)
				}
				for i, after := range e.entries(t, table) {
					if i < len(before) && (after.ID != before[i].ID || after.Offset < before[i].Offset || after.Rows < before[i].Rows) {
						t.Errorf("call %d: the ledger went back from %+v to %+v", n, before[i], after)
					}
				}
				if e.whole(t, table); t.Failed() {
					t.Fatalf("call %d", n)
				}
				if !inj.Crashed() {
					t.Logf("%d calls", n-1)
				}
			}
		})
	}
}

// TestFaultAtEveryCall lets every single call fail once; the same load comes
// through by itself (P6). The store's listing is not tried again here.
func TestFaultAtEveryCall(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			e := newEnumeration(t)
			for n, inj := range fault.Each(fault.Fault{Kind: kind}) {
				table := fmt.Sprintf("t%d", n)
				_, err := e.load(t, e.direct, table, inj)
				if injected := new(fault.Error); errors.As(err, &injected) && (injected.Call.Op == fault.OpList || injected.Call.Op == fault.OpStat) {
					continue
				}
				if err != nil {
					t.Fatalf("call %d: %v", n, err)
				}
				if e.whole(t, table); t.Failed() {
					t.Fatalf("call %d", n)
				}
			}
		})
	}
}

// TestC06CutAtEverySend cuts the connection at every single message to the
// server, before the server has it or when it has just done what was asked: rows,
// the ledger's statements and COMMIT alike. The same load comes through (T-01,
// T-02).
func TestC06CutAtEverySend(t *testing.T) {
	for name, verdict := range map[string]tcpproxy.Verdict{"request lost": tcpproxy.Cut, "reply lost": tcpproxy.CutReply} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnumeration(t)
			through, proxy := proxied(t, e.address)
			db := open(t, through)
			for n := int64(1); ; n++ {
				var sends atomic.Int64
				proxy.Judge(func([]byte) tcpproxy.Verdict {
					if sends.Add(1) == n {
						return verdict
					}
					return tcpproxy.Forward
				})
				table := fmt.Sprintf("t%d", n)
				if result, err := e.load(t, db, table, fault.New(nil)); err != nil || result.FilesLoaded != 5 {
					t.Fatalf("send %d: %+v, %v", n, result, err)
				}
				proxy.Judge(nil)
				if e.whole(t, table); t.Failed() {
					t.Fatalf("send %d", n)
				}
				if sends.Load() < n {
					t.Logf("%d sends", n-1)
					return
				}
			}
		})
	}
}
