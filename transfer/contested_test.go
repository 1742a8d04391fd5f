//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// rival stands for another loader: it moves the file a.csv on, whose rows 0 to
// 9 the load under test then may not store.
type rival struct {
	t      *testing.T
	db     target.Target
	always bool // every push of the file is a conflict

	mu      sync.Mutex
	origin  abstract.Origin // of the first item that was refused
	refused int
	met     chan struct{} // closed at the first conflict
}

// refuse makes conflicts of the pushes of a.csv that the ledger would refuse,
// the first one in any case.
func (r *rival) refuse(items []abstract.ChangeItem) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := items[0].Origin
	if filepath.Base(o.Object.Key) != "a.csv" || r.refused > 0 && !r.always {
		return nil
	}
	if r.refused++; r.refused == 1 {
		r.origin = o
		close(r.met)
	}
	return &target.RollbackError{Cause: &ledger.ConflictError{ID: o.LedgerID, Object: o.Object, Before: o.Before}}
}

// move stores the next five rows, as the other loader would.
func (r *rival) move(first int64) {
	const header, row = int64(len("id,word\n")), int64(len("0,word 0\n"))
	p := ledger.Progress{ID: r.origin.LedgerID, Object: r.origin.Object, Rows: 5,
		Before: header + row*first, After: header + row*(first+5), Opening: r.origin.Opening, Done: first == 5}
	if first == 0 {
		p.Before = 0
	}
	r.update(func(tx ledger.Tx) error {
		_, err := tx.Exec(context.Background(), `INSERT INTO t SELECT i, 'word ' || i, $1 FROM range($2, $3) r(i)`, p.ID, first, first+5)
		return errors.Join(err, r.db.Ledger().Advance(context.Background(), tx, []ledger.Progress{p}))
	})
}

func (r *rival) update(fn func(ledger.Tx) error) {
	if err := r.db.(ledger.DB).Update(context.Background(), fn); err != nil {
		r.t.Error(err)
	}
}

func (r *rival) exec(query string) {
	r.update(func(tx ledger.Tx) error {
		_, err := tx.Exec(context.Background(), query, r.origin.LedgerID)
		return err
	})
}

// refusing is a target that is asked before each push. The error is the push's,
// and the transaction is undone.
type refusing struct {
	target.Target
	refuse func(items []abstract.ChangeItem) error
}

func (r *refusing) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	inner, err := r.Target.Session(ctx, cfg)
	return &refusingSession{inner, r, ctx, cfg}, err
}

type refusingSession struct {
	target.Session
	owner *refusing
	ctx   context.Context
	cfg   target.SessionConfig
}

func (s *refusingSession) Push(items []abstract.ChangeItem) error {
	refusal := s.owner.refuse(items)
	if refusal == nil {
		return s.Session.Push(items)
	}
	abstract.ReleaseAll(items)
	if err := s.Session.Close(); err != nil {
		return err
	}
	var err error
	if s.Session, err = s.owner.Target.Session(s.ctx, s.cfg); err != nil {
		return err
	}
	return refusal
}

// TestContestedFiles lets another loader take a file from this one, and do
// several things with it. It is never doubled and never fails for that; the
// other file does not wait for it.
func TestContestedFiles(t *testing.T) {
	for name, test := range map[string]struct {
		always   bool
		rival    func(r *rival)
		atLeast  time.Duration // that the load takes
		atMost   time.Duration
		loaded   int64 // rows by this load
		failed   string
		failures int64
	}{
		"the other loads it": {
			rival: func(r *rival) {
				r.move(0)
				time.Sleep(20 * time.Second)
				r.move(5)
			},
			atLeast: 20 * time.Second, atMost: 26 * time.Second, loaded: 10,
		},
		"the other dies half way": {
			rival: func(r *rival) {
				time.Sleep(20 * time.Second)
				r.move(0)
			},
			atLeast: 50 * time.Second, atMost: 61 * time.Second, loaded: 15,
		},
		"the other dies at once": {
			rival:   func(*rival) {},
			atLeast: 30 * time.Second, atMost: 36 * time.Second, loaded: 20,
		},
		"the other parks it": {
			rival:  func(r *rival) { r.exec(`UPDATE _sluice.ledger SET state = 'parked', reason = 'because' WHERE id = $1`) },
			atMost: 6 * time.Second, loaded: 10, failures: 1, failed: "because",
		},
		"the other forgets it": {
			rival:  func(r *rival) { r.exec(`DELETE FROM _sluice.ledger WHERE id = $1`) },
			atMost: 6 * time.Second, loaded: 10, failures: 1, failed: "forgotten",
		},
		"there is no other": {
			always:  true,
			rival:   func(*rival) {},
			atLeast: 120 * time.Second, atMost: 150 * time.Second, loaded: 10, failures: 1, failed: "another writer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.numbers("a.csv", 0, 10)
			r.numbers("b.csv", 10, 10)
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				db := r.open()
				other := &rival{t: t, db: db, always: test.always, met: make(chan struct{})}
				var wait sync.WaitGroup
				wait.Go(func() { <-other.met; test.rival(other) })
				cfg := r.config(db)
				cfg.Workers = 1
				cfg.Target = &refusing{db, other.refuse}
				var ends []time.Duration
				cfg.FileEnded = func(transfer.Outcome) { ends = append(ends, time.Since(begun)) }
				result, err := runLoad(t, context.Background(), cfg)
				wait.Wait()
				if err := db.Close(); err != nil {
					t.Error(err)
				}
				if err != nil || result.FilesFailed != test.failures || result.RowsLoaded != test.loaded {
					t.Errorf("%+v, %v", result, err)
				}
				if test.failures > 0 && len(result.Failures) > 0 && !strings.Contains(result.Failures[0].Reason(), test.failed) {
					t.Errorf("reason %q", result.Failures[0].Reason())
				}
				if len(ends) != 2 || ends[0] > 5*time.Second || ends[1] < test.atLeast || ends[1] > test.atMost {
					t.Errorf("files ended after %v", ends)
				}
			})
			ids := r.ints(`SELECT count(*), count(DISTINCT id) FROM t`, 2)
			if want := int64(20); test.failures == 0 && !slices.Equal(ids, []int64{want, want}) {
				t.Errorf("rows, distinct rows: %v", ids)
			}
		})
	}
}

// TestRefusedWithoutRollback: an error of the target that is one file's own
// fails that file, even if no transaction was undone for it.
func TestRefusedWithoutRollback(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 10)
	bad := r.numbers("b.csv", 100, 10)
	r.numbers("c.csv", 10, 10)
	result := r.mustLoad(func(cfg *transfer.Config) {
		cfg.Workers = 1
		cfg.Target = &refusing{cfg.Target, func(items []abstract.ChangeItem) error {
			if items[0].Origin.Object.Key == bad {
				return abstract.WithClass(abstract.FileOnly, errors.New("not this one"))
			}
			return nil
		}}
	})
	if result.FilesLoaded != 2 || result.FilesFailed != 1 || result.Failures[0].Object.Key != bad {
		t.Errorf("%+v", result)
	}
	r.wantRows(20)
}

// TestTargetThatStaysDown ends the load, and blames no file: at once if it is
// for good, after longer than a failover takes if it may pass.
func TestTargetThatStaysDown(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 10)
	for name, class := range map[string]abstract.Class{"transient": abstract.Transient, "permanent": abstract.Permanent} {
		t.Run(name, func(t *testing.T) {
			down := abstract.WithClass(class, errors.New("down"))
			result, took, err := r.loadWhileDown(t, down, time.Hour)
			if !errors.Is(err, down) || result.FilesFailed != 0 || !strings.Contains(err.Error(), `into table "t"`) {
				t.Errorf("%+v, %v", result, err)
			}
			if patient := took > time.Minute; patient != (class == abstract.Transient) || took > 3*time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
	r.mustLoad(nil)
	r.wantRows(10)
}

// TestTargetThatComesBack after a minute: the load outlasts that.
func TestTargetThatComesBack(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 10)
	r.numbers("b.csv", 10, 10)
	down := abstract.WithClass(abstract.Transient, errors.New("down"))
	if result, took, err := r.loadWhileDown(t, down, time.Minute); err != nil || result.FilesLoaded != 2 || took < time.Minute {
		t.Errorf("%+v, %v after %v", result, err, took)
	}
	r.wantRows(20)
}

// loadWhileDown loads into a target that for a while undoes all that it is
// given, in virtual time.
func (r *rig) loadWhileDown(t *testing.T, down error, while time.Duration) (result transfer.Result, took time.Duration, err error) {
	synctest.Test(t, func(t *testing.T) {
		db := r.open()
		defer db.Close()
		begun := time.Now()
		cfg := r.config(db)
		cfg.Workers = 1
		cfg.Target = &refusing{db, func([]abstract.ChangeItem) error {
			if time.Since(begun) < while {
				return &target.RollbackError{Cause: down}
			}
			return nil
		}}
		result, err = runLoad(t, context.Background(), cfg)
		took = time.Since(begun)
	})
	return result, took, err
}
