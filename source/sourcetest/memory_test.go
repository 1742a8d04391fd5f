package sourcetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
)

// memory is the plainest source: it lists its bucket once, or once a minute.
// faults say what it does wrong.
type memory struct {
	bucket  *sourcetest.Bucket
	follows bool
	faults  faults
}

func (m *memory) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	for {
		err := m.pages(ctx, page)
		if m.follows && m.faults.endsAsNil && ctx.Err() != nil {
			return nil
		}
		if err != nil || !m.follows || m.faults.endsEarly {
			return err
		}
		select {
		case <-time.After(time.Minute):
		case <-ctx.Done():
			if m.faults.endsAsNil {
				return nil
			}
			return ctx.Err()
		}
	}
}

func (m *memory) pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	found := false
	inner := ctx
	if m.faults.ownContext {
		inner = context.Background()
	}
	var all []object.Info
	err := m.bucket.List(inner, "", func(infos []object.Info) error {
		found = true
		if m.faults.oversize {
			all = append(all, infos...)
			return nil
		}
		if m.faults.twice {
			all = append(all, infos[0])
		}
		if m.faults.loses && len(all) == 0 {
			infos = infos[:len(infos)-1]
		}
		err := page(inner, m.bucket, infos)
		switch {
		case err != nil && m.faults.goesOn:
			return nil
		case err != nil && m.faults.wraps:
			return fmt.Errorf("page: %w", err)
		}
		return err
	})
	if err == nil && len(all) > 0 {
		err = page(inner, m.bucket, all)
	}
	if err == nil && !found && !m.follows {
		if m.faults.namelessNothing {
			return &source.NothingError{}
		}
		return &source.NothingError{Locations: []string{"mem://b"}}
	}
	return err
}

func (m *memory) Done(context.Context, abstract.ObjectID) error { return nil }

func (m *memory) Failed(_ context.Context, id abstract.ObjectID, _ error, _ bool) error {
	if m.faults.forgetsFailed {
		m.bucket.Delete(func(key string) bool { return key == id.Key })
	}
	if m.faults.refusesStrangers && id.Bucket != m.bucket.Name() {
		return errors.New("an object of another bucket")
	}
	return nil
}

func run(t *testing.T, f faults) {
	for _, follows := range []bool{false, true} {
		t.Run(map[bool]string{false: "lists", true: "follows"}[follows], func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, run func(*testing.T, sourcetest.Harness)) {
				synctest.Test(t, func(t *testing.T) {
					b := sourcetest.NewBucket("mem://b")
					run(t, sourcetest.Harness{
						Source: &memory{bucket: b, follows: follows, faults: f}, Follows: follows,
						Put: func(_ *testing.T, n int) string {
							key := fmt.Sprintf("%04d", n)
							b.Put(key)
							return key
						},
					})
				})
			})
		})
	}
}

func TestMemory(t *testing.T) { run(t, faults{}) }
