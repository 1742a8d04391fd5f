package transfer

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
)

// foundAhead is how many files may wait to be loaded while discovery goes on: a
// page, so that the next one is listed, and looked up in the ledger, while the
// files of this one are read.
const foundAhead = 1000

// discover lists the source and sends what is still to be done to jobs, page
// by page. What the ledger knows as done or parked is counted and left out.
func (l *load) discover(ctx context.Context, jobs chan<- *job) error {
	return l.cfg.Source.Pages(ctx, func(ctx context.Context, bucket object.Bucket, page []object.Info) error {
		open, err := l.subtract(ctx, bucket, page)
		if err != nil {
			return err
		}
		for _, j := range open {
			if j.format, err = l.cfg.Format(j.id.Key); err != nil {
				if err := l.fail(ctx, j, abstract.WithClass(abstract.FileOnly, err)); err != nil {
					return err
				}
				continue
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
}

// subtract returns the page's objects that are to be loaded, each with its
// ledger entry. It costs two short transactions, whatever the page's size.
func (l *load) subtract(ctx context.Context, bucket object.Bucket, page []object.Info) ([]*job, error) {
	if !l.dry { // else nothing ends
		// Claimed before the ledger is asked: what ended meanwhile is in it.
		page = l.flying.claim(bucket, page)
	}
	jobs := make([]*job, len(page))
	for i, info := range page {
		jobs[i] = &job{file: reader.File{Bucket: bucket, Info: info}, id: object.ID(bucket, info)}
	}
	if l.ledger == nil {
		l.stats.found(jobs...)
		return jobs, nil
	}
	known, err := l.lookup(ctx, bucket.Name(), page)
	if err != nil {
		return nil, err
	}
	fresh, err := l.registerNew(ctx, jobs, known)
	if err != nil {
		return nil, err
	}
	if fresh {
		if known, err = l.lookup(ctx, bucket.Name(), page); err != nil {
			return nil, err
		}
	}
	return l.sort(ctx, jobs, known)
}

// sort reports the jobs that the ledger closes, and returns the others.
func (l *load) sort(ctx context.Context, jobs []*job, known map[string][]ledger.Entry) (open []*job, err error) {
	var refused []*job
	var why []error
	for _, j := range jobs {
		found := pick(known[j.id.Key], j.id.Generation)
		refusal := found.refusal(l.cfg.OnChange)
		j.entry, j.replaces = found.entry, found.replaces(l.cfg.OnChange)
		switch entry := found.entry; {
		case entry.ID == 0 && !l.dry:
			refused, why = append(refused, j), append(why, errUnregistered)
		case entry.State == ledger.Done:
			l.skip(ctx, j)
		case entry.State == ledger.Parked && l.patient:
			l.leave(ctx, j)
		case entry.State == ledger.Parked:
			l.stats.refused()
			l.parked(ctx, j)
		case refusal != nil:
			refused, why = append(refused, j), append(why, refusal)
		default:
			open = append(open, j)
		}
	}
	// The whole page counts at once, so that the total that a display shows
	// runs ahead of the workers.
	l.stats.found(open...)
	for i, j := range refused {
		l.stats.refused()
		if err := l.fail(ctx, j, why[i]); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// lookup asks the ledger for all generations of the page's keys.
func (l *load) lookup(ctx context.Context, bucket string, page []object.Info) (map[string][]ledger.Entry, error) {
	keys := make([]string, len(page))
	for i, info := range page {
		keys[i] = info.Key
	}
	var entries []ledger.Entry
	err := l.ask(ctx, func() (err error) {
		entries, err = l.ledger.Lookup(ctx, l.cfg.Pipeline, bucket, keys)
		return err
	})
	if err != nil {
		return nil, err
	}
	known := make(map[string][]ledger.Entry, len(page))
	for _, e := range entries {
		known[e.Object.Key] = append(known[e.Object.Key], e)
	}
	return known, nil
}

// registerNew registers the jobs whose generation has no entry yet, and tells
// whether there were any.
func (l *load) registerNew(ctx context.Context, jobs []*job, known map[string][]ledger.Entry) (bool, error) {
	if l.dry {
		return false, nil
	}
	var list []ledger.Candidate
	for _, j := range jobs {
		if pick(known[j.id.Key], j.id.Generation).entry.ID == 0 {
			list = append(list, ledger.Candidate{Object: j.id, Version: j.file.Info.Version, Size: j.file.Info.Size})
		}
	}
	return len(list) > 0, l.ask(ctx, func() error { return l.ledger.Register(ctx, l.cfg.Pipeline, list) })
}
