package transfer

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/source"
)

// Outcome is what became of a file.
type Outcome struct {
	Object abstract.ObjectID
	// Err is why the file failed, nil if it is loaded to its end.
	Err error
	// Parked tells that the failure was the last one allowed, in this run or
	// an earlier one: the file is left alone until it is replayed or forgotten.
	Parked bool
}

// Reason says why the file failed, without its name, which the readers' errors
// begin with. It is empty for a file that is loaded.
func (o Outcome) Reason() string {
	if o.Err == nil {
		return ""
	}
	return strings.TrimPrefix(o.Err.Error(), o.Object.String()+": ")
}

// finish reports a file as loaded. It must be durable.
func (l *load) finish(ctx context.Context, j *job) {
	l.ended(Outcome{Object: j.id})
	l.done(ctx, j.id)
}

// skip counts a file that an earlier run has loaded.
func (l *load) skip(ctx context.Context, j *job) {
	l.flying.release(j.id)
	if !l.patient { // else it is delivered again and again
		l.stats.filesSkipped.Add(1)
	}
	switch keeper, ok := l.cfg.Source.(source.Keeper); {
	case l.dry:
	case ok && j.writtenAgain():
		if err := keeper.Keep(context.WithoutCancel(ctx), j.id); err != nil {
			l.cfg.Logger.Warn("the source could not be told that a file was loaded before", "file", j.id, "error", err)
		}
	default:
		l.done(ctx, j.id)
	}
}

// writtenAgain tells whether the store has a later time for an object than its
// last commit has, by this machine's clock. One that is merely found again
// was there before that was loaded.
func (j *job) writtenAgain() bool {
	return j.entry.State == ledger.Done && j.file.Info.ModTime.After(j.entry.Updated)
}

// done tells the source that it may let go of an object. That is done even
// when the load has been told to stop; an error does not undo the load, as the
// object would be delivered again and found to be loaded.
func (l *load) done(ctx context.Context, id abstract.ObjectID) {
	if err := l.cfg.Source.Done(context.WithoutCancel(ctx), id); err != nil {
		l.cfg.Logger.Warn("the source could not be told that a file is loaded", "file", id, "error", err)
	}
}

// fail records that a file could not be loaded, and why. It returns only an
// error of the ledger.
func (l *load) fail(ctx context.Context, j *job, err error) error {
	outcome, err := l.record(ctx, j, err)
	if err == nil {
		l.failed(ctx, outcome)
	}
	return err
}

// record puts a failure into the ledger. It returns what is to be reported.
func (l *load) record(ctx context.Context, j *job, failure error) (Outcome, error) {
	outcome := Outcome{Object: j.id, Err: failure}
	l.stats.failures[abstract.ClassOf(failure)].Add(1)
	if l.ledger == nil || l.dry {
		return outcome, nil
	}
	outcome.Parked = j.entry.Attempts+1 >= ledger.MaxAttempts
	// If an answer is lost the failure may count twice.
	return outcome, l.ask(ctx, func() error {
		return l.ledger.Fail(context.WithoutCancel(ctx), j.entry.ID, outcome.Reason())
	})
}

// parked reports a file that failed too often in earlier runs.
func (l *load) parked(ctx context.Context, j *job) {
	l.failed(ctx, Outcome{Object: j.id, Parked: true, Err: parkedError(j)})
}

func parkedError(j *job) error {
	return fmt.Errorf("parked after %d failed attempts, the last one: %s; 'sluice replay --failed %s' lets it be tried again",
		j.entry.Attempts, j.entry.Reason, j.id)
}

// failed reports a failure, to the source as well, as [load.done] does.
func (l *load) failed(ctx context.Context, o Outcome) {
	l.ended(o)
	if !l.dry {
		l.tellFailed(ctx, o)
	}
}

// leave passes over a file that is parked, without reporting it each time that
// a source delivers it.
func (l *load) leave(ctx context.Context, j *job) {
	l.flying.release(j.id)
	l.tellFailed(ctx, Outcome{Object: j.id, Parked: true, Err: parkedError(j)})
}

func (l *load) tellFailed(ctx context.Context, o Outcome) {
	if err := l.cfg.Source.Failed(context.WithoutCancel(ctx), o.Object, o.Err, o.Parked); err != nil {
		l.cfg.Logger.Warn("the source could not be told that a file failed", "file", o.Object, "error", err)
	}
}

// ended tells the world what became of a file. It is called once per job.
func (l *load) ended(o Outcome) {
	l.flying.release(o.Object)
	if o.Err != nil {
		l.stats.failed(o)
	} else {
		l.stats.filesLoaded.Add(1)
	}
	if l.cfg.FileEnded != nil {
		l.cfg.FileEnded(o)
	}
}
