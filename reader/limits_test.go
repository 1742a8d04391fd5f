package reader

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
)

// A block that is not its file's first waits while it does not fit, and is
// served in turn.
func TestP10BudgetWaitsInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(100, 1)
		a, b := l.Open(0), l.Open(0)
		must(t, a.Acquire(t.Context(), 60))
		must(t, b.Acquire(t.Context(), 30))
		admitted := make(chan string, 2)
		var wait sync.WaitGroup
		wait.Go(func() { must(t, a.Acquire(t.Context(), 50)); admitted <- "a" })
		synctest.Wait()
		wait.Go(func() { must(t, b.Acquire(t.Context(), 1)); admitted <- "b" })
		synctest.Wait()
		if len(admitted) > 0 {
			t.Fatal("admitted beyond the budget")
		}
		a.Resize(60, 30) // 50 more still do not fit, and the 1 is behind them
		synctest.Wait()
		if len(admitted) > 0 {
			t.Fatalf("%s overtook", <-admitted)
		}
		b.Resize(30, 10)
		wait.Wait()
		if l.InUse() != 91 {
			t.Fatalf("%d in use", l.InUse())
		}
		a.Close()
		b.Close()
		if l.InUse() != 0 || l.mu.idle != 0 {
			t.Fatalf("%d in use, %d kept free", l.InUse(), l.mu.idle)
		}
	})
}

// A file that holds nothing never waits, however full the budget is: file A's
// emit waits for file B to end while A's read-ahead has taken everything.
func TestP10FilesDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(100, 1)
		a := l.Open(20)
		for range 5 {
			must(t, a.Acquire(t.Context(), 20))
		}
		b := l.Open(20)
		for range 3 { // B lives from block to block
			must(t, b.Acquire(t.Context(), 20))
			b.Resize(20, 0)
		}
		if l.InUse() != 100 {
			t.Fatalf("%d in use", l.InUse())
		}
		// From now on A leaves room for B.
		ctx, cancel := context.WithCancel(t.Context())
		a.Resize(20, 0)
		done := make(chan error, 1)
		go func() { done <- a.Acquire(ctx, 20) }()
		synctest.Wait()
		if l.InUse() != 80 {
			t.Fatalf("%d in use, 20 were to be left to the idle file", l.InUse())
		}
		b.Close()
		synctest.Wait()
		if l.InUse() != 100 {
			t.Fatalf("%d in use after the other file ended", l.InUse())
		}
		must(t, <-done)
		cancel()
		a.Close()
	})
}

// A file that waits behind others is let through when it has nothing left.
func TestP10EmptyFileIsServedOutOfTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(100, 1)
		a, b := l.Open(0), l.Open(0)
		must(t, a.Acquire(t.Context(), 90))
		must(t, b.Acquire(t.Context(), 10))
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { a.Acquire(ctx, 90) })
		synctest.Wait()
		served := false
		wait.Go(func() { must(t, b.Acquire(t.Context(), 50)); served = true })
		synctest.Wait()
		b.Resize(10, 0)
		synctest.Wait()
		if !served {
			t.Error("a file that holds nothing waits")
		}
		cancel()
		wait.Wait()
		if n := len(l.mu.waiters); n != 0 {
			t.Errorf("%d waiters left after cancellation", n)
		}
	})
}

func TestP10OversizeBlockPassesAlone(t *testing.T) {
	l := NewLimits(100, 1)
	a := l.Open(10)
	must(t, a.Acquire(t.Context(), 1000))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Acquire(ctx, 1); err != context.Canceled {
		t.Errorf("a second block: %v", err)
	}
	a.Close()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// What a file keeps between its blocks counts, and does not make it wait: two
// files that have filled the budget with it both go on.
func TestP10KeptMemoryDoesNotBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(100, 1)
		a, b := l.Open(10), l.Open(10)
		a.Keep(60)
		b.Keep(60)
		for range 3 { // each lives from block to block
			must(t, a.Acquire(t.Context(), 10))
			must(t, b.Acquire(t.Context(), 10))
			a.Resize(10, 0)
			b.Resize(10, 0)
		}
		must(t, a.Acquire(t.Context(), 10))
		var wait sync.WaitGroup
		wait.Go(func() { must(t, a.Acquire(t.Context(), 10)) })
		synctest.Wait()
		if l.InUse() != 130 {
			t.Fatalf("%d in use: a second block was admitted beyond the budget", l.InUse())
		}
		b.Keep(-60)
		wait.Wait()
		a.Close()
		b.Close()
		if l.InUse() != 0 || l.mu.idle != 0 {
			t.Fatalf("%d in use, %d kept free", l.InUse(), l.mu.idle)
		}
	})
}
