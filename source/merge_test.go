package source_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// ticking delivers a key after each wait, and ends with an error if it has one.
type ticking struct {
	name  string
	every time.Duration
	n     int
	err   error
	told  []string
}

func (s *ticking) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	for i := range s.n {
		select {
		case <-time.After(s.every):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := page(ctx, nil, []object.Info{{Key: fmt.Sprint(s.name, i)}}); err != nil {
			return err
		}
	}
	return s.err
}

func (s *ticking) Done(_ context.Context, id abstract.ObjectID) error {
	s.told = append(s.told, "done "+id.Key)
	return nil
}

func (s *ticking) Failed(_ context.Context, id abstract.ObjectID, _ error, parked bool) error {
	s.told = append(s.told, fmt.Sprint("failed ", id.Key, parked))
	return errors.New("not told")
}

func TestMerge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		a, b := &ticking{name: "a", every: 2 * time.Second, n: 3}, &ticking{name: "b", every: 3 * time.Second, n: 5, err: broken}
		m := source.Merge(a, b)
		var got []string
		var inside atomic.Int64
		err := m.Pages(context.Background(), func(_ context.Context, _ object.Bucket, infos []object.Info) error {
			if inside.Add(1) != 1 {
				t.Error("two pages at once")
			}
			time.Sleep(100 * time.Millisecond)
			inside.Add(-1)
			got = append(got, infos[0].Key)
			return nil
		})
		if want := []string{"a0", "b0", "a1", "b1", "a2", "b2", "b3", "b4"}; !slices.Equal(got, want) || err != broken {
			t.Errorf("%q, %v", got, err)
		}
		id := abstract.ObjectID{Key: "k"}
		_ = m.Done(context.Background(), id)
		if err := m.Failed(context.Background(), id, broken, true); err == nil {
			t.Error("an error of Failed is lost")
		}
		for _, s := range []*ticking{a, b} {
			if want := []string{"done k", "failed ktrue"}; !slices.Equal(s.told, want) {
				t.Errorf("%s was told %q", s.name, s.told)
			}
		}
	})
}

// TestMergeEndsTogether: one that fails does not leave the other running.
func TestMergeEndsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		begun := time.Now()
		err := source.Merge(&ticking{n: 1, err: broken}, &ticking{every: time.Hour, n: 1}).Pages(context.Background(),
			func(context.Context, object.Bucket, []object.Info) error { return nil })
		if err != broken || time.Since(begun) > time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
