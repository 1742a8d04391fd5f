package pause

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if err := For(t.Context(), time.Minute); err != nil || time.Since(begun) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		begun = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := For(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		for range 100 { // whichever of both a select would take
			if err := For(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%v, although the context had ended", err)
			}
		}
	})
}

func TestAbout(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 2, 3, time.Second} {
		for range 1000 {
			if got := About(d); got < d/2 || got > d {
				t.Fatalf("about %v is %v", d, got)
			}
		}
	}
}
