//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/after"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// afterwards is an enumeration with an action for what is loaded.
type afterwards struct {
	*enumeration
	action after.Action
}

// load loads and acts.
func (e *afterwards) load(table string, inj *fault.Injector) (transfer.Result, after.Stats, error) {
	e.t.Helper()
	e.faults = inj
	var acting *after.Source
	result, err := e.loadInto(e.target, func(cfg *transfer.Config) {
		cfg.Table, cfg.Workers, cfg.OnBadRow, cfg.MaxBadRows = table, 1, reader.SkipRow, e.all
		location, err := source.Parse(e.data)
		if err != nil {
			e.t.Fatal(err)
		}
		acting = after.New(e.t.Context(), &timeless{cfg.Source}, after.Config{
			Action: e.action, Places: []source.Place{{Bucket: e.bucket(), Location: location}}, Grace: time.Second,
		})
		cfg.Source = acting
	})
	acting.Close()
	return result, acting.Stats(), err
}

// timeless is a source whose objects have no times: those of the file system are
// not those of the bubble.
type timeless struct{ source.Source }

func (s *timeless) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	return s.Source.Pages(ctx, func(ctx context.Context, b object.Bucket, infos []object.Info) error {
		for i := range infos {
			infos[i].ModTime = time.Time{}
		}
		return page(ctx, b, infos)
	})
}

// justly checks that whatever file has left its folder is loaded to its end,
// and that the table holds each of its rows.
func (e *afterwards) justly(table string) (left int) {
	e.t.Helper()
	states := map[string]ledger.Entry{}
	for _, entry := range e.entries(table) {
		states[entry.Object.Key] = entry
	}
	for _, m := range e.model {
		if _, err := os.Stat(m.path); err == nil {
			left++
		} else if entry := states[m.path]; entry.State != ledger.Done || entry.Rows != m.rows {
			e.t.Errorf("%s: %s has gone, and the ledger has %+v", table, m.path, entry)
		}
	}
	return left
}

// TestP4AfterAtEveryCall lets the process end, or the call fail, at every single
// call to the store, the target and the ledger, before it takes effect or
// right after, while loaded files are deleted or moved: none goes before it is
// loaded, and the next load completes both, for each row once.
func TestP4AfterAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action after.Kind
		fault  fault.Fault
	}{
		{after.Delete, fault.Fault{Kind: fault.Before, Crash: true}},
		{after.Delete, fault.Fault{Kind: fault.After, Crash: true}},
		{after.Move, fault.Fault{Kind: fault.After, Crash: true}},
		{after.Move, fault.Fault{Kind: fault.Before}},
	} {
		t.Run(fmt.Sprint(c.action, " ", c.fault.Kind, " ", c.fault.Crash), func(t *testing.T) {
			t.Parallel()
			afterAtEveryCall(t, c.action, c.fault)
		})
	}
}

func afterAtEveryCall(t *testing.T, kind after.Kind, f fault.Fault) {
	e := &afterwards{newEnumeration(t), after.Action{Kind: kind}}
	contents := map[string][]byte{}
	for _, m := range e.model {
		content, err := os.ReadFile(m.path)
		if err != nil {
			t.Fatal(err)
		}
		contents[m.path] = content
	}
	synctest.Test(t, func(t *testing.T) {
		e.t = t
		e.target = e.open()
		defer func() { e.close(e.target) }()
		disposals := 0
		for n, inj := range fault.Each(f) {
			table := fmt.Sprintf("t%d", n)
			e.ends[table] = map[string]int{}
			e.action.Folder = filepath.Join(filepath.Dir(e.data), "moved", table)
			for path, content := range contents {
				if err := os.WriteFile(path, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, _, err := e.load(table, inj)
			if err == nil && inj.Crashed() {
				disposals++ // it ended while files were disposed of
			}
			left := e.justly(table)
			if left > 0 { // else there is nothing to be loaded
				if result, stats, err := e.load(table, nil); err != nil || result.FilesFailed > 0 || stats.Failed > 0 {
					t.Fatalf("%s: the next load: %+v, %+v, %v", table, result, stats, err)
				}
			} else if err != nil && !errors.Is(err, fault.ErrCrashed) {
				t.Errorf("%s: %v", table, err)
			}
			if left := e.justly(table); left > 0 {
				t.Errorf("%s: %d files are still there", table, left)
			}
			e.wantMoved(contents)
			compare(t, e.target, table, e.model, nil)
			if t.Failed() {
				t.FailNow()
			}
		}
		t.Logf("the end came %d times while files were disposed of", disposals)
	})
}

// wantMoved compares what was moved with what there was.
func (e *afterwards) wantMoved(contents map[string][]byte) {
	e.t.Helper()
	if e.action.Kind != after.Move {
		return
	}
	for path, want := range contents {
		got, err := os.ReadFile(filepath.Join(e.action.Folder, filepath.Base(path)))
		if err != nil || string(got) != string(want) {
			e.t.Errorf("%s was not moved as it was: %d bytes, %v", path, len(got), err)
		}
	}
}

// keeper tells what it is told.
type keeper struct {
	source.Source
	done, kept []string
}

func (k *keeper) Done(_ context.Context, id abstract.ObjectID) error {
	k.done = append(k.done, filepath.Base(id.Key))
	return nil
}

func (k *keeper) Keep(_ context.Context, id abstract.ObjectID) error {
	k.kept = append(k.kept, filepath.Base(id.Key))
	return nil
}

// later gives one object a time of change in the future.
type later struct {
	object.Bucket
	key string
}

func (b *later) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	return b.Bucket.List(ctx, prefix, func(infos []object.Info) error {
		for i := range infos {
			if filepath.Base(infos[i].Key) == b.key {
				infos[i].ModTime = time.Now().Add(time.Second)
			}
		}
		return page(infos)
	})
}

// S-15: the same content written again after it was loaded is told apart, by the
// store's time, from what is found again.
func TestS15WrittenAgain(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 10)
	r.numbers("b.csv", 10, 10)
	location, err := source.Parse(r.data)
	if err != nil {
		t.Fatal(err)
	}
	for run, want := range [][2]int{{2, 0}, {1, 1}} {
		k := &keeper{}
		r.mustLoad(func(cfg *transfer.Config) {
			cfg.Workers = 1
			k.Source = snapshot.New(source.Place{Bucket: &later{file.New(), "b.csv"}, Location: location})
			cfg.Source = k
		})
		if len(k.done) != want[0] || len(k.kept) != want[1] || run == 1 && k.kept[0] != "b.csv" {
			t.Errorf("run %d: done %v, kept %v", run, k.done, k.kept)
		}
	}
	r.wantRows(20)
}
