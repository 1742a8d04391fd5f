package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// wantsColumns tells an error that ends a reading until the table has grown.
func wantsColumns(err error) (*reader.NewColumnsError, bool) {
	return errors.AsType[*reader.NewColumnsError](err)
}

// growError is why the table did not get columns, which may pass: somebody holds
// it, or the target is away. The file waits, and no other does.
type growError struct{ err error }

func (e *growError) Error() string { return e.err.Error() }
func (e *growError) Unwrap() error { return e.err }

func isGrow(err error) bool {
	_, ok := errors.AsType[*growError](err)
	return ok
}

// grow gives the table the columns that a file needs and that it still lacks, and
// wider types to those that are too narrow for it.
// No session of the caller's may have anything unflushed: the target could wait
// for it.
//
// Invariant 21: a column is in the table before the first row that needs it is
// pushed, and nothing else depends on when it was added. So an end of the
// process in between leaves a column that is NULL, and the next load finds it
// there.
//
// An error is a *growError if the target is to be tried again, or else ctx's or
// the file's own. Where the target does not take the columns, or the file has no
// good record, that is noted in the job, and the file is read as if none were to be
// added.
func (l *load) grow(ctx context.Context, j *job, news *reader.NewColumnsError) error {
	came := time.Now()
	select {
	case l.columns.adding <- struct{}{}: // one at a time
		defer func() { <-l.columns.adding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	switch {
	case len(l.stillLacking(news)) == 0 && len(l.stillNarrow(news)) == 0:
		return nil // another file has it
	case l.columns.failed.After(came): // those who waited do not wait in turn for the same
		return &growError{l.columns.cause}
	}
	if err := l.widen(ctx, j, news); err != nil || len(l.stillLacking(news)) == 0 {
		return err
	}
	if _, err := l.relook(ctx); err != nil {
		return l.ungrown(ctx, j, err)
	}
	if len(l.stillLacking(news)) == 0 {
		return nil
	}
	added, err := l.typesOf(ctx, j, news)
	if err != nil || len(added) == 0 {
		return err
	}
	if most := reader.MaxColumns; len(l.schema())+len(added) > most {
		return l.ungrown(ctx, j, fmt.Errorf("the table would have more than %d", most))
	}
	if err := l.cfg.Target.AddColumns(ctx, l.cfg.Table, added); err != nil {
		return l.ungrown(ctx, j, err)
	}
	if l.ledger == nil {
		l.columns.set(append(l.schema()[:len(l.schema()):len(l.schema())], added...)) // nothing else knows
		return nil
	}
	if _, err := l.relook(ctx); err != nil {
		return l.ungrown(ctx, j, err)
	}
	if lacking := l.stillLacking(news); len(lacking) > 0 {
		return l.ungrown(ctx, j, errors.New("the table does not have them afterwards"))
	}
	l.cfg.Logger.Info("added columns", "table", l.cfg.Table, "columns", added, "file", j.id)
	return nil
}

// stillLacking are the columns that the table lacks now.
func (l *load) stillLacking(news *reader.NewColumnsError) []reader.Evidence {
	table := l.columns.now.Load()
	var list []reader.Evidence
	for _, e := range news.Columns {
		if table.matcher.Lacks(e.Name) {
			list = append(list, e)
		}
	}
	return list
}

// ungrown goes on after columns could not be added.
func (l *load) ungrown(ctx context.Context, j *job, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case abstract.ClassOf(err) == abstract.Transient:
		l.columns.failed, l.columns.cause = time.Now(), err
		return &growError{err}
	}
	err = fmt.Errorf("the file has columns that table %q lacks, and they cannot be added: %w: add them yourself, or load with --on-new-column ignore",
		l.cfg.Table, err)
	l.cfg.Logger.Warn("columns were not added", "file", j.id, "error", err)
	j.ungrown = abstract.WithClass(abstract.FileOnly, err)
	return nil
}

// typesOf are the new columns with their types: what the user fixed, or else the
// narrowest that holds what the beginning of the file has, and what was seen
// where the file wanted them. A column without a value is text, as in a new
// table. There are none for a file without a good record, of which that is noted in
// the job.
func (l *load) typesOf(ctx context.Context, j *job, news *reader.NewColumnsError) (abstract.Schema, error) {
	hints := l.cfg.Hints
	hints.DialectOnly = false
	sample, err := j.format.Sample(ctx, j.file, hints)
	switch {
	case err == nil:
	case abstract.ClassOf(err) == abstract.FileOnly && news.Columns[0].Values > 0: // what was seen must do
	default:
		return nil, err // a file of which nothing can be read gives the table no columns
	}
	if err == nil && sample.Complete && sample.Bare() && !j.bare {
		j.bare = true
		return nil, nil
	}
	return l.inferNew(l.stillLacking(news), &sample), nil
}

// inferNew gives columns their types.
func (l *load) inferNew(columns []reader.Evidence, samples ...*reader.Sample) (added abstract.Schema) {
	taken := map[string]bool{}
	for _, e := range columns {
		name := reader.FoldName(e.Name)
		if taken[name] {
			continue // a twin of it: the file's own matter
		}
		taken[name] = true
		for _, s := range samples {
			for i := range s.Columns {
				if reader.FoldName(s.Columns[i].Name) == name {
					e = e.Merge(s.Columns[i])
				}
			}
		}
		column := abstract.Column{Name: e.Name, Type: e.Type()}
		if i := l.byUser.find(e.Name); i >= 0 {
			column = l.cfg.Columns[i]
		}
		added = append(added, column)
	}
	return added
}
