//go:build cgo

package transfer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/transfer"
)

// follow follows the folder until everything is settled.
func (r *rig) follow(change func(*transfer.Config)) (transfer.Result, error) {
	r.t.Helper()
	t := r.open()
	defer func() {
		if err := t.Close(); err != nil {
			r.t.Error(err)
		}
	}()
	cfg := r.config(t)
	if change != nil {
		change(&cfg)
	}
	return runFollow(r.t, context.Background(), cfg)
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

func TestFollowInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.numbers("a.csv", 0, 1000)
		begun := time.Now()
		result, err := r.follow(nil)
		if err != nil || result.FilesLoaded != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		t.Log(time.Since(begun))
		r.wantRows(1000)
	})
}
