//go:build cgo

package transfer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
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

// enumeration loads the same few files into one new database after the other.
type enumeration struct {
	*rig
	model []modelFile
	all   config.CountOrPercent // bad rows are allowed
	ends  map[string]int
}

// newEnumeration writes files of several formats: one of several chunks, one
// with bad records, one that is compressed, one without rows.
func newEnumeration(t *testing.T) *enumeration {
	e := &enumeration{rig: newRig(t)}
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

// load loads once, through faults or without.
func (e *enumeration) load(db target.Target, inj *fault.Injector) (transfer.Result, error) {
	e.faults = inj
	var mu sync.Mutex
	return e.loadInto(db, func(cfg *transfer.Config) {
		cfg.Workers, cfg.OnBadRow, cfg.MaxBadRows = 1, reader.SkipRow, e.all
		cfg.FileEnded = func(o transfer.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			if o.Err == nil {
				e.ends[o.Object.Key]++
			}
		}
	})
}

// next begins with an empty database.
func (e *enumeration) next(t *testing.T, n int) {
	e.t = t
	e.db = filepath.Join(t.TempDir(), fmt.Sprintf("%d.duckdb", n))
	e.ends = map[string]int{}
}

// finish loads to the end and checks the table and the ledger against the model,
// and that another load has nothing to do (O1, O2, O5, O8, O9, O10).
func (e *enumeration) finish(db target.Target) {
	e.t.Helper()
	before := e.entries(db)
	if result, err := e.load(db, nil); err != nil || result.FilesFailed > 0 {
		e.t.Fatalf("the next load: %+v, %v", result, err)
	}
	after := e.entries(db)
	if len(after) != len(e.model) || len(before) > len(after) {
		e.t.Fatalf("the ledger had %d entries, then %d", len(before), len(after))
	}
	for i, b := range before {
		if a := after[i]; a.ID != b.ID || a.Offset < b.Offset || a.Rows < b.Rows || a.Rejected < b.Rejected {
			e.t.Errorf("the ledger went back from %+v to %+v", b, a)
		}
	}
	result, err := e.load(db, nil)
	if err != nil || result.FilesFound != 0 || result.RowsLoaded != 0 {
		e.t.Errorf("a further load: %+v, %v", result.Stats, err)
	}
	compare(e.t, db, e.model, e.ends)
}

// entries lists the ledger.
func (e *enumeration) entries(db target.Target) (list []ledger.Entry) {
	e.t.Helper()
	err := db.Ledger().List(context.Background(), ledger.Filter{}, func(entry ledger.Entry) error {
		list = append(list, entry)
		return nil
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return list
}

// each runs a test for every call that a load makes, or every call of the given
// kinds, in a bubble of time: the call goes wrong by f.
func each(t *testing.T, f fault.Fault, test func(e *enumeration, inj *fault.Injector), ops ...fault.Op) {
	t.Run(f.Kind.String(), func(t *testing.T) {
		t.Parallel()
		e := newEnumeration(t)
		last := 0
		for n, inj := range fault.Each(f, ops...) {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				e.next(t, n)
				synctest.Test(t, func(t *testing.T) {
					e.t = t
					test(e, inj)
				})
			})
			last = n
		}
		t.Logf("%d calls", last-1)
	})
}

// TestC05CrashAtEveryCall ends the process at every single call to the store,
// the target and the ledger, before it takes effect or right after, one run
// each; the next load must make the table whole (C-01 to C-12).
func TestC05CrashAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		each(t, fault.Fault{Kind: kind, Crash: true}, func(e *enumeration, inj *fault.Injector) {
			db := e.open()
			_, err := e.load(db, inj)
			e.close(db)
			if errors.Is(err, fault.ErrCrashed) != inj.Crashed() || err != nil && !inj.Crashed() {
				e.t.Fatalf("the load returned %v", err)
			}
			db = e.open()
			defer e.close(db)
			e.finish(db)
		})
	}
}

// TestFaultAtEveryCall lets every single call fail once, before it takes effect
// or right after; the same load must come through by itself (P6). Only the
// store's listing is not tried again: that is for its driver to do.
func TestFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		each(t, fault.Fault{Kind: kind}, func(e *enumeration, inj *fault.Injector) {
			db := e.open()
			defer e.close(db)
			result, err := e.load(db, inj)
			if err == nil && result.FilesLoaded == int64(len(e.model)) {
				compare(e.t, db, e.model, e.ends)
			} else if cut := new(fault.Error); errors.As(err, &cut) && (cut.Call.Op == fault.OpList || cut.Call.Op == fault.OpStat) {
				e.finish(db)
			} else {
				e.t.Errorf("%+v, %v", result, err)
			}
		})
	}
}

// TestS14CutAtEveryRead lets bodies break in the middle; the load must come
// through by itself.
func TestS14CutAtEveryRead(t *testing.T) {
	t.Parallel()
	each(t, fault.Fault{Kind: fault.Cut}, func(e *enumeration, inj *fault.Injector) {
		db := e.open()
		defer e.close(db)
		if result, err := e.load(db, inj); err != nil || result.FilesFailed > 0 {
			e.t.Errorf("%+v, %v", result, err)
		}
		compare(e.t, db, e.model, e.ends)
	}, fault.OpRead)
}

// TestP07TruncatedAtEveryRead lets bodies end early as though that were their
// end, which no driver may do. It is never taken for the end: the file fails and
// says why, and the next load reads the rest.
func TestP07TruncatedAtEveryRead(t *testing.T) {
	t.Parallel()
	failed := 0
	each(t, fault.Fault{Kind: fault.Truncate}, func(e *enumeration, inj *fault.Injector) {
		db := e.open()
		defer e.close(db)
		result, err := e.load(db, inj)
		if err != nil {
			e.t.Fatal(err)
		}
		for _, o := range result.Failures {
			if !errors.Is(o.Err, io.ErrUnexpectedEOF) {
				e.t.Errorf("%s failed: %v", o.Object, o.Err)
			}
			failed++
		}
		e.finish(db)
	}, fault.OpRead)
	t.Cleanup(func() {
		if failed == 0 {
			t.Error("no file failed")
		}
	})
}
