//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/transfer"
)

func TestLoadsEachFileOnce(t *testing.T) {
	r := newRig(t)
	for i := range 7 {
		r.numbers(fmt.Sprintf("f%d.csv", i), i*1000, 1000)
	}
	if got := r.mustLoad(nil); got.FilesLoaded != 7 || got.RowsLoaded != 7000 {
		t.Errorf("first load: %+v", got.Stats)
	}
	r.wantRows(7000)
	if got := r.mustLoad(nil); got.FilesLoaded != 0 || got.RowsLoaded != 0 || got.FilesSkipped != 7 {
		t.Errorf("second load: %+v", got.Stats)
	}
	r.numbers("late.csv", 7000, 10)
	if got := r.mustLoad(nil); got.FilesLoaded != 1 || got.FilesSkipped != 7 {
		t.Errorf("third load: %+v", got.Stats)
	}
	r.wantRows(7010)
}

// TestP12BadFilesAreRecorded checks that a bad file keeps what came before the
// bad record, is recorded with its reason, and stops nothing.
func TestP12BadFilesAreRecorded(t *testing.T) {
	r := newRig(t)
	r.numbers("good.csv", 0, 100)
	bad := r.write("zbad.csv", "id,word\n100,word 100\nx,y,z\n101,word 101\n")
	result := r.mustLoad(nil)
	if result.FilesLoaded != 1 || result.FilesFailed != 1 || len(result.Failures) != 1 {
		t.Fatalf("%+v", result)
	}
	if got := result.Failures[0].Reason(); !strings.HasPrefix(got, "record 2 at byte 21") {
		t.Errorf("reason %q", got)
	}
	r.wantRows(101)
	if e := r.entry(bad); e.State != ledger.Failed || e.Rows != 1 || e.Offset != 21 || e.Attempts != 1 {
		t.Errorf("entry %+v", e)
	}
	for range ledger.MaxAttempts - 1 {
		result = r.mustLoad(nil)
	}
	if e := r.entry(bad); e.State != ledger.Parked || !result.Failures[0].Parked {
		t.Errorf("after %d attempts: %+v", ledger.MaxAttempts, e)
	}
	// A parked file is named, counted, and left alone.
	result = r.mustLoad(nil)
	if result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "sluice replay --failed "+bad) {
		t.Errorf("%+v", result)
	}
	if e := r.entry(bad); e.Attempts != ledger.MaxAttempts {
		t.Errorf("a parked file was tried again: %+v", e)
	}
	r.wantRows(101)
}

func TestChangedFileIsRefused(t *testing.T) {
	r := newRig(t)
	path := r.numbers("f.csv", 0, 10)
	r.mustLoad(nil)
	r.numbers("f.csv", 0, 20)
	result := r.mustLoad(nil)
	if result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "sluice forget "+path) {
		t.Errorf("%+v", result)
	}
	r.wantRows(10)
}

// TestChangedFileWithoutRowsIsLoaded: mending a file of which nothing was
// loaded must not need a forget.
func TestChangedFileWithoutRowsIsLoaded(t *testing.T) {
	r := newRig(t)
	r.write("f.csv", "id,word\n\"broken\n")
	r.write("g.csv", "")
	r.numbers("h.csv", 0, 5)
	if result := r.mustLoad(nil); result.FilesFailed != 1 || result.FilesLoaded != 2 {
		t.Fatalf("%+v", result)
	}
	r.numbers("f.csv", 5, 5)
	r.numbers("g.csv", 10, 5)
	if result := r.mustLoad(nil); result.FilesFailed != 0 || result.FilesLoaded != 2 {
		t.Fatalf("%+v", result)
	}
	r.wantRows(15)
}

func TestMaxBadRowsFailsTheFile(t *testing.T) {
	for limit, fails := range map[string]int64{"2": 1, "3": 0, "20%": 1, "50%": 0} {
		r := newRig(t)
		path := r.write("f.csv", "id,word\n0,word 0\nx,x,x\n1,word 1\ny,y,y\n2,word 2\nz,z,z\n3,word 3\n")
		result := r.mustLoad(func(cfg *transfer.Config) {
			cfg.OnBadRow = reader.SkipRow
			if err := cfg.MaxBadRows.Set(limit); err != nil {
				t.Fatal(err)
			}
		})
		if result.FilesFailed != fails {
			t.Errorf("limit %s: %+v", limit, result)
		}
		if fails == 0 {
			r.wantRows(4)
			if e := r.entry(path); e.Rows != 4 || e.Rejected != 3 || !strings.HasPrefix(e.Reason, "record 2 at byte") {
				t.Errorf("limit %s: %+v", limit, e)
			}
		}
	}
}

// TestC14CancelCommitsAndResumes stops a load at a chunk in the middle: what
// was pushed is committed, and the next load goes on.
func TestC14CancelCommitsAndResumes(t *testing.T) {
	r := newRig(t)
	r.numbers("f.csv", 0, 5000)
	tg := r.open()
	cfg := r.config(tg)
	ctx, cancel := context.WithCancel(context.Background())
	pushes := 0
	cfg.Target = fault.Target(tg, fault.New(func(c fault.Call) fault.Fault {
		if c.Op == fault.OpPush {
			if pushes++; pushes == 3 {
				cancel()
			}
		}
		return fault.Fault{}
	}))
	result, err := runLoad(t, ctx, cfg)
	if !errors.Is(err, context.Canceled) || result.RowsLoaded == 0 || result.FilesLoaded != 0 {
		t.Fatalf("result %+v, error %v", result, err)
	}
	if err := tg.Close(); err != nil {
		t.Fatal(err)
	}
	r.wantRows(result.RowsLoaded)
	r.mustLoad(nil)
	r.wantRows(5000)
}

// doneSource records for which objects Done was called.
type doneSource struct {
	source.Source
	check func(abstract.ObjectID)
}

func (s *doneSource) Done(ctx context.Context, id abstract.ObjectID) error {
	s.check(id)
	return s.Source.Done(ctx, id)
}

// TestDoneOnlyAfterTheCommit asks the ledger, at the moment that the source is
// told, whether the object is durable (O3).
func TestDoneOnlyAfterTheCommit(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		r.numbers(fmt.Sprintf("f%d.csv", i), i*500, 500)
	}
	r.write("bad.csv", "id,word\nx,y,z\n")
	var mu sync.Mutex
	var done []string
	r.mustLoad(func(cfg *transfer.Config) {
		l := cfg.Target.Ledger()
		cfg.Source = &doneSource{cfg.Source, func(id abstract.ObjectID) {
			entries, err := l.Lookup(context.Background(), "t", id.Bucket, []string{id.Key})
			if err != nil || len(entries) != 1 || entries[0].State != ledger.Done {
				t.Errorf("the source was told of %s when the ledger had %+v, %v", id, entries, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done = append(done, id.Key)
		}}
	})
	slices.Sort(done)
	if len(done) != 5 || len(slices.Compact(done)) != 5 {
		t.Errorf("the source was told of %v", done)
	}
}

// TestT05OnlyTheFileAtFaultFails loads many files in one transaction, one of
// which breaks a constraint of the table.
func TestT05OnlyTheFileAtFaultFails(t *testing.T) {
	r := newRig(t)
	tg := r.open()
	err := tg.(ledger.DB).Update(context.Background(), func(tx ledger.Tx) error {
		_, err := tx.Exec(context.Background(), `CREATE TABLE t (id bigint CHECK (id <> 777), word text, _sluice_file bigint)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tg.Close(); err != nil {
		t.Fatal(err)
	}
	r.numbers("a.csv", 0, 300)
	r.numbers("b.csv", 300, 300)
	bad := r.numbers("c.csv", 777, 1)
	result := r.mustLoad(nil)
	if result.FilesLoaded != 2 || result.FilesFailed != 1 || result.Failures[0].Object.Key != bad {
		t.Fatalf("%+v", result)
	}
	r.wantRows(600)
	if e := r.entry(bad); e.State != ledger.Failed || !strings.Contains(e.Reason, "CHECK") {
		t.Errorf("%+v", e)
	}
}

// TestTableIsShapedByMostFiles: types come from all samples, columns from the
// header that most files have.
func TestTableIsShapedByMostFiles(t *testing.T) {
	r := newRig(t)
	r.write("a.csv", "strange\n1\n")
	r.write("b.csv", "id,v\n1,1\n")
	r.write("c.csv", "id,v\n2,2.5\n")
	r.write("d.csv", "id\n3\n")
	result := r.mustLoad(func(cfg *transfer.Config) {
		cfg.Columns = abstract.Schema{{Name: "extra", Type: abstract.Date}}
	})
	for _, want := range []string{`"id" BIGINT`, `"v" DOUBLE`, `"extra" DATE`} {
		if !strings.Contains(result.Created, want) {
			t.Errorf("%q is not in\n%s", want, result.Created)
		}
	}
	if result.FilesLoaded != 3 || result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "strange") {
		t.Errorf("%+v", result)
	}
}

// TestTableIsNotShapedByBareHeaders: files without a good record say nothing of
// types, however many come first. If there are no others, they have to do.
func TestTableIsNotShapedByBareHeaders(t *testing.T) {
	r := newRig(t)
	for i := range 12 {
		r.write(fmt.Sprintf("a%02d.csv", i), "id,v\n"+strings.Repeat("1,2,3\n", i%2))
	}
	r.write("z.csv", "id,v\n1,2.5\n")
	if result := r.mustLoad(nil); !strings.Contains(result.Created, `"id" BIGINT`) || !strings.Contains(result.Created, `"v" DOUBLE`) || result.FilesLoaded != 7 {
		t.Errorf("%+v", result)
	}
	r = newRig(t)
	r.write("a.csv", "id,v\n")
	if result := r.mustLoad(nil); !strings.Contains(result.Created, `"id" VARCHAR`) || result.FilesLoaded != 1 {
		t.Errorf("%+v", result)
	}
}

// TestVanishedFileFailsAlone removes a file after it was listed.
func TestVanishedFileFailsAlone(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 10)
	gone := r.numbers("b.csv", 10, 10)
	result := r.mustLoad(func(cfg *transfer.Config) {
		cfg.Workers = 1
		format := cfg.Format
		cfg.Format = func(key string) (reader.Format, error) {
			if key == gone {
				if err := os.Remove(gone); err != nil {
					t.Error(err)
				}
			}
			return format(key)
		}
	})
	if result.FilesLoaded != 1 || result.FilesFailed != 1 {
		t.Errorf("%+v", result)
	}
	r.wantRows(10)
}

func TestPlanWritesNothing(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 10)
	r.write("bad.csv", "id,\xff\n")
	tg := r.open()
	defer tg.Close()
	plan, err := transfer.MakePlan(context.Background(), r.config(tg))
	if err != nil {
		t.Fatal(err)
	}
	if plan.Files != 2 || len(plan.Samples) != 1 || len(plan.Refused) != 1 || plan.Exists || !strings.Contains(plan.SQL, `"id" BIGINT`) {
		t.Errorf("%+v", plan)
	}
	entries, err := tg.Ledger().Lookup(context.Background(), "", abstract.LocalBucket, []string{r.data + "/a.csv", r.data + "/bad.csv"})
	if err != nil || len(entries) != 0 {
		t.Errorf("the plan registered %v, %v", entries, err)
	}
	if table, err := tg.Describe(context.Background(), "t"); err != nil || table != nil {
		t.Errorf("the plan created %+v, %v", table, err)
	}
}

// TestSkippedFilesAreToldToTheSource: what an earlier run has loaded needs no
// loading, so a queue may drop its message.
func TestSkippedFilesAreToldToTheSource(t *testing.T) {
	r := newRig(t)
	loaded := r.numbers("a.csv", 0, 10)
	r.write("b.csv", "id,word\nx,y,z\n")
	r.mustLoad(nil)
	var told []string
	result := r.mustLoad(func(cfg *transfer.Config) {
		cfg.Source = &doneSource{cfg.Source, func(id abstract.ObjectID) { told = append(told, id.Key) }}
	})
	if result.FilesSkipped != 1 || !slices.Equal(told, []string{loaded}) {
		t.Errorf("%+v; told of %v", result.Stats, told)
	}
}

// TestNothingButEmptyFiles: there is nothing to make a table of. The files
// fail, the load does not, and once there is a table they are loaded.
func TestNothingButEmptyFiles(t *testing.T) {
	r := newRig(t)
	r.write("a.csv", "")
	r.write("b.csv", "")
	result := r.mustLoad(nil)
	if result.FilesFailed != 2 || result.Created != "" || !strings.Contains(result.Failures[0].Reason(), "no columns") {
		t.Fatalf("%+v", result)
	}
	r.numbers("c.csv", 0, 10)
	if result := r.mustLoad(nil); result.FilesLoaded != 3 {
		t.Errorf("%+v", result)
	}
	r.wantRows(10)
}

// TestColumnsThatAFileLacks: a table may have more columns than a file, in
// another order.
func TestColumnsThatAFileLacks(t *testing.T) {
	r := newRig(t)
	r.write("a.csv", "word,id,extra\nword 0,0,x\n")
	r.mustLoad(nil)
	r.numbers("b.csv", 1, 500)
	if result := r.mustLoad(nil); result.FilesLoaded != 1 {
		t.Errorf("%+v", result)
	}
	r.wantRows(501)
}

// TestTableChangedInTheMiddleOfAFile: a file is resumed with the columns it
// was begun with, or not at all. Columns that came since change nothing.
func TestTableChangedInTheMiddleOfAFile(t *testing.T) {
	for change, refused := range map[string]bool{
		"ADD COLUMN more bigint":    false,
		"RENAME word TO other":      true,
		"ALTER word TYPE bigint":    true,
		"ALTER id SET DEFAULT 1000": false,
	} {
		r := newRig(t)
		path := r.write("f.csv", "id,word\n0,1\nx,y,z\n")
		r.mustLoad(func(cfg *transfer.Config) { cfg.Columns = abstract.Schema{{Name: "word", Type: abstract.Text}} })
		db := r.open()
		err := db.(ledger.DB).Update(context.Background(), func(tx ledger.Tx) error {
			_, err := tx.Exec(context.Background(), "ALTER TABLE t "+change)
			return err
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		for _, policy := range []transfer.OnNewColumn{transfer.FailNew, transfer.IgnoreNew, transfer.AddNew} {
			result := r.mustLoad(func(cfg *transfer.Config) { cfg.OnNewColumn = policy })
			if result.FilesFailed != 1 || strings.Contains(result.Failures[0].Reason(), "sluice forget "+path) != refused {
				t.Errorf("%s: %+v", change, result)
			}
		}
	}
}
