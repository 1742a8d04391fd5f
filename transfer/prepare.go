package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// sampleFiles is how many files are looked at to decide the columns of a new
// table.
const sampleFiles = 10

// samplePatience is how long following waits for the next of them: a source
// that does not end may have no more.
const samplePatience = 500 * time.Millisecond

// maxEmpty is how many files without columns are set aside in search of one
// that has some.
const maxEmpty = 10_000

// prepare makes sure that the table is there and knows its columns. To make a
// new one it takes jobs from the channel, and returns those that are still to
// be loaded.
func (l *load) prepare(ctx context.Context, jobs <-chan *job) (taken []*job, err error) {
	if l.exists, err = l.describe(ctx); err != nil {
		return nil, err
	}
	if l.exists {
		return nil, l.addFixed(ctx)
	}
	schema := l.cfg.Columns
	if !l.cfg.Exact {
		var samples []*reader.Sample
		if taken, samples, err = l.look(ctx, jobs); err != nil || len(taken) == 0 {
			return nil, err
		}
		schema = infer(samples, l.cfg.Columns)
	}
	if l.columns.set(schema); len(schema) == 0 {
		return l.withoutTable(ctx, taken)
	}
	made := target.Table{Schema: schema, FileID: !l.cfg.NoFileID}
	if !l.dry {
		ours := true
		if err := l.ask(ctx, func() error {
			err := l.cfg.Target.Create(ctx, l.cfg.Table, made)
			if err == nil {
				return nil
			}
			// Another process may have been faster, or the answer was lost.
			if exists, describeErr := l.describe(ctx); describeErr != nil || !exists {
				return errors.Join(err, describeErr)
			}
			ours = false
			return nil
		}); err != nil || !ours {
			return taken, err
		}
	}
	l.created = l.cfg.Target.CreateSQL(l.cfg.Table, made)
	if !l.dry {
		l.cfg.Logger.Info("created table", "table", l.cfg.Table)
	}
	return taken, nil
}

// prepareRejects makes the table for rejected records, if they are to be kept:
// at once, not when there is one, so that whatever stands in the way is told
// before anything is loaded.
func (l *load) prepareRejects(ctx context.Context) (err error) {
	if l.cfg.OnBadRow == reader.Quarantine {
		l.rejects, err = target.PrepareQuarantine(ctx, l.cfg.Target, l.cfg.Table, !l.dry)
	}
	return err
}

// describe takes the columns of the table, if there is one.
func (l *load) describe(ctx context.Context) (exists bool, err error) {
	var table *target.Table
	err = l.ask(ctx, func() (err error) {
		table, err = l.cfg.Target.Describe(ctx, l.cfg.Table)
		return err
	})
	if err != nil || table == nil {
		return false, err
	}
	l.columns.set(table.Schema)
	if err := l.checkReplaceable(l.cfg.Table, table); err != nil {
		return true, err
	}
	return true, l.checkColumns(table.Schema)
}

// look samples the first files. One that cannot be sampled fails here: when
// there is no table, there is nothing that it could be loaded into later. No table
// is made of a file with a header and no good record as long as another may come.
func (l *load) look(ctx context.Context, jobs <-chan *job) (taken []*job, samples []*reader.Sample, err error) {
	var bare []*reader.Sample
	for len(taken) < sampleFiles || len(samples) == 0 {
		if len(taken) == maxEmpty {
			if len(bare) > 0 {
				break
			}
			return nil, nil, fmt.Errorf("table %q does not exist, and none of the first %d files has columns to make it from",
				l.cfg.Table, maxEmpty)
		}
		patience := time.Duration(0)
		if l.patient && len(samples) > 0 {
			patience = samplePatience
		}
		j, ok, err := receive(ctx, jobs, patience)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			break
		}
		j.gather() // for the reading as well
		sample, err := l.sampleOne(ctx, j)
		if err != nil || sample.Bare() {
			j.scatter() // there may be many of these
		}
		switch {
		case ctx.Err() != nil:
			return nil, nil, ctx.Err()
		case err != nil:
			if err := l.fail(ctx, j, err); err != nil {
				return nil, nil, err
			}
			continue
		case !sample.Bare():
			samples = append(samples, sample)
		case len(sample.Columns) > 0 && len(bare) < sampleFiles:
			bare = append(bare, sample)
		}
		taken = append(taken, j)
	}
	return taken, append(samples, bare...), nil
}

// sampleOne samples a file, more than once if what fails may pass.
func (l *load) sampleOne(ctx context.Context, j *job) (*reader.Sample, error) {
	for wait := (backoff{}); ; {
		sample, err := j.inspect(ctx, l.cfg.Hints)
		if abstract.ClassOf(err) != abstract.Transient || !wait.more() {
			return sample, err
		}
		if err := wait.sleep(ctx); err != nil {
			return nil, err
		}
	}
}

// receive waits for a job, no longer than patience unless that is 0. ok is
// false when there will be no more, or none came in time.
func receive(ctx context.Context, jobs <-chan *job, patience time.Duration) (j *job, ok bool, err error) {
	var late <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-late:
		return nil, false, nil
	case j, ok = <-jobs:
		return j, ok, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// withoutTable fails files without columns, of which no table can be made. A
// target without a ledger has no tables, and takes them.
func (l *load) withoutTable(ctx context.Context, taken []*job) ([]*job, error) {
	if l.ledger == nil {
		return taken, nil
	}
	for _, j := range taken {
		err := abstract.WithClass(abstract.FileOnly, fmt.Errorf(
			"the file has no columns, and table %q does not exist: load it together with files that have some", l.cfg.Table))
		if err := l.fail(ctx, j, err); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
