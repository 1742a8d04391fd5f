package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// Plan is what a load would do.
type Plan struct {
	Promise string          `json:"promise"`
	Files   int64           `json:"files"`
	Bytes   int64           `json:"bytes"`
	Skipped int64           `json:"files_skipped"`
	Refused []Refusal       `json:"refused,omitempty"`
	Samples []SampledFile   `json:"samples"`
	Records int64           `json:"records_sampled"`
	Exists  bool            `json:"table_exists"`
	Rejects string          `json:"quarantine_table,omitempty"` // where bad rows would be kept
	Schema  abstract.Schema `json:"schema"`
	// Added are the columns that the table would get from the files looked at, at
	// the least: others may bring more.
	Added abstract.Schema `json:"columns_added,omitempty"`
	// Widened are the columns that would get other types, likewise.
	Widened []target.Widening `json:"columns_widened,omitempty"`
	SQL     string            `json:"sql,omitempty"` // empty if nothing would be created, added or widened
}

// Refusal is a file that would not be loaded.
type Refusal struct {
	Object string `json:"object"`
	Reason string `json:"reason"`
}

// SampledFile is a file whose beginning was looked at.
type SampledFile struct {
	Object   string           `json:"object"`
	Size     int64            `json:"size"`
	Dialect  reader.Dialect   `json:"dialect"`
	Detected *reader.Detected `json:"detected,omitempty"` // what the content looks like
	Notes    []string         `json:"notes,omitempty"`
}

// Describe tells the dialect in words.
func (s SampledFile) Describe() string {
	d := s.Dialect
	words := []string{d.Format}
	if d.Compression != "" {
		words = append(words, d.Compression)
	}
	if len(d.RecordsPath) > 0 {
		words = append(words, "records at "+config.RecordsPath(d.RecordsPath).String())
	}
	if d.AccessFormat != "" {
		words = append(words, "written as "+d.AccessFormat)
	}
	if d.Flatten > 0 {
		words = append(words, "objects flattened")
	}
	if d.ProtoMessage != "" {
		words = append(words, "messages "+d.ProtoMessage)
	}
	if d.Rescue != "" {
		words = append(words, "what does not fit into "+d.Rescue)
	}
	if d.Encoding != "" {
		words = append(words, d.Encoding)
	}
	if d.Delimiter != "" {
		words = append(words, fmt.Sprintf("delimiter %q", d.Delimiter))
		switch d.Quote {
		case `"`:
		case "":
			words = append(words, "no quotes")
		default:
			words = append(words, fmt.Sprintf("quote %q", d.Quote))
		}
		if d.Escape != "" {
			words = append(words, fmt.Sprintf("escape %q", d.Escape))
		}
		if d.Comment != "" {
			words = append(words, fmt.Sprintf("comments %q", d.Comment))
		}
		if d.SkipLines > 0 {
			words = append(words, fmt.Sprintf("%d lines skipped", d.SkipLines))
		}
		if !d.Header {
			words = append(words, "no header")
		}
		if len(d.Null) > 0 {
			words = append(words, fmt.Sprintf("NULL %q", d.Null))
		}
	}
	if len(d.Columns) > 0 {
		words = append(words, fmt.Sprintf("%d columns", len(d.Columns)))
	}
	if d.Shaping != nil {
		words = append(words, d.Shaping.String())
	}
	return strings.Join(words, ", ")
}

// MakePlan lists the source, samples the first files and says what a load
// would do. It writes nothing. The target may be opened for reading only.
func MakePlan(ctx context.Context, cfg Config) (Plan, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return Plan{}, err
	}
	cfg.Hints.Detect = max(cfg.Hints.Detect, reader.DetectToTell)
	l := newLoad(cfg)
	l.dry = true
	if l.ledger != nil {
		exists, err := l.ledger.Exists(ctx)
		if err != nil {
			return Plan{}, err
		}
		if !exists {
			l.ledger = nil
		}
	}
	if err := l.prepareRejects(ctx); err != nil {
		return Plan{}, err
	}
	plan := Plan{Rejects: l.rejects, Promise: cfg.Target.Promise()}
	group, groupCtx := errgroup.WithContext(ctx)
	jobs := make(chan *job)
	group.Go(func() error { return l.feed(groupCtx, jobs) })
	group.Go(func() error {
		taken, err := l.prepare(groupCtx, jobs)
		if err != nil {
			return err
		}
		return l.sample(groupCtx, &plan, taken, jobs)
	})
	if err := errors.Join(group.Wait(), l.nothing); err != nil {
		return Plan{}, err
	}
	s := l.stats.snapshot()
	plan.Files, plan.Bytes, plan.Skipped = s.FilesFound, s.BytesFound, s.FilesSkipped
	for _, o := range l.stats.firstFailures() {
		plan.Refused = append(plan.Refused, Refusal{o.Object.String(), o.Reason()})
	}
	plan.Schema, plan.SQL, plan.Exists = l.schema(), l.created, l.exists
	statements := []string{plan.SQL}
	if len(plan.Widened) > 0 {
		statements = append(statements, cfg.Target.WidenColumnsSQL(cfg.Table, plan.Widened))
	}
	if len(plan.Added) > 0 {
		statements = append(statements, cfg.Target.AddColumnsSQL(cfg.Table, plan.Added))
	}
	plan.SQL = strings.Join(slices.DeleteFunc(statements, func(s string) bool { return s == "" }), ";\n")
	return plan, nil
}

// sample describes the first files, and lets the rest of the listing pass.
func (l *load) sample(ctx context.Context, plan *Plan, taken []*job, jobs <-chan *job) error {
	for {
		j, ok, err := receive(ctx, jobs, 0)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if len(taken) < sampleFiles {
			taken = append(taken, j)
		}
	}
	var samples []*reader.Sample
	for _, j := range taken {
		sample, err := j.inspect(ctx, l.cfg.Hints)
		if err != nil {
			l.ended(Outcome{Object: j.id, Err: err})
			continue
		}
		samples = append(samples, sample)
		plan.Records += int64(sample.Records)
		plan.Samples = append(plan.Samples, SampledFile{
			Object: j.id.String(), Size: j.file.Info.Size, Dialect: sample.Dialect, Detected: sample.Detected, Notes: sample.Notes,
		})
	}
	plan.Added, plan.Widened = l.wouldAdd(samples), l.wouldWiden(samples)
	return ctx.Err()
}

// wouldAdd is what the table would get of files with those samples.
func (l *load) wouldAdd(samples []*reader.Sample) abstract.Schema {
	if l.cfg.OnNewColumn != AddNew {
		return nil
	}
	news := &reader.NewColumnsError{}
	for _, s := range samples {
		bare, added := s.Complete && s.Bare(), s.Dialect.AddedColumns()
		for _, e := range s.Columns {
			if bare && !slices.Contains(added, e.Name) {
				continue
			}
			if !s.Sparse || e.Values > 0 { // else no record asks for it
				news.Columns = append(news.Columns, reader.Evidence{Name: e.Name})
			}
		}
	}
	known := indexNames(namesOf(l.toAdd))
	return append(l.toAdd, slices.DeleteFunc(l.inferNew(l.stillLacking(news), samples...), func(c abstract.Column) bool {
		return known.find(c.Name) >= 0 || strings.EqualFold(c.Name, target.FileIDColumn)
	})...)
}
