package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// TestTransientReadsAreTriedAgain breaks the body of one file at several
// places: it is loaded, no row twice, with a back-off between the tries.
func TestTransientReadsAreTriedAgain(t *testing.T) {
	for _, at := range []int64{0, 5, 9, 20_000, 60_000} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.numbers("a", 0, 5000)
			f.numbers("b", 5000, 10)
			f.bucket.open = func(key string, n int, _ int64) (int64, error) {
				// The first opens are those of the sample and of the first read.
				if key == "a" && n <= 3 {
					return at, errFlaky
				}
				return 0, nil
			}
			begun := time.Now()
			result, err := f.load(t)
			if err != nil || result.FilesLoaded != 2 || result.FilesFailed != 0 || result.RowsLoaded != 5010 {
				t.Fatalf("broken at %d: %+v, %v", at, result, err)
			}
			f.wantIDs(t, 5010)
			if took := time.Since(begun); took < 250*time.Millisecond || took > 5*time.Second {
				t.Errorf("broken at %d: took %v", at, took)
			}
			if size := int64(len(f.bucket.Files["a"]) + len(f.bucket.Files["b"])); result.BytesRead != size {
				t.Errorf("broken at %d: %d bytes read of %d", at, result.BytesRead, size)
			}
		})
	}
}

// TestBudgetOfTries: what stays broken fails the file, after as many tries as
// maxTries says, and stops nothing else (P12).
func TestBudgetOfTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 10, 5000)
		f.numbers("b", 0, 10)
		var tries atomic.Int64
		f.bucket.open = func(key string, n int, _ int64) (int64, error) {
			if key == "a" {
				tries.Add(1)
				return 3, errFlaky // within the header
			}
			return 0, nil
		}
		result, err := f.load(t)
		if err != nil || result.FilesLoaded != 1 || result.FilesFailed != 1 || !errors.Is(result.Failures[0].Err, errFlaky) {
			t.Fatalf("%+v, %v", result, err)
		}
		f.wantIDs(t, 10)
		if told := f.source.failures; len(told) != 1 || !strings.HasPrefix(told[0], "a false: ") {
			t.Errorf("the source was told of %q", told)
		}
		if got := tries.Load(); got != 4 {
			t.Errorf("%d tries", got)
		}
	})
}

// TestProgressRenewsTheBudget: a large file over a bad line is loaded as long
// as every try gets on.
func TestProgressRenewsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 20_000)
		f.bucket.open = func(_ string, n int, offset int64) (int64, error) {
			if offset == 0 && n > 1 {
				return 0, nil // the header is read again
			}
			return offset + 40_000, errFlaky
		}
		result, err := f.load(t)
		if err != nil || result.FilesLoaded != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		f.wantIDs(t, 20_000)
	})
}

func TestC14CancelEndsABackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 10, 10)
		f.bucket.open = func(key string, n int, _ int64) (int64, error) {
			if key == "b" {
				return 3, errFlaky
			}
			return 0, nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		begun := time.Now()
		result, err := runLoad(t, ctx, f.config())
		if !errors.Is(err, context.DeadlineExceeded) || result.FilesLoaded != 1 || result.FilesFailed != 0 {
			t.Errorf("%+v, %v", result, err)
		}
		if took := time.Since(begun); took > 300*time.Millisecond {
			t.Errorf("the load ended %v after it began", took)
		}
		f.wantIDs(t, 10)
	})
}

// TestT13BlockedTargetHoldsReadingBack: what a target does not take stays in
// the store, and no more files are read than there are workers.
func TestT13BlockedTargetHoldsReadingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for i := range 6 {
			f.numbers(fmt.Sprint("f", i), 30_000*i, 30_000)
		}
		release := make(chan struct{})
		var blocked, most atomic.Int64
		f.target.onPush = func(int64, int) error {
			most.Store(max(most.Load(), blocked.Add(1)))
			<-release
			blocked.Add(-1)
			return nil
		}
		cfg := f.config()
		cfg.Workers = 3
		finished := make(chan error)
		var read int64
		go func() {
			result, err := runLoad(t, context.Background(), cfg)
			read = result.BytesRead
			finished <- err
		}()
		synctest.Wait()
		if got := blocked.Load(); got != 3 {
			t.Errorf("%d pushes at once, with 3 workers", got)
		}
		if use, limit := cfg.Limits.InUse(), cfg.Limits.Limit(); use == 0 || use > 2*limit {
			t.Errorf("%d bytes are in use, the limit is %d", use, limit)
		}
		opens := 0
		for _, n := range f.bucket.opens {
			opens += min(n, 1)
		}
		if opens != 3 {
			t.Errorf("%d files were opened", opens)
		}
		close(release)
		if err := <-finished; err != nil {
			t.Fatal(err)
		}
		if most.Load() != 3 {
			t.Errorf("%d pushes at once, with 3 workers", most.Load())
		}
		size := int64(0)
		for _, data := range f.bucket.Files {
			size += int64(len(data))
		}
		if read != size {
			t.Errorf("%d bytes were read of %d", read, size)
		}
		f.wantIDs(t, 180_000)
	})
}

// TestFatalErrorStopsAllWorkers: the others commit what they have pushed, and
// nothing goes on. That no goroutine is left, the bubble checks.
func TestFatalErrorStopsAllWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 100_000, 50_000)
		f.numbers("c", 200_000, 10)
		broken := errors.New("the target broke")
		f.target.onPush = func(first int64, _ int) error {
			switch {
			case first == 0:
				time.Sleep(time.Second)
				return broken
			case first >= 100_000 && first < 200_000:
				time.Sleep(400 * time.Millisecond)
			}
			return nil
		}
		cfg := f.config()
		cfg.Workers = 2
		result, err := runLoad(t, context.Background(), cfg)
		if !errors.Is(err, broken) || result.FilesFailed != 0 || result.FilesLoaded != 0 {
			t.Errorf("%+v, %v", result, err)
		}
		rows := int64(len(f.target.durable))
		if rows == 0 || rows != result.RowsLoaded || slices.Contains(f.target.durable, 0) || slices.Contains(f.target.durable, 200_000) {
			t.Errorf("%d rows are durable, %d counted", rows, result.RowsLoaded)
		}
		if f.target.sessions != 0 {
			t.Errorf("%d sessions were left open", f.target.sessions)
		}
	})
}

// TestTargetErrorIsFinalWithoutLedger: nobody can know which rows arrived, so
// nothing is pushed again, whatever the class of the error.
func TestTargetErrorIsFinalWithoutLedger(t *testing.T) {
	passing := abstract.WithClass(abstract.Transient, errors.New("the target is busy"))
	for name, hook := range map[string]func(*fake){
		"push":  func(f *fake) { f.target.onPush = failOnce(func() error { return passing }) },
		"flush": func(f *fake) { f.target.onFlush = func() error { return passing } },
		"rollback": func(f *fake) {
			f.target.onPush = failOnce(func() error { return &target.RollbackError{Cause: passing} })
		},
		"after a reading": func(f *fake) {
			// The push fails when the file is tried again by itself.
			f.bucket.open = func(_ string, n int, _ int64) (int64, error) {
				if n == 1 {
					return 20_000, errFlaky
				}
				return 0, nil
			}
			f.target.onPush = func(first int64, _ int) error {
				if first > 1000 {
					return passing
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.numbers("a", 0, 3000)
				hook(f)
				result, err := f.load(t)
				if !errors.Is(err, passing) || result.FilesLoaded != 0 || result.FilesFailed != 0 {
					t.Errorf("%+v, %v", result, err)
				}
				slices.Sort(f.target.durable)
				if n := len(f.target.durable); n != len(slices.Compact(f.target.durable)) {
					t.Error("rows are doubled")
				}
			})
		})
	}
}

func failOnce(fail func() error) func(int64, int) error {
	var failed atomic.Bool
	return func(int64, int) error {
		if failed.CompareAndSwap(false, true) {
			return fail()
		}
		return nil
	}
}

// TestRollbackWhileStopping: a load that is told to stop at the moment the
// target undoes its transaction must not call files loaded that were in it.
func TestRollbackWhileStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 10, 10)
		ctx, cancel := context.WithCancel(context.Background())
		f.target.onPush = func(first int64, _ int) error {
			if first == 10 {
				cancel()
				return &target.RollbackError{Cause: errors.New("undone")}
			}
			return nil
		}
		result, err := runLoad(t, ctx, f.config())
		if err == nil || result.FilesLoaded != 0 || len(f.source.told()) != 0 {
			t.Errorf("%+v, %v; the source was told of %v", result, err, f.source.told())
		}
	})
}

// TestFilesAreFlushedWhileTheListingTakesTime: who waits for the source holds
// nothing back.
func TestFilesAreFlushedWhileTheListingTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 10, 10)
		f.source.pages = func(ctx context.Context, page func(...string) error) error {
			if err := page("a"); err != nil {
				return err
			}
			time.Sleep(time.Minute)
			if got := f.source.told(); !slices.Equal(got, []string{"a"}) {
				t.Errorf("after a minute the source was told of %v", got)
			}
			return page("b")
		}
		if _, err := f.load(t); err != nil {
			t.Fatal(err)
		}
		f.wantIDs(t, 20)
	})
}

// TestFilesAreFlushedWhileALargeOneIsRead: small files before a large one are
// reported in time.
func TestFilesAreFlushedWhileALargeOneIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 10, 20_000)
		f.target.onPush = func(first int64, _ int) error {
			if first >= 10 {
				time.Sleep(time.Second)
			}
			if first > 15_000 && len(f.source.told()) == 0 {
				t.Errorf("at row %d the source was told of nothing", first)
			}
			return nil
		}
		if _, err := f.load(t); err != nil {
			t.Fatal(err)
		}
		f.wantIDs(t, 20_010)
	})
}

// TestDeliveredAgainInFlight: a source may deliver an object twice, in one
// page or while it is being loaded. It is loaded, counted and reported once.
func TestDeliveredAgainInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 10, 10)
		f.source.pages = func(_ context.Context, page func(...string) error) error {
			return errors.Join(page("a", "b", "a"), page("b", "a"))
		}
		f.target.onPush = func(int64, int) error { time.Sleep(100 * time.Millisecond); return nil }
		result, err := f.load(t)
		if err != nil || result.FilesFound != 2 || len(f.ended.list) != 2 || len(f.source.told()) != 2 {
			t.Errorf("%+v, %v, ended %v, done %v", result, err, f.ended.list, f.source.told())
		}
		f.wantIDs(t, 20)
	})
}

// TestDoneErrorsDoNotStopTheLoad: see source.Source.
func TestDoneErrorsDoNotStopTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.numbers("a", 0, 10)
		f.numbers("b", 10, 10)
		f.source.doneIs = errors.New("the queue is gone")
		result, err := f.load(t)
		if err != nil || result.FilesLoaded != 2 {
			t.Errorf("%+v, %v", result, err)
		}
		if got := strings.Join(f.source.told(), " "); got != "a b" {
			t.Errorf("the source was told of %s", got)
		}
	})
}
