//go:build cgo

package transfer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// enumeration loads the same few files into one new table after the other.
type enumeration struct {
	*rig
	target target.Target
	model  []modelFile
	all    config.CountOrPercent     // bad rows are allowed
	ends   map[string]map[string]int // by table and object
	failed int
	onNew  transfer.OnNewColumn
	widens transfer.OnTypeConflict
}

// newEnumeration writes files of several formats: one of several chunks, one
// with bad records, one that is compressed, one without rows.
func newEnumeration(t *testing.T) *enumeration {
	e := &enumeration{rig: newRig(t), ends: map[string]map[string]int{}}
	if err := e.all.Set("100%"); err != nil {
		t.Fatal(err)
	}
	add := func(name, text string, rows, bad int64) {
		e.model = append(e.model, modelFile{e.write(name, text), rows, bad})
	}
	add("a.csv", numbersCSV(0, 500), 500, 0)
	add("b.csv", numbersCSV(500, 60)+"1,2,3\n"+strings.TrimPrefix(numbersCSV(560, 20), "id,word\n"), 80, 1)
	var lines strings.Builder
	for i := 580; i < 650; i++ {
		fmt.Fprintf(&lines, "{\"id\":%d,\"word\":\"word %d\"}\n", i, i)
	}
	add("c.jsonl", lines.String(), 70, 0)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(numbersCSV(650, 50)))
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	add("d.csv.gz", packed.String(), 50, 0)
	add("e.csv", "id,word\n", 0, 0)
	return e
}

// load loads into a table, through faults or without.
func (e *enumeration) load(table string, inj *fault.Injector) (transfer.Result, error) {
	e.t.Helper()
	e.faults = inj
	var mu sync.Mutex
	return e.loadInto(e.target, func(cfg *transfer.Config) {
		cfg.Table, cfg.Workers, cfg.OnBadRow, cfg.MaxBadRows = table, 1, reader.SkipRow, e.all
		cfg.OnNewColumn, cfg.OnTypeConflict = e.onNew, e.widens
		if e.widens == transfer.Widen {
			cfg.Format = blindTo
		}
		cfg.FileEnded = func(o transfer.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			if o.Err == nil {
				e.ends[table][o.Object.Key]++
			}
		}
	})
}

// whole checks the table and the ledger against the model, and that another load
// has nothing to do (O1, O2, O8, O9, O10).
func (e *enumeration) whole(table string) {
	e.t.Helper()
	result, err := e.load(table, nil)
	if err != nil || result.FilesFound != 0 || result.RowsLoaded != 0 {
		e.t.Errorf("%s: a further load: %+v, %v", table, result.Stats, err)
	}
	compare(e.t, e.target, table, e.model, e.ends[table])
	if e.t.Failed() {
		e.t.Fatalf("the call at fault is the one in the name of table %s", table)
	}
}

// finish loads to the end, and checks that the ledger only goes forward (O5).
func (e *enumeration) finish(table string) {
	e.t.Helper()
	before := e.entries(table)
	if result, err := e.load(table, nil); err != nil || result.FilesFailed > 0 {
		e.t.Fatalf("%s: the next load: %+v, %v", table, result, err)
	}
	after := e.entries(table)
	if len(after) != len(e.model) || len(before) > len(after) {
		e.t.Fatalf("%s: the ledger had %d entries, then %d", table, len(before), len(after))
	}
	for i, b := range before {
		if a := after[i]; a.ID != b.ID || a.Offset < b.Offset || a.Rows < b.Rows || a.Rejected < b.Rejected {
			e.t.Errorf("%s: the ledger went back from %+v to %+v", table, b, a)
		}
	}
	e.whole(table)
}

// entries lists the ledger of a table.
func (e *enumeration) entries(table string) (list []ledger.Entry) {
	e.t.Helper()
	err := e.target.Ledger().List(context.Background(), ledger.Filter{Pipeline: table}, func(entry ledger.Entry) error {
		list = append(list, entry)
		return nil
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return list
}

// each loads once for every call that a load makes, or every call of the given
// kinds, into a table that bears the call's number; that call goes wrong by f.
// It does so in a bubble of time. Then the database is opened anew, and after is
// called for each of the tables.
func each(t *testing.T, f fault.Fault, load func(e *enumeration, table string, inj *fault.Injector), after func(e *enumeration, table string), ops ...fault.Op) {
	eachOf(t, newEnumeration, f, load, after, ops...)
}

// eachOf is each for the files that begin makes.
func eachOf(t *testing.T, begin func(*testing.T) *enumeration, f fault.Fault, load func(e *enumeration, table string, inj *fault.Injector), after func(e *enumeration, table string), ops ...fault.Op) {
	t.Run(f.Kind.String(), func(t *testing.T) {
		t.Parallel()
		e := begin(t)
		synctest.Test(t, func(t *testing.T) {
			e.t = t
			e.target = e.open()
			defer func() { e.close(e.target) }()
			var tables []string
			for n, inj := range fault.Each(f, ops...) {
				table := fmt.Sprintf("t%d", n)
				tables, e.ends[table] = append(tables, table), map[string]int{}
				if load(e, table, inj); t.Failed() {
					t.Fatalf("call %d", n)
				}
			}
			t.Logf("%d calls", len(tables)-1)
			e.close(e.target)
			e.target = e.open()
			for _, table := range tables {
				after(e, table)
			}
		})
	})
}

// TestC05CrashAtEveryCall ends the process at every single call to the store,
// the target and the ledger, before it takes effect or right after, one run
// each; the next load must make the table whole (C-01 to C-12).
func TestC05CrashAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		each(t, fault.Fault{Kind: kind, Crash: true}, func(e *enumeration, table string, inj *fault.Injector) {
			_, err := e.load(table, inj)
			if errors.Is(err, fault.ErrCrashed) != inj.Crashed() || err != nil && !inj.Crashed() {
				e.t.Errorf("the load returned %v", err)
			}
		}, (*enumeration).finish)
	}
}

// TestFaultAtEveryCall lets every single call fail once, before it takes effect
// or right after; the same load must come through by itself (P6). Only the
// store's listing is not tried again: that is for its driver to do.
func TestFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		each(t, fault.Fault{Kind: kind}, func(e *enumeration, table string, inj *fault.Injector) {
			result, err := e.load(table, inj)
			injected := new(fault.Error)
			switch {
			case err == nil && result.FilesLoaded == int64(len(e.model)):
			case errors.As(err, &injected) && (injected.Call.Op == fault.OpList || injected.Call.Op == fault.OpStat):
				e.finish(table)
			default:
				e.t.Errorf("%+v, %v", result, err)
			}
		}, (*enumeration).whole)
	}
}

// TestS14CutAtEveryRead lets bodies break in the middle; the load must come
// through by itself.
func TestS14CutAtEveryRead(t *testing.T) {
	t.Parallel()
	each(t, fault.Fault{Kind: fault.Cut}, func(e *enumeration, table string, inj *fault.Injector) {
		if result, err := e.load(table, inj); err != nil || result.FilesFailed > 0 {
			e.t.Errorf("%+v, %v", result, err)
		}
	}, (*enumeration).whole, fault.OpRead)
}

// TestP07TruncatedAtEveryRead lets bodies end early as though that were their
// end, which no driver may do. It is never taken for the end: the file fails and
// says why, and the next load reads the rest.
func TestP07TruncatedAtEveryRead(t *testing.T) {
	t.Parallel()
	each(t, fault.Fault{Kind: fault.Truncate}, func(e *enumeration, table string, inj *fault.Injector) {
		result, err := e.load(table, inj)
		if err != nil {
			e.t.Error(err)
		}
		for _, o := range result.Failures {
			e.failed++
			if !errors.Is(o.Err, io.ErrUnexpectedEOF) {
				e.t.Errorf("%s failed: %v", o.Object, o.Err)
			}
		}
	}, func(e *enumeration, table string) {
		e.finish(table)
		if e.failed == 0 {
			e.t.Error("no file failed")
		}
	}, fault.OpRead)
}
