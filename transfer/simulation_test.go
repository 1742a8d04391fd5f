//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// seedsPerDatabase is how many simulations share a database, each with a
// pipeline and a table of its own: opening one takes longer than a simulation.
const seedsPerDatabase = 10

// TestSimulation runs whole engines in bubbles of time: several loaders work on
// one pipeline while calls fail, hang and are held up and loaders crash and are
// cancelled. After every commit, rows and ledger must agree. Then the faults
// end, and everything must be loaded.
//
// SLUICE_SEEDS is how many simulations there are, SLUICE_SEED the first of them:
// what is random follows from it, but for what the Go scheduler makes of it.
func TestSimulation(t *testing.T) {
	t.Parallel()
	first, seeds := uint64(time.Now().UnixNano())/1000, uint64(40)
	if testing.Short() {
		seeds = 10
	}
	for name, value := range map[string]*uint64{"SLUICE_SEED": &first, "SLUICE_SEEDS": &seeds} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			*value = n
		}
	}
	for from := first; from < first+seeds; from += seedsPerDatabase {
		to := min(from+seedsPerDatabase, first+seeds)
		t.Run(fmt.Sprintf("SLUICE_SEED=%d SLUICE_SEEDS=%d", from, to-from), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			synctest.Test(t, func(t *testing.T) {
				r.t = t
				db := r.open()
				defer r.close(db)
				for seed := from; seed < to && !t.Failed(); seed++ {
					simulate(t, db, seed)
				}
			})
		})
	}
}

// world is one simulation.
type world struct {
	t      *testing.T
	seed   uint64
	name   string // of the pipeline and the table
	db     *watched
	bucket *readertest.Bucket
	model  map[string]modelFile

	mu        sync.Mutex
	injectors []*fault.Injector
	healed    bool
	last      map[int64]ledger.Entry
}

func simulate(t *testing.T, db target.Target, seed uint64) {
	w := &world{t: t, seed: seed, name: fmt.Sprintf("s%d", seed), last: map[int64]ledger.Entry{}}
	w.db = &watched{Target: db, world: w}
	rnd := rand.New(rand.NewPCG(seed, 0))
	w.writeFiles(rnd)
	var loaders sync.WaitGroup
	for n := range 2 + rnd.IntN(3) {
		plan := rand.New(rand.NewPCG(seed, uint64(n+1)))
		loaders.Go(func() {
			for range 1 + plan.IntN(3) {
				w.run(plan)
				time.Sleep(time.Duration(plan.Int64N(int64(time.Minute))))
			}
		})
	}
	// Whatever hangs at the end of the hour goes on.
	time.Sleep(time.Hour)
	w.heal()
	loaders.Wait()
	// Two at once, then one more that finds nothing to do.
	for range 2 {
		loaders.Go(func() {
			if _, err := w.load(context.Background(), fault.New(nil)); err != nil {
				w.errorf("a load without faults: %v", err)
			}
		})
	}
	loaders.Wait()
	w.complete()
}

func (w *world) errorf(format string, args ...any) {
	w.t.Errorf("SLUICE_SEED=%d SLUICE_SEEDS=1: %s", w.seed, fmt.Sprintf(format, args...))
}

// writeFiles makes the objects.
func (w *world) writeFiles(rnd *rand.Rand) {
	w.bucket = &readertest.Bucket{Files: map[string][]byte{}, ReadSize: 1 << (8 + rnd.IntN(8))}
	w.model = map[string]modelFile{}
	next := int64(0)
	for i := range 2 + rnd.IntN(8) {
		f, name, text := randomContent(rnd, fmt.Sprintf("f%02d", i), next)
		next += f.rows
		w.bucket.Files[name], w.model[name] = text, f
	}
}

// run is one life of a loader, with faults.
func (w *world) run(rnd *rand.Rand) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	inj := fault.New(w.plan(rnd, cancel))
	w.mu.Lock()
	w.injectors = append(w.injectors, inj)
	if w.healed {
		inj.Heal()
	}
	w.mu.Unlock()
	_, err := w.load(ctx, inj)
	if err != nil && !errors.Is(err, fault.ErrCrashed) && !errors.Is(err, fault.ErrInjected) && !errors.Is(err, context.Canceled) &&
		abstract.ClassOf(err) != abstract.Transient {
		w.errorf("a load with faults: %v", err)
	}
}

// plan is what goes wrong in one life. What happens inside of a transaction of
// the ledger is not held up: others wait for it without a sense of time.
func (w *world) plan(rnd *rand.Rand, cancel func()) fault.Plan {
	wait := time.Duration(rnd.Int64N(int64(2 * time.Minute)))
	faults := fault.Random(rnd.Uint64(), float64(rnd.IntN(5))/100, fault.Fault{Kind: fault.Before}, fault.Fault{Kind: fault.After},
		fault.Fault{Kind: fault.Cut}, fault.Fault{Wait: wait}, fault.Fault{Kind: fault.Before, Wait: wait}, fault.Fault{Kind: fault.Hang})
	crash, cancelAt := 0, 0
	switch rnd.IntN(4) {
	case 0, 1:
		crash = 1 + rnd.IntN(200)
	case 2:
		cancelAt = 1 + rnd.IntN(200)
	}
	kind := []fault.Kind{fault.Before, fault.After}[rnd.IntN(2)]
	return func(c fault.Call) fault.Fault {
		f := faults(c)
		switch {
		case c.N == crash:
			return fault.Fault{Kind: kind, Crash: true}
		case c.N == cancelAt:
			cancel()
		case c.Op == fault.OpExec || c.Op == fault.OpQuery || c.Op == fault.OpCommit:
			if f.Wait = 0; f.Kind == fault.Hang {
				f.Kind = fault.Before
			}
		}
		return f
	}
}

// heal ends the faults of all loaders.
func (w *world) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.healed = true
	for _, inj := range w.injectors {
		inj.Heal()
	}
}

func (w *world) load(ctx context.Context, inj *fault.Injector) (transfer.Result, error) {
	loader, err := transfer.New(transfer.Config{
		Source: &simulatedSource{w, fault.Bucket(w.bucket, inj)}, Target: fault.Target(w.db, inj),
		Format: formatOf, Table: w.name, OnBadRow: reader.SkipRow,
		Limits: reader.NewLimits(64<<10, 2), Workers: 2,
	})
	if err != nil {
		return transfer.Result{}, err
	}
	return loader.Load(ctx)
}

// simulatedSource lists a few objects at a time.
type simulatedSource struct {
	world  *world
	bucket object.Bucket
}

func (s *simulatedSource) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	return s.bucket.List(ctx, "", func(infos []object.Info) error {
		for len(infos) > 0 {
			n := min(3, len(infos))
			if err := page(ctx, s.bucket, infos[:n]); err != nil {
				return err
			}
			infos = infos[n:]
		}
		return nil
	})
}

// Done checks that what the source lets go of is durable (O3).
func (s *simulatedSource) Done(_ context.Context, id abstract.ObjectID) error {
	entry, ok := s.world.entries()[id.Key]
	if !ok || entry.State != ledger.Done {
		s.world.errorf("told that %s is loaded, of which the ledger says %+v", id, entry)
	}
	return nil
}

func (s *simulatedSource) Failed(context.Context, abstract.ObjectID, error, bool) error { return nil }

// entries is what the ledger has, by key.
func (w *world) entries() map[string]ledger.Entry {
	byKey := map[string]ledger.Entry{}
	err := w.db.Ledger().List(context.Background(), ledger.Filter{Pipeline: w.name}, func(e ledger.Entry) error {
		byKey[e.Object.Key] = e
		return nil
	})
	if err != nil {
		w.errorf("%v", err)
	}
	return byKey
}

// safe checks what must hold after every commit: no row is there twice, each
// file has as many as the ledger says, and the ledger only goes forward (O2, O5).
func (w *world) safe() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, e := range w.entries() {
		if before := w.last[e.ID]; e.Offset < before.Offset || e.Rows < before.Rows || before.State == ledger.Done && e.State != ledger.Done {
			w.errorf("the ledger of %s went back from %+v to %+v", key, before, e)
		}
		w.last[e.ID] = e
	}
	got := intsIn(w.t, w.db.Target, fmt.Sprintf(`SELECT count(*) - count(DISTINCT id),
		(SELECT count(*) FROM _sluice.ledger l WHERE pipeline = '%s' AND rows_loaded <> (SELECT count(*) FROM %[1]s t WHERE t._sluice_file = l.id))
		FROM %[1]s`, w.name), 2)
	if got[0] != 0 || got[1] != 0 {
		w.errorf("%d rows are there twice, %d files differ from the ledger", got[0], got[1])
	}
}

// complete checks what must hold in the end: every object is loaded, or was
// given up with a reason, and another load has nothing to do (O1, O8, O9, O10).
func (w *world) complete() {
	w.safe()
	entries := w.entries()
	want, parked := int64(0), int64(0)
	for key, f := range w.model {
		e := entries[key]
		switch {
		case e.State == ledger.Parked && e.Reason != "":
			parked++
			want += e.Rows
		case e.State != ledger.Done || e.Rows != f.rows || e.Rejected != f.bad:
			w.errorf("%s has %d rows and %d bad records; the ledger: %+v", key, f.rows, f.bad, e)
		default:
			want += f.rows
		}
	}
	if got := intsIn(w.t, w.db.Target, "SELECT count(*), count(*) FILTER (word <> 'word ' || id) FROM "+w.name, 2); got[0] != want || got[1] != 0 {
		w.errorf("%d rows, %d wrong ones, want %d", got[0], got[1], want)
	}
	result, err := w.load(context.Background(), fault.New(nil))
	if err != nil || result.RowsLoaded != 0 || result.FilesFound != parked {
		w.errorf("a further load: %+v, %v", result, err)
	}
}

// watched is the target, below the faults. It checks the world after each call
// with a commit in it. It keeps the end of a context from DuckDB's driver, which
// polls when it interrupts a statement: inside of a bubble that waits for a time
// which never comes, while others wait for the statement's lock.
type watched struct {
	target.Target
	world *world

	mu    sync.Mutex
	dirty bool
}

func (t *watched) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	told := cfg.Committed
	cfg.Committed = func(list []ledger.Progress) {
		t.mu.Lock()
		t.dirty = true
		t.mu.Unlock()
		told(list)
	}
	inner, err := t.Target.Session(ctx, cfg)
	return &watchedSession{inner, t}, err
}

func (t *watched) Ledger() *ledger.Store {
	return t.Target.Ledger().Through(func(db ledger.DB) ledger.DB { return uncancelled{db} })
}

func (t *watched) Describe(ctx context.Context, table string) (*target.Table, error) {
	return t.Target.Describe(context.WithoutCancel(ctx), table)
}

func (t *watched) Create(ctx context.Context, table string, schema target.Table) error {
	return t.Target.Create(context.WithoutCancel(ctx), table, schema)
}

func (t *watched) Verify(ctx context.Context, pipeline, table string) error {
	return t.Target.Verify(context.WithoutCancel(ctx), pipeline, table)
}

// uncancelled is the ledger's database, in which statements are not interrupted.
type uncancelled struct{ ledger.DB }

func (d uncancelled) Update(ctx context.Context, fn func(ledger.Tx) error) error {
	return d.DB.Update(context.WithoutCancel(ctx), func(tx ledger.Tx) error { return fn(uncancelledTx{tx}) })
}

func (d uncancelled) View(ctx context.Context, fn func(ledger.Tx) error) error {
	return d.DB.View(context.WithoutCancel(ctx), func(tx ledger.Tx) error { return fn(uncancelledTx{tx}) })
}

type uncancelledTx struct{ ledger.Tx }

func (t uncancelledTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return t.Tx.Exec(context.WithoutCancel(ctx), query, args...)
}

func (t uncancelledTx) Query(ctx context.Context, query string, args ...any) (ledger.Rows, error) {
	return t.Tx.Query(context.WithoutCancel(ctx), query, args...)
}

func (t *watched) check() {
	t.mu.Lock()
	dirty := t.dirty
	t.dirty = false
	t.mu.Unlock()
	if dirty {
		t.world.safe()
	}
}

type watchedSession struct {
	target.Session
	owner *watched
}

func (s *watchedSession) Push(items []abstract.ChangeItem) error {
	defer s.owner.check()
	return s.Session.Push(items)
}

func (s *watchedSession) Flush() error {
	defer s.owner.check()
	return s.Session.Flush()
}
