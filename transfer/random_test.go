//go:build cgo

package transfer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// modelFile is a file of the model: what it should come to.
type modelFile struct {
	path      string
	rows, bad int64
}

// TestRandomLoadsAgreeWithTheModel loads random files through random faults and
// crashes, run after run until nothing goes wrong, and compares the table and
// the ledger with the files. SLUICE_SEED repeats a failure.
func TestRandomLoadsAgreeWithTheModel(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SLUICE_SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatal(err)
		}
	}
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	for n := range uint64(rounds) {
		seed := seed + n
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			randomLoads(t, rand.New(rand.NewPCG(seed, 0)))
		})
	}
}

func randomLoads(t *testing.T, rnd *rand.Rand) {
	r := newRig(t)
	var model []modelFile
	next := int64(0)
	for i := range 1 + rnd.IntN(12) {
		model = append(model, randomFile(r, rnd, fmt.Sprintf("f%02d.csv", i), next))
		next += model[i].rows
	}
	limits := config.CountOrPercent{}
	if err := limits.Set("100%"); err != nil {
		t.Fatal(err)
	}
	ends := map[string]int{} // over all runs
	for run := 0; ; run++ {
		chaos := &chaos{rnd: rand.New(rand.NewPCG(rnd.Uint64(), 0)), crash: -1}
		if run < 6 {
			chaos.faults = rnd.IntN(4)
			if rnd.IntN(2) == 0 {
				chaos.crash = rnd.IntN(30)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		if run < 6 && rnd.IntN(3) == 0 {
			chaos.cancel, chaos.cancelAt = cancel, rnd.IntN(20)
		}
		workers := 1 + rnd.IntN(4)
		db := r.open()
		cfg := r.config(db)
		cfg.Workers, cfg.OnBadRow, cfg.MaxBadRows = workers, reader.SkipRow, limits
		cfg.Target = &faultyTarget{Target: db, decide: chaos.decide}
		var mu sync.Mutex
		cfg.FileEnded = func(o transfer.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			ends[o.Object.Key]++
			if o.Err != nil {
				t.Errorf("run %d: %s failed: %v", run, o.Object, o.Err)
			}
		}
		result, err := runLoad(t, ctx, cfg)
		cancel()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		switch {
		case err == nil && result.FilesFound+result.FilesSkipped == int64(len(model)):
			compare(t, r, model, ends)
			return
		case err == nil:
			t.Fatalf("run %d ended with %+v, of %d files", run, result.Stats, len(model))
		case run >= 6, !errors.Is(err, errCrashed) && !errors.Is(err, errInjected) && !errors.Is(err, context.Canceled):
			t.Fatalf("run %d: %v", run, err)
		}
	}
}

// randomFile writes a file with rows that begin with that id. Some records are
// bad, some files are empty, some compressed.
func randomFile(r *rig, rnd *rand.Rand, name string, first int64) modelFile {
	f := modelFile{rows: rnd.Int64N(400)}
	if rnd.IntN(8) == 0 {
		f.rows = 3000
	}
	badEvery := 1 + rnd.IntN(60)
	var b strings.Builder
	b.WriteString("id,word\n")
	for i := first; i < first+f.rows; i++ {
		fmt.Fprintf(&b, "%d,word %d\n", i, i)
		if rnd.IntN(badEvery+1) == badEvery {
			fmt.Fprintf(&b, "%d,two,many\n", i)
			f.bad++
		}
	}
	text := []byte(b.String())
	switch rnd.IntN(6) {
	case 0:
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(text)
		if err := errors.Join(err, z.Close()); err != nil {
			r.t.Fatal(err)
		}
		text = packed.Bytes()
	case 1:
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	f.path = r.write(name, string(text))
	return f
}

// chaos decides on faults: each call is hit with a small chance, the nth ends
// the process, the mth sees the load cancelled.
type chaos struct {
	rnd             *rand.Rand
	faults          int // in a hundred calls
	crash, cancelAt int
	cancel          func()
	crashed         bool
}

// decide is called under the faulty target's lock.
func (c *chaos) decide(_ string, n int) fault {
	if c.cancel != nil && n >= c.cancelAt {
		c.cancel()
	}
	kinds := []fault{failBefore, failAfter, crashBefore, crashAfter}
	switch {
	case c.crashed:
		return crashBefore
	case n == c.crash:
		c.crashed = true
		return kinds[2+c.rnd.IntN(2)]
	case c.rnd.IntN(100) < c.faults:
		return kinds[c.rnd.IntN(2)]
	}
	return none
}

// compare holds the table and the ledger against the model.
func compare(t *testing.T, r *rig, model []modelFile, ends map[string]int) {
	t.Helper()
	var rows int64
	for _, f := range model {
		rows += f.rows
	}
	r.wantRows(rows)
	// Each row must be labelled with the file that it came from.
	if wrong := r.ints(`SELECT count(*) FROM _sluice.ledger l WHERE rows_loaded <>
		(SELECT count(*) FROM t WHERE t._sluice_file = l.id)`, 1); wrong[0] != 0 {
		t.Errorf("%d entries differ from the rows that bear their id", wrong[0])
	}
	db := r.open()
	defer db.Close()
	for _, f := range model {
		entries, err := db.Ledger().Lookup(context.Background(), "t", abstract.LocalBucket, []string{f.path})
		if err != nil || len(entries) != 1 {
			t.Fatalf("entries of %s: %v, %v", f.path, entries, err)
		}
		e := entries[0]
		if e.State != ledger.Done || e.Rows != f.rows || e.Rejected != f.bad || e.Attempts != 0 {
			t.Errorf("%s has %d rows and %d bad records; the ledger: %+v", f.path, f.rows, f.bad, e)
		}
		// At most once: a crash right after the commit leaves no time for it.
		if ends[f.path] > 1 {
			t.Errorf("%s ended %d times", f.path, ends[f.path])
		}
	}
	if len(ends) > len(model) {
		t.Errorf("ends: %v", ends)
	}
}
