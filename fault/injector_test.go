package fault_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// store is an object of ten bytes behind a plan.
func store(plan fault.Plan) (object.Bucket, *fault.Injector, object.Info) {
	inner := &readertest.Bucket{Files: map[string][]byte{"a": []byte("0123456789")}}
	inj := fault.New(plan)
	return fault.Bucket(inner, inj), inj, inner.Info("a")
}

func read(ctx context.Context, b object.Bucket, info object.Info) (string, error) {
	body, err := b.Open(ctx, info, 0, -1)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return string(text), err
}

func TestBodies(t *testing.T) {
	for _, tc := range []struct {
		fault fault.Fault
		text  string
		is    error
		class abstract.Class
	}{
		{fault.Fault{}, "0123456789", nil, abstract.Permanent},
		{fault.Fault{Kind: fault.Before}, "", fault.ErrInjected, abstract.Transient},
		{fault.Fault{Kind: fault.After}, "", fault.ErrInjected, abstract.Transient},
		{fault.Fault{Kind: fault.Cut}, "01234", io.ErrUnexpectedEOF, abstract.Transient},
		{fault.Fault{Kind: fault.Truncate}, "01234", nil, abstract.Permanent},
		{fault.Fault{Crash: true}, "", fault.ErrCrashed, abstract.Permanent},
	} {
		b, inj, info := store(fault.At(2, tc.fault)) // the first read
		text, err := read(t.Context(), b, info)
		if text != tc.text || !errors.Is(err, tc.is) || (err == nil) != (tc.is == nil) || abstract.ClassOf(err) != tc.class {
			t.Errorf("%+v: %q, %v", tc.fault, text, err)
		}
		if _, err := b.Stat(t.Context(), "a"); errors.Is(err, fault.ErrCrashed) != tc.fault.Crash || inj.Crashed() != tc.fault.Crash {
			t.Errorf("%+v: then %v", tc.fault, err)
		}
	}
}

// TestHang: what hangs ends with its context, with the crash, or when the
// faults do.
func TestHang(t *testing.T) {
	for name, tc := range map[string]struct {
		end func(inj *fault.Injector, cancel func())
		is  error
	}{
		"cancelled": {func(_ *fault.Injector, cancel func()) { cancel() }, context.Canceled},
		"crashed":   {func(inj *fault.Injector, _ func()) { inj.Crash() }, fault.ErrCrashed},
		"healed":    {func(inj *fault.Injector, _ func()) { inj.Heal() }, fault.ErrInjected},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, inj, info := store(fault.At(1, fault.Fault{Kind: fault.Hang}))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				answer := make(chan error, 1)
				go func() {
					_, err := read(ctx, b, info)
					answer <- err
				}()
				time.Sleep(time.Hour)
				synctest.Wait()
				if len(answer) > 0 {
					t.Error("it does not hang")
				}
				tc.end(inj, cancel)
				if err := <-answer; !errors.Is(err, tc.is) {
					t.Error(err)
				}
			})
		})
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, info := store(fault.At(2, fault.Fault{Wait: time.Minute}))
		begun := time.Now()
		if text, err := read(t.Context(), b, info); text != "0123456789" || err != nil || time.Since(begun) != time.Minute {
			t.Errorf("%q, %v after %v", text, err, time.Since(begun))
		}
	})
}

// TestSites: each distinct stack of callers is a site of its own, and fails
// once.
func TestSites(t *testing.T) {
	b, inj, info := store(fault.EverySite(fault.Fault{Kind: fault.Before}))
	failures := 0
	for range 10 {
		if _, err := read(t.Context(), b, info); err != nil {
			failures++
			if !strings.Contains(err.Error(), "fault_test.read") {
				t.Errorf("it does not name its caller: %v", err)
			}
		}
	}
	if _, err := b.Open(t.Context(), info, 0, -1); err == nil {
		t.Error("another way to open did not fail")
	}
	// One way to open, one to read, and the other way to open.
	if failures != 2 || inj.Sites() != 3 || inj.Faults() != 3 {
		t.Errorf("%d failures at %d sites, %d faults", failures, inj.Sites(), inj.Faults())
	}
}

// TestRandomRepeats: what becomes of a call follows from the seed alone.
func TestRandomRepeats(t *testing.T) {
	outcome := func(seed uint64) (faults string) {
		b, _, info := store(fault.Random(seed, 0.5, fault.Fault{Kind: fault.Before}, fault.Fault{Kind: fault.Cut}))
		for range 20 {
			text, err := read(t.Context(), b, info)
			faults += text
			if err != nil {
				faults += "!"
			}
		}
		return faults
	}
	if one, again := outcome(1), outcome(1); one != again || one == outcome(2) {
		t.Error("it does not depend on the seed alone")
	}
}
