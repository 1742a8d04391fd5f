//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// generation writes a file with n rows, whose words tell the generation.
func (r *rig) generation(name string, first, n, generation int) string {
	r.t.Helper()
	var b strings.Builder
	b.WriteString("id,word\n")
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, "%d,generation %d\n", i, generation)
	}
	return r.write(name, b.String())
}

// want checks that the table holds n rows, of which the last m are of
// that generation, and as many entries.
func (r *rig) want(rows, ofGeneration, generation, entries int64) {
	r.t.Helper()
	got := r.ints(fmt.Sprintf(`SELECT count(*), count(*) FILTER (word = 'generation %d'),
		(SELECT count(*) FROM _sluice.ledger), (SELECT sum(rows_loaded)::bigint FROM _sluice.ledger) FROM t`, generation), 4)
	if want := [4]int64{rows, ofGeneration, entries, rows}; [4]int64(got) != want {
		r.t.Fatalf("rows, of generation %d, entries, rows in the ledger: %v, want %v", generation, got, want)
	}
}

func onChange(policy transfer.OnChange) func(*transfer.Config) {
	return func(cfg *transfer.Config) { cfg.OnChange = policy }
}

// TestChangedFileIsAppended: old rows stay, and a generation that comes back
// is loaded already.
func TestChangedFileIsAppended(t *testing.T) {
	r := newRig(t)
	path := r.generation("f.csv", 0, 10, 1)
	first, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	kept := path + ".kept"
	r.mustLoad(nil)
	if err := os.Rename(path, kept); err != nil {
		t.Fatal(err)
	}
	r.generation("f.csv", 0, 20, 2)
	defer os.Remove(kept)
	load := func(cfg *transfer.Config) {
		cfg.OnChange = transfer.AppendChanged
		cfg.Source = &only{cfg.Source, path}
	}
	if result := r.mustLoad(load); result.FilesLoaded != 1 || result.RowsLoaded != 20 {
		t.Errorf("%+v", result)
	}
	r.want(30, 20, 2, 2)
	if err := os.Rename(kept, path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, first.ModTime(), first.ModTime()); err != nil {
		t.Fatal(err)
	}
	if result := r.mustLoad(load); result.FilesSkipped != 1 || result.RowsLoaded != 0 {
		t.Errorf("%+v", result)
	}
	r.want(30, 20, 2, 2)
}

// TestChangedFileIsReplaced: large files, small ones, and files that are new,
// over several workers.
func TestChangedFileIsReplaced(t *testing.T) {
	r := newRig(t)
	for n := range 6 {
		r.generation(fmt.Sprintf("f%d.csv", n), 10_000*n, 10, 1)
	}
	r.mustLoad(nil)
	r.generation("f0.csv", 0, 3000, 2)
	r.generation("f1.csv", 10_000, 3000, 2)
	r.generation("f2.csv", 20_000, 5, 2)
	r.generation("f3.csv", 30_000, 0, 2)
	r.generation("new.csv", 70_000, 3000, 2)
	for _, workers := range []int{4, 1} {
		result := r.mustLoad(func(cfg *transfer.Config) { cfg.OnChange, cfg.Workers = transfer.ReplaceChanged, workers })
		if workers == 4 && (result.FilesLoaded != 5 || result.FilesSkipped != 2 || result.RowsLoaded != 9005) {
			t.Errorf("%+v", result)
		}
		r.want(9025, 9005, 2, 7)
	}
	// What was replaced is forgotten: should it come back, it is a change.
	r.generation("f4.csv", 0, 10, 3)
	if result := r.mustLoad(nil); result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "--on-change replace") {
		t.Errorf("%+v", result)
	}
}

// TestReplacementThatFails leaves the old rows, until it is mended.
func TestReplacementThatFails(t *testing.T) {
	r := newRig(t)
	r.generation("f.csv", 0, 10, 1)
	r.generation("g.csv", 100, 10, 1)
	r.mustLoad(nil)
	path := r.generation("f.csv", 0, 2000, 2)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString("bad,bad,bad\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	for n := range ledger.MaxAttempts + 1 {
		result := r.mustLoad(onChange(transfer.ReplaceChanged))
		if result.FilesFailed != 1 || result.RowsLoaded != 0 || result.Failures[0].Parked != (n >= ledger.MaxAttempts-1) {
			t.Errorf("load %d: %+v", n, result)
		}
		r.want(20, 20, 1, 3)
		if e := r.entry(path); e.Offset != 0 || !strings.Contains(e.Reason, "3 fields") {
			t.Errorf("%+v", e)
		}
	}
	r.generation("f.csv", 0, 2000, 3)
	r.mustLoad(onChange(transfer.ReplaceChanged))
	r.want(2010, 2000, 3, 2)
}

// TestReplacementThatVanishes in the middle leaves the old rows.
func TestReplacementThatVanishes(t *testing.T) {
	r := newRig(t)
	r.generation("f.csv", 0, 10, 1)
	r.mustLoad(nil)
	r.generation("f.csv", 0, 20_000, 2)
	pushes := 0
	result := r.mustLoad(func(cfg *transfer.Config) {
		cfg.OnChange = transfer.ReplaceChanged
		cfg.Target = &refusing{cfg.Target, func([]abstract.ChangeItem) error {
			if pushes++; pushes == 2 {
				r.generation("f.csv", 0, 20_001, 3)
			}
			return nil
		}}
	})
	if result.FilesFailed != 1 || pushes < 3 {
		t.Errorf("%d pushes, %+v", pushes, result)
	}
	r.want(10, 10, 1, 2)
	r.mustLoad(onChange(transfer.ReplaceChanged))
	r.want(20_001, 20_001, 3, 1)
}

// TestReplacementIsNotFlushed: files that wait for a flush do not have one in
// the middle of a file that is being replaced, which would undo it.
func TestReplacementIsNotFlushed(t *testing.T) {
	r := newRig(t)
	path := r.generation("f.csv", 0, 10, 1)
	r.mustLoad(nil)
	r.generation("a.csv", 10_000, 10, 2)
	r.generation("f.csv", 0, 9000, 2)
	synctest.Test(t, func(t *testing.T) {
		db := r.open()
		cfg := r.config(db)
		cfg.Workers, cfg.OnChange = 1, transfer.ReplaceChanged
		pushes := 0
		cfg.Target = &refusing{db, func(items []abstract.ChangeItem) error {
			if items[0].Origin.Object.Key == path {
				if pushes++; pushes == 2 {
					time.Sleep(3 * time.Second)
				}
			}
			return nil
		}}
		result, err := runLoad(t, context.Background(), cfg)
		if err != nil || result.FilesLoaded != 2 || pushes < 3 || result.Elapsed > 10*time.Second {
			t.Errorf("%d pushes, %+v, %v", pushes, result, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r.want(9010, 9010, 2, 2)
}

// TestReplaceNeedsFileIDs: what cannot be done is refused before anything is.
func TestReplaceNeedsFileIDs(t *testing.T) {
	r := newRig(t)
	r.generation("f.csv", 0, 10, 1)
	without := func(cfg *transfer.Config) { cfg.NoFileID = true }
	r.mustLoad(without)
	for name, change := range map[string]func(*transfer.Config){
		"table": onChange(transfer.ReplaceChanged),
		"flag":  func(cfg *transfer.Config) { cfg.NoFileID, cfg.OnChange = true, transfer.ReplaceChanged },
	} {
		db := r.open()
		cfg := r.config(db)
		change(&cfg)
		loader, err := transfer.New(cfg)
		if err == nil {
			_, err = loader.Load(context.Background())
		}
		if _, ok := errors.AsType[*transfer.ConfigError](err); !ok || !strings.Contains(err.Error(), target.FileIDColumn) {
			t.Errorf("%s: %v", name, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	f := newFake()
	cfg := f.config()
	cfg.OnChange = transfer.AppendChanged
	if _, err := transfer.New(cfg); err == nil {
		t.Error("a target without a ledger appends what changed")
	}
}

// TestReplayedFile is loaded once more, whatever is to be done on change, and
// its rows are replaced.
func TestReplayedFile(t *testing.T) {
	r := newRig(t)
	path := r.generation("f.csv", 0, 1000, 1)
	r.generation("g.csv", 1000, 10, 1)
	r.mustLoad(nil)
	r.replay(path)
	r.want(1010, 1010, 1, 2)
	for _, loaded := range []int64{1, 0} {
		if result := r.mustLoad(nil); result.FilesLoaded != loaded || result.FilesSkipped != 2-loaded {
			t.Errorf("%+v", result)
		}
		r.want(1010, 1010, 1, 2)
	}
	// Of a file that has changed by then, the new generation is loaded.
	r.replay(path)
	r.generation("f.csv", 0, 500, 2)
	r.mustLoad(nil)
	r.want(510, 500, 2, 2)
	// A part of a file is replaced by all of it.
	r.write("f.csv", numbersCSV(0, 5)+"bad,bad,bad\n")
	r.mustLoad(onChange(transfer.AppendChanged))
	r.replay(path)
	r.mustLoad(func(cfg *transfer.Config) { cfg.OnChange, cfg.OnBadRow = transfer.AppendChanged, reader.SkipRow })
	r.want(515, 500, 2, 3)
}

// replay marks the last entry of a file to be replayed.
func (r *rig) replay(path string) {
	r.t.Helper()
	id := r.entry(path).ID
	db := r.open()
	defer db.Close()
	if err := db.Ledger().Replay(context.Background(), id); err != nil {
		r.t.Fatal(err)
	}
}

// TestReplayedWhileLoading: the loader that is at work on it ends cleanly.
func TestReplayedWhileLoading(t *testing.T) {
	r := newRig(t)
	path := r.generation("f.csv", 0, 1000, 1)
	pushes := 0
	db := r.open()
	cfg := r.config(db)
	cfg.Workers = 1
	cfg.Target = &refusing{db, func(items []abstract.ChangeItem) error {
		if pushes++; pushes == 2 {
			if err := db.Ledger().Replay(context.Background(), items[0].Origin.LedgerID); err != nil {
				t.Error(err)
			}
		}
		return nil
	}}
	result, err := runLoad(t, context.Background(), cfg)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err != nil || result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "replayed") {
		t.Errorf("%+v, %v", result, err)
	}
	if r.entry(path).State != ledger.Replay {
		t.Errorf("%+v", r.entry(path))
	}
	r.mustLoad(nil)
	r.want(1000, 1000, 1, 1)
}

// TestRandomChanges changes files between runs that crash and fail at random.
// After each run the table has one generation of each file, whole, and at the
// end the newest. SLUICE_SEED repeats a failure.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SLUICE_SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatal(err)
		}
	}
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	for n := range uint64(rounds) {
		t.Run(fmt.Sprintf("seed %d", seed+n), func(t *testing.T) {
			t.Parallel()
			randomChanges(t, rand.New(rand.NewPCG(seed+n, 0)))
		})
	}
}

func randomChanges(t *testing.T, rnd *rand.Rand) {
	const apart = 100_000 // what a file's rows are numbered from
	r := newRig(t)
	files := 2 + rnd.IntN(5)
	rows := make([][]int, files) // by file and generation
	for run := 0; run < 8; run++ {
		for f := range files {
			if run < 7 && (len(rows[f]) == 0 || rnd.IntN(2) == 0) {
				n := 1 + rnd.IntN(300)
				if rnd.IntN(3) == 0 {
					n = 1 + rnd.IntN(4000)
				}
				r.generation(fmt.Sprintf("f%d.csv", f), f*apart, n, len(rows[f]))
				rows[f] = append(rows[f], n)
			}
		}
		inj := fault.New(nil)
		if run < 7 {
			inj = fault.New(chaos(rnd, func() {}))
		}
		result, err := r.load(func(cfg *transfer.Config) {
			cfg.Workers, cfg.OnChange = 1+rnd.IntN(4), transfer.ReplaceChanged
			cfg.Target = fault.Target(cfg.Target, inj)
		})
		if err != nil && (run == 7 || !errors.Is(err, fault.ErrCrashed) && !errors.Is(err, fault.ErrInjected)) || result.FilesFailed != 0 {
			t.Fatalf("run %d: %+v, %v", run, result, err)
		}
		checkGenerations(t, r, rows, run == 7)
	}
}

// checkGenerations checks that each file's rows in the table are those of one
// generation, or some of the first one of a file that was never loaded whole.
func checkGenerations(t *testing.T, r *rig, rows [][]int, newest bool) {
	t.Helper()
	if made := r.ints(`SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'`, 1)[0]; made == 0 && !newest {
		return // it ended before that
	}
	for f, counts := range rows {
		got := r.ints(fmt.Sprintf(`SELECT count(*), count(DISTINCT id), count(DISTINCT word),
			coalesce(max(split_part(word, ' ', 2)::bigint), 0) FROM t WHERE id // 100000 = %d`, f), 4)
		n, generation := got[0], got[3]
		whole := n == int64(counts[generation])
		if got[1] != n || got[2] > 1 || !whole && newest || n > int64(counts[generation]) || newest && generation != int64(len(counts)-1) {
			t.Fatalf("file %d: rows, distinct rows, generations, the last: %v; it had %v", f, got, counts)
		}
	}
	sums := r.ints(`SELECT count(*), (SELECT coalesce(sum(rows_loaded), 0)::bigint FROM _sluice.ledger) FROM t`, 2)
	if sums[0] != sums[1] {
		t.Fatalf("rows and rows in the ledger: %v", sums)
	}
}
