package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// OnTypeConflict is what becomes of values that the type of their column in the
// table does not hold.
type OnTypeConflict int

const (
	// BadRow: the record is a bad one; a file of another form fails.
	BadRow OnTypeConflict = iota
	// Widen: the column gets a type that holds them and all that is there; for what
	// the beginning of a file has before it is read, and in the middle of text and
	// JSON when the record is come to.
	Widen
)

// beginning is what the beginning of a file tells: its dialect, and where columns
// are to be widened, the evidence for that. A file of which no evidence can be had
// may be read all the same.
func (l *load) beginning(ctx context.Context, j *job) (*reader.Sample, error) {
	hints := l.cfg.Hints
	hints.DialectOnly = l.cfg.OnTypeConflict != Widen // else the table's types are decided
	sample, err := j.inspect(ctx, hints)
	if !hints.DialectOnly && abstract.ClassOf(err) == abstract.FileOnly {
		hints.DialectOnly = true
		return j.inspect(ctx, hints)
	}
	return sample, err
}

// narrow are the columns whose types do not hold what the beginning of a file has
// for them. Of a file of which some is loaded the beginning does not matter any more.
func (l *load) narrow(j *job, table *tableColumns) (list []reader.Evidence) {
	if l.cfg.OnTypeConflict != Widen || j.entry.Started() || j.sample == nil {
		return nil
	}
	for _, e := range j.sample.Columns {
		if _, ok := l.widening(table, e); ok {
			list = append(list, e)
		}
	}
	return list
}

// widening is what is to become of a column for what a file has there. ok is false
// where it takes all of that, and where nothing is to be done about it.
func (l *load) widening(table *tableColumns, e reader.Evidence) (w target.Widening, ok bool) {
	at, err := table.matcher.Find(e.Name)
	if err != nil {
		return w, false // a new one, or the file's own matter
	}
	column := table.schema[at]
	w = target.Widening{Column: column.Name, From: column.Type, To: e.Widen(column.Type)}
	return w, w.From != w.To && l.byUser.find(column.Name) < 0
}

// stillNarrow are the columns that are to be widened now.
func (l *load) stillNarrow(news *reader.NewColumnsError) (list []target.Widening) {
	table := l.columns.now.Load()
	for _, e := range news.Narrow {
		if w, ok := l.widening(table, e); ok {
			list = append(list, w)
		}
	}
	return list
}

// maxWiden is how often a column is looked at again that others widen at the same
// time. Each time it gets wider, and it is text in the end.
const maxWiden = 50

// widen gives columns of the table the types that a file needs, with the token of
// [load.grow] in hand. As there, the error is a *growError if the target is to be
// tried again; where the target refuses, the file fails.
//
// Invariant 22: a column's type holds each value of every file that it has
// been a column for. So files that were begun before go on after it was widened,
// and batches that were read before are converted exactly when they are pushed.
func (l *load) widen(ctx context.Context, j *job, news *reader.NewColumnsError) error {
	for range maxWiden {
		changes := l.stillNarrow(news)
		if len(changes) == 0 {
			return nil
		}
		err := l.widenNow(ctx, j, news)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return ctx.Err()
		case abstract.ClassOf(err) == abstract.Transient:
			l.columns.failed, l.columns.cause = time.Now(), err
			return &growError{err}
		default:
			return l.unwidened(changes[0], err)
		}
	}
	if changes := l.stillNarrow(news); len(changes) > 0 {
		return l.unwidened(changes[0], errors.New("its type is not what it was changed to"))
	}
	return nil
}

// widenNow changes what is still to be changed, by the types that the table has
// now, and takes over what it has then.
func (l *load) widenNow(ctx context.Context, j *job, news *reader.NewColumnsError) error {
	if _, err := l.relook(ctx); err != nil {
		return err
	}
	changes := l.stillNarrow(news)
	if len(changes) == 0 {
		return nil
	}
	if err := l.cfg.Target.WidenColumns(ctx, l.cfg.Table, changes); err != nil {
		return err
	}
	l.cfg.Logger.Info("widened columns", "table", l.cfg.Table, "columns", changes, "file", j.id)
	if l.ledger == nil {
		l.columns.set(widened(l.schema(), changes)) // nothing else knows
		return nil
	}
	_, err := l.relook(ctx)
	return err
}

// unwidened is why a file fails for want of wider columns.
func (l *load) unwidened(w target.Widening, err error) error {
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf(
		"column %q of table %q is %s and would have to be %s for the file, which cannot be: %w: change it yourself, or load with --on-type-conflict bad-row",
		w.Column, l.cfg.Table, w.From, w.To, err))
}

// widened is the schema after changes.
func widened(schema abstract.Schema, changes []target.Widening) abstract.Schema {
	schema = slices.Clone(schema)
	for _, w := range changes {
		if i := schema.Index(w.Column); i >= 0 {
			schema[i].Type = w.To
		}
	}
	return schema
}

// wouldWiden is what columns of the table would get of files with those samples.
func (l *load) wouldWiden(samples []*reader.Sample) (list []target.Widening) {
	if l.cfg.OnTypeConflict != Widen {
		return nil
	}
	before := l.schema()
	after := before
	for _, s := range samples {
		for _, e := range s.Columns {
			table := &tableColumns{after, reader.NewMatcher(after)}
			if w, ok := l.widening(table, e); ok {
				after = widened(after, []target.Widening{w})
			}
		}
	}
	for i, column := range after {
		if from := before[i].Type; from != column.Type {
			list = append(list, target.Widening{Column: column.Name, From: from, To: column.Type})
		}
	}
	return list
}
