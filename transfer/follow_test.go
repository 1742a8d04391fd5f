//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// follow follows the folder until everything is settled.
func (r *rig) follow(change func(*transfer.Config)) (transfer.Result, error) {
	r.t.Helper()
	t := r.open()
	defer r.close(t)
	return r.run(runFollow, t, change)
}

func runFollow(t *testing.T, ctx context.Context, cfg transfer.Config) (transfer.Result, error) {
	t.Helper()
	loader, err := transfer.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	result, err := loader.Follow(ctx)
	flow := loader.Flow()
	if flow.InFlight != 0 || flow.Active != 0 {
		t.Errorf("after the end: %+v", flow)
	}
	return result, err
}

func TestFollowLoadsAFolder(t *testing.T) {
	r := newRig(t)
	n := 0
	for i := range 300 {
		r.numbers(fmt.Sprintf("f%03d.csv", i), n, i%7)
		n += i % 7
	}
	r.numbers("large.csv", n, 50_000)
	n += 50_000
	result, err := r.follow(nil)
	if err != nil || result.FilesLoaded != 301 || result.RowsLoaded != int64(n) {
		t.Fatalf("%+v, %v", result, err)
	}
	r.wantRows(int64(n))
	if result, err := r.follow(nil); err != nil || result.FilesLoaded != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
}

// inBubble runs a test in a bubble of time. DuckDB works in one: a call into it
// holds the time still.
func inBubble(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t)) })
}

// polling follows the folder through a polling source until stop is called,
// which returns what Follow did.
type polling struct {
	*transfer.Loader
	ended endedFiles
	stop  func() (transfer.Result, error)
}

func (r *rig) polling(db target.Target, change func(*transfer.Config)) *polling {
	r.t.Helper()
	p := &polling{}
	cfg := r.config(db)
	cfg.Source = poll.New(cfg.Source, poll.Config{Interval: 10 * time.Second})
	cfg.FileEnded = p.ended.add
	if change != nil {
		change(&cfg)
	}
	var err error
	if p.Loader, err = transfer.New(cfg); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	type end struct {
		result transfer.Result
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		result, err := p.Follow(ctx)
		ended <- end{result, err}
	}()
	p.stop = func() (transfer.Result, error) {
		cancel()
		e := <-ended
		return e.result, e.err
	}
	return p
}

// stopped stops between two listings: one that DuckDB is interrupted in could
// hold up the bubble, as DuckDB's driver then sleeps while others wait for a
// mutex, which holds the time still. It fails the test if anything was wrong.
func (p *polling) stopped(t *testing.T) transfer.Result {
	t.Helper()
	time.Sleep(3 * time.Second)
	return p.stoppedNow(t)
}

func (p *polling) stoppedNow(t *testing.T) transfer.Result {
	t.Helper()
	result, err := p.stop()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Follow returned %v", err)
	}
	if flow := p.Flow(); flow.InFlight != 0 || flow.Active != 0 {
		t.Errorf("after the end: %+v", flow)
	}
	return result
}

// TestFileIsDurableSoonAfterItIsFound: where nothing more comes, nothing waits
// for a commit to be worth while.
func TestFileIsDurableSoonAfterItIsFound(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.numbers("a.csv", 0, 10)
		db := r.open()
		p := r.polling(db, func(cfg *transfer.Config) { cfg.Follow.CommitAfter = time.Hour })
		time.Sleep(5 * time.Second) // the table is made
		r.numbers("b.csv", 10, 20_000)
		time.Sleep(5 * time.Second) // to the next listing
		begun := time.Now()
		for p.Stats().FilesLoaded < 2 && time.Since(begun) < time.Minute {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(begun); took > 100*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		p.stopped(t)
		r.close(db)
		r.wantRows(20_010)
	})
}

// TestP12PoisonIsParkedWhileOthersFlow: one file that the table refuses shares
// a transaction with many; it alone fails, and is parked, while the others and
// those that come later are loaded.
func TestP12PoisonIsParkedWhileOthersFlow(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for i := range 40 {
			r.numbers(fmt.Sprintf("f%02d.csv", i), 10*i, 10)
		}
		poison := r.numbers("f20x.csv", 5000, 10)
		db := r.open()
		var refused atomic.Int64
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Target = &pushRefusals{Target: db, refuse: func(items []abstract.ChangeItem) error {
				if items[0].Origin.Object.Key != poison {
					return nil
				}
				refused.Add(1)
				return &target.RollbackError{Cause: abstract.WithClass(abstract.FileOnly, errors.New("the table refuses it"))}
			}}
		})
		time.Sleep(15 * time.Second)
		r.numbers("later.csv", 400, 10)
		time.Sleep(3 * time.Minute)
		result := p.stopped(t)
		if result.FilesLoaded != 41 || result.FilesFailed != 1 {
			t.Errorf("%+v", result)
		}
		for _, o := range p.ended.list {
			if (o.Err != nil) != (o.Object.Key == poison) || o.Parked != (o.Object.Key == poison) {
				t.Errorf("%+v", o)
			}
		}
		if n := refused.Load(); n < ledger.MaxAttempts || n > 2*ledger.MaxAttempts {
			t.Errorf("it was tried %d times", n)
		}
		r.close(db)
		r.wantRows(410)
		if e := r.entry(poison); e.State != ledger.Parked || e.Attempts != ledger.MaxAttempts {
			t.Errorf("%+v", e)
		}
	})
}

// outage makes every call to the target's sessions fail for a while.
type outage struct {
	target.Target
	down  atomic.Bool
	tries atomic.Int64 // while it was down
}

type outageSession struct {
	target.Session
	o   *outage
	ctx context.Context
	cfg target.SessionConfig
}

func (o *outage) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	inner, err := o.Target.Session(ctx, cfg)
	return &outageSession{inner, o, ctx, cfg}, err
}

var errDown = abstract.WithClass(abstract.Transient, errors.New("connection refused"))

func (s *outageSession) fail() (err error) {
	s.o.tries.Add(1)
	_ = s.Session.Close()
	if s.Session, err = s.o.Target.Session(s.ctx, s.cfg); err != nil {
		return err
	}
	return errDown
}

func (s *outageSession) Push(items []abstract.ChangeItem) error {
	if s.o.down.Load() {
		abstract.ReleaseAll(items)
		return s.fail()
	}
	return s.Session.Push(items)
}

func (s *outageSession) Flush() error {
	if s.o.down.Load() {
		return s.fail()
	}
	return s.Session.Flush()
}

// TestTargetDownForAnHour: intake pauses, one file at a time is tried, nothing
// fails or is parked, and all is loaded once the target is back.
func TestTargetDownForAnHour(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		const files = 120
		for i := range files / 2 {
			r.numbers(fmt.Sprintf("a%03d.csv", i), 100*i, 100)
		}
		db := r.open()
		o := &outage{Target: db}
		p := r.polling(db, func(cfg *transfer.Config) { cfg.Target = o })
		time.Sleep(50 * time.Millisecond)
		o.down.Store(true)
		for i := files / 2; i < files; i++ {
			r.numbers(fmt.Sprintf("b%03d.csv", i), 100*i, 100)
		}
		time.Sleep(time.Hour)
		if flow := p.Flow(); flow.Ready || flow.Oldest < 50*time.Minute || flow.Idle > 10*time.Second {
			t.Errorf("after an hour: %+v", flow)
		}
		if n := o.tries.Load(); n < 600 || n > 2000 {
			t.Errorf("the target was tried %d times in an hour", n)
		}
		o.down.Store(false)
		time.Sleep(20 * time.Second)
		if flow := p.Flow(); !flow.Ready || flow.Pending != 0 {
			t.Errorf("after that: %+v", flow)
		}
		if result := p.stopped(t); result.FilesLoaded != files || result.FilesFailed != 0 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		r.wantRows(100 * files)
		if tried := r.ints(`SELECT sum(attempts)::bigint FROM _sluice.ledger`, 1); tried[0] != 0 {
			t.Errorf("%d failures are recorded", tried[0])
		}
	})
}

// TestStoreDownForAnHour: what cannot be read for a while is not to blame.
func TestStoreDownForAnHour(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for i := range 30 {
			r.numbers(fmt.Sprintf("a%02d.csv", i), 100*i, 100)
		}
		db := r.open()
		var down atomic.Bool
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Source = flakyStore{cfg.Source, &down}
		})
		time.Sleep(time.Second)
		down.Store(true)
		for i := 30; i < 60; i++ {
			r.numbers(fmt.Sprintf("b%02d.csv", i), 100*i, 100)
		}
		time.Sleep(time.Hour)
		down.Store(false)
		time.Sleep(time.Minute)
		if result := p.stopped(t); result.FilesLoaded != 60 || result.FilesFailed != 0 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		r.wantRows(6000)
	})
}

// flakyStore delivers objects of a bucket that cannot be read while it is down.
type flakyStore struct {
	source.Source
	down *atomic.Bool
}

func (s flakyStore) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	return s.Source.Pages(ctx, func(ctx context.Context, b object.Bucket, infos []object.Info) error {
		return page(ctx, flakyStoreBucket{b, s.down}, infos)
	})
}

type flakyStoreBucket struct {
	object.Bucket
	down *atomic.Bool
}

func (b flakyStoreBucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if b.down.Load() {
		return nil, errFlaky
	}
	return b.Bucket.Open(ctx, info, offset, length)
}

// TestL11TwoFollowersOfOneFolder: both find every file at the same time, and
// each row is there once (C-21 within one process).
func TestL11TwoFollowersOfOneFolder(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for i := range 60 {
			r.numbers(fmt.Sprintf("f%02d.csv", i), 100*i, 100)
		}
		r.numbers("large.csv", 6000, 20_000)
		db := r.open()
		first, second := r.polling(db, nil), r.polling(db, nil)
		time.Sleep(10 * time.Minute)
		a, b := first.stopped(t), second.stopped(t)
		if a.FilesFailed+b.FilesFailed != 0 || a.RowsLoaded+b.RowsLoaded != 26_000 {
			t.Errorf("%+v\n%+v", a, b)
		}
		r.close(db)
		r.wantRows(26_000)
	})
}

// TestC14StopCommitsWhatWasRead stops in the middle of a file, which is not
// done then, and goes on where it was.
func TestC14StopCommitsWhatWasRead(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		path := r.numbers("large.csv", 0, 50_000)
		db := r.open()
		chunks, going := make(chan int, 1000), make(chan struct{})
		n := 0
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Target = &pushRefusals{Target: db, refuse: func([]abstract.ChangeItem) error {
				if n++; n == 10 {
					close(going)
				}
				chunks <- n
				return nil
			}}
		})
		<-going
		result := p.stoppedNow(t)
		if result.FilesLoaded != 0 || result.RowsLoaded == 0 || result.RowsLoaded == 50_000 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		if e := r.entry(path); e.State != ledger.Pending || e.Rows != result.RowsLoaded {
			t.Errorf("%+v, of %+v", e, result)
		}
		r.mustLoad(nil)
		r.wantRows(50_000)
	})
}

// TestP13StopWithinGrace: a target that takes nothing any more does not keep
// the process, and what it did not take is not done.
func TestP13StopWithinGrace(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.numbers("a.csv", 0, 100)
		db := r.open()
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Target = &stuckTarget{Target: db}
			cfg.Follow.Grace = 7 * time.Second
		})
		time.Sleep(63 * time.Second)
		if flow := p.Flow(); flow.Active != 1 || flow.Idle < 50*time.Second {
			t.Errorf("%+v", flow)
		}
		begun := time.Now()
		if result := p.stoppedNow(t); result.FilesLoaded != 0 {
			t.Errorf("%+v", result)
		}
		if took := time.Since(begun); took != 7*time.Second {
			t.Errorf("the stop took %v", took)
		}
		r.close(db)
		r.mustLoad(nil)
		r.wantRows(100)
	})
}

// stuckTarget has sessions whose flush lasts until their context ends.
type stuckTarget struct{ target.Target }

func (s *stuckTarget) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	inner, err := s.Target.Session(ctx, cfg)
	return &stuckSession{inner, ctx}, err
}

type stuckSession struct {
	target.Session
	ctx context.Context
}

func (s *stuckSession) Flush() error {
	<-s.ctx.Done()
	return s.ctx.Err()
}

// TestFatalErrorEndsFollow: what concerns everything and will not pass.
func TestFatalErrorEndsFollow(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for i := range 10 {
			r.numbers(fmt.Sprintf("f%02d.csv", i), 100*i, 100)
		}
		gone := errors.New("password authentication failed")
		_, err := r.follow(func(cfg *transfer.Config) {
			cfg.Target = &pushRefusals{Target: cfg.Target, refuse: func([]abstract.ChangeItem) error {
				return &target.RollbackError{Cause: gone}
			}}
		})
		if !errors.Is(err, gone) || !strings.Contains(err.Error(), "csv into table") {
			t.Errorf("Follow returned %v", err)
		}
	})
}

// TestDoneIsToldAfterTheCommit holds commits back, and watches the source.
func TestDoneIsToldAfterTheCommit(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.numbers("a.csv", 0, 100)
		db := r.open()
		var mu sync.Mutex
		committed := map[abstract.ObjectID]bool{}
		told := 0
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Committed = func(p ledger.Progress) {
				mu.Lock()
				defer mu.Unlock()
				committed[p.Object] = p.Done
			}
			cfg.Source = tellingSource{cfg.Source, func(id abstract.ObjectID) {
				mu.Lock()
				defer mu.Unlock()
				told++
				if !committed[id] {
					t.Errorf("the source was told of %s before its commit", id)
				}
			}}
		})
		time.Sleep(time.Second)
		p.stopped(t)
		if told != 1 {
			t.Errorf("the source was told %d times", told)
		}
		r.close(db)
	})
}

type tellingSource struct {
	source.Source
	done func(abstract.ObjectID)
}

func (s tellingSource) Done(ctx context.Context, id abstract.ObjectID) error {
	s.done(id)
	return s.Source.Done(ctx, id)
}

// TestT13BlockedTargetHoldsFollowingBack: what the target does not take stays
// in the store, however many files there are and however many may be read.
func TestT13BlockedTargetHoldsFollowingBack(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for i := range 40 {
			r.numbers(fmt.Sprintf("f%02d.csv", i), 20_000*i, 20_000)
		}
		db := r.open()
		release := make(chan struct{})
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Target = &pushRefusals{Target: db, refuse: func([]abstract.ChangeItem) error {
				<-release
				return nil
			}}
		})
		time.Sleep(10 * time.Minute)
		if flow := p.Flow(); flow.InFlight == 0 || flow.InFlight > 2<<20 || flow.Active > 32 || flow.Idle < 9*time.Minute {
			t.Errorf("%+v", flow)
		}
		if read := p.Stats().BytesRead; read > 8<<20 {
			t.Errorf("%d bytes are read", read)
		}
		close(release)
		time.Sleep(time.Minute)
		if result := p.stopped(t); result.FilesLoaded != 40 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		r.wantRows(800_000)
	})
}

// TestChangedFilesAreReplacedWhileFollowing: others are loaded meanwhile, and
// one that is larger than what may be in flight is no problem.
func TestChangedFilesAreReplacedWhileFollowing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.generation("f.csv", 0, 40_000, 1)
		r.generation("g.csv", 40_000, 10, 1)
		db := r.open()
		p := r.polling(db, func(cfg *transfer.Config) {
			onChange(transfer.ReplaceChanged)(cfg)
			cfg.Follow.InFlight = 64 << 10
		})
		time.Sleep(5 * time.Second)
		r.generation("f.csv", 0, 50_000, 2)
		r.generation("g.csv", 50_000, 10, 2)
		for i := range 20 {
			r.generation(fmt.Sprintf("h%02d.csv", i), 50_010+10*i, 10, 2)
		}
		time.Sleep(time.Minute)
		if result := p.stopped(t); result.FilesLoaded != 24 || result.FilesFailed != 0 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		r.want(50_210, 50_210, 2, 22)
	})
}

// TestRefusedRowsAreIsolatedWhileFollowing: the rows that the table refuses are
// kept as bad ones, and the files around are loaded.
func TestRefusedRowsAreIsolatedWhileFollowing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.exec("CREATE TABLE t (id BIGINT CHECK (id <> 777 AND id <> 4321), word VARCHAR, _sluice_file BIGINT)")
		path := r.numbers("a.csv", 0, 5000)
		for i := range 10 {
			r.numbers(fmt.Sprintf("b%d.csv", i), 5000+100*i, 100)
		}
		db := r.open()
		p := r.polling(db, quarantine)
		time.Sleep(time.Minute)
		if result := p.stopped(t); result.FilesLoaded != 11 || result.FilesFailed != 0 || result.RowsRejected != 2 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		r.wantRejected(path, []int64{778, 4322})
		if n := r.ints("SELECT count(*), count(DISTINCT id) FROM t", 2); n[0] != 5998 || n[1] != 5998 {
			t.Errorf("%v rows", n)
		}
	})
}

// pushRefusals undoes the transactions of pushes that refuse, which is asked
// before each, has an error for.
type pushRefusals struct {
	target.Target
	refuse func(items []abstract.ChangeItem) error
}

type pushRefuser struct {
	target.Session
	owner *pushRefusals
	ctx   context.Context
	cfg   target.SessionConfig
}

func (r *pushRefusals) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	inner, err := r.Target.Session(ctx, cfg)
	return &pushRefuser{inner, r, ctx, cfg}, err
}

func (s *pushRefuser) Push(items []abstract.ChangeItem) error {
	refusal := s.owner.refuse(items)
	if refusal == nil {
		return s.Session.Push(items)
	}
	abstract.ReleaseAll(items)
	var err error
	if err = s.Session.Close(); err == nil {
		s.Session, err = s.owner.Target.Session(s.ctx, s.cfg)
	}
	return errors.Join(refusal, err)
}
