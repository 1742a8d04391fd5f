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
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
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
			randomLoads(t, rand.New(rand.NewPCG(seed, 0)), runLoad)
		})
		t.Run(fmt.Sprintf("follow, seed %d", seed), func(t *testing.T) {
			t.Parallel()
			randomLoads(t, rand.New(rand.NewPCG(seed, 0)), runFollow)
		})
	}
}

func randomLoads(t *testing.T, rnd *rand.Rand, engine engine) {
	r := newRig(t)
	var model []modelFile
	next := int64(0)
	for i := range 1 + rnd.IntN(12) {
		model = append(model, randomFile(r, rnd, fmt.Sprintf("f%02d", i), next))
		next += model[i].rows
	}
	limits := config.CountOrPercent{}
	if err := limits.Set("100%"); err != nil {
		t.Fatal(err)
	}
	ends := map[string]int{} // over all runs
	for run := 0; ; run++ {
		ctx, cancel := context.WithCancel(context.Background())
		inj := fault.New(nil)
		if run < 6 {
			inj = fault.New(chaos(rnd, cancel))
		}
		workers := 1 + rnd.IntN(4)
		db := r.open()
		cfg := r.config(db)
		cfg.Workers, cfg.OnBadRow, cfg.MaxBadRows = workers, reader.SkipRow, limits
		cfg.Target = fault.Target(db, inj)
		var mu sync.Mutex
		cfg.FileEnded = func(o transfer.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			ends[o.Object.Key]++
			if o.Err != nil {
				t.Errorf("run %d: %s failed: %v", run, o.Object, o.Err)
			}
		}
		_, err := engine(t, ctx, cfg)
		cancel()
		if err == nil { // then every file must be in the ledger, as done
			compare(t, db, "t", model, ends)
			r.close(db)
			return
		}
		r.close(db)
		switch {
		case run >= 6, !errors.Is(err, fault.ErrCrashed) && !errors.Is(err, fault.ErrInjected) && !errors.Is(err, context.Canceled):
			t.Fatalf("run %d: %v", run, err)
		}
	}
}

// randomFile writes a random file with rows that begin with that id.
func randomFile(r *rig, rnd *rand.Rand, name string, first int64) modelFile {
	f, name, text := randomContent(rnd, name, first)
	f.path = r.write(name, string(text))
	return f
}

// randomContent makes up a file with rows that begin with that id. Some records
// are bad, some files are empty, some compressed. The extension says what it is.
func randomContent(rnd *rand.Rand, base string, first int64) (f modelFile, name string, text []byte) {
	f.rows = rnd.Int64N(400)
	if rnd.IntN(8) == 0 {
		f.rows = 3000
	}
	name, header, row := base+".csv", "id,word\n", "%d,word %[1]d\n"
	if rnd.IntN(4) == 0 {
		name, header, row = base+".jsonl", "", "{\"id\":%d,\"word\":\"word %[1]d\"}\n"
	}
	badEvery := 1 + rnd.IntN(60)
	var b bytes.Buffer
	b.WriteString(header)
	for i := first; i < first+f.rows; i++ {
		fmt.Fprintf(&b, row, i)
		if rnd.IntN(badEvery+1) == badEvery {
			fmt.Fprintf(&b, "%d,two,many\n", i)
			f.bad++
		}
	}
	text = b.Bytes()
	switch rnd.IntN(6) {
	case 0:
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(text) // memory takes it all
		_ = z.Close()
		name, text = name+".gz", packed.Bytes()
	case 1:
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	return f, name, text
}

// chaos is a plan for one run: a share of all calls fails, one of them ends the
// process, and at one of them the load is cancelled.
func chaos(rnd *rand.Rand, cancel func()) fault.Plan {
	faults := fault.Random(rnd.Uint64(), float64(rnd.IntN(4))/100, fault.Fault{Kind: fault.Before}, fault.Fault{Kind: fault.After})
	crash, cancelAt := 0, 0
	if rnd.IntN(2) == 0 {
		crash = 1 + rnd.IntN(120)
	}
	if rnd.IntN(3) == 0 {
		cancelAt = 1 + rnd.IntN(100)
	}
	kind := []fault.Kind{fault.Before, fault.After}[rnd.IntN(2)]
	return func(c fault.Call) fault.Fault {
		if c.N == cancelAt {
			cancel()
		}
		if c.N == crash {
			return fault.Fault{Kind: kind, Crash: true}
		}
		return faults(c)
	}
}

// compare holds the table and the ledger against the model.
func compare(t *testing.T, db target.Target, table string, model []modelFile, ends map[string]int) {
	t.Helper()
	var rows int64
	for _, f := range model {
		rows += f.rows
	}
	wantRowsIn(t, db, table, rows)
	// Each row must be labelled with the file that it came from.
	if wrong := intsIn(t, db, fmt.Sprintf(`SELECT count(*) FROM _sluice.ledger l WHERE pipeline = '%s' AND rows_loaded <>
		(SELECT count(*) FROM %[1]s t WHERE t._sluice_file = l.id)`, table), 1); wrong[0] != 0 {
		t.Errorf("%d entries differ from the rows that bear their id", wrong[0])
	}
	for _, f := range model {
		entries, err := db.Ledger().Lookup(context.Background(), table, abstract.LocalBucket, []string{f.path})
		if err != nil || len(entries) != 1 {
			t.Fatalf("entries of %s: %v, %v", f.path, entries, err)
		}
		e := entries[0]
		if e.State != ledger.Done || e.Rows != f.rows || e.Rejected != f.bad {
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
