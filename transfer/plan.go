package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
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
	SQL     string          `json:"sql,omitempty"` // empty if nothing would be created
}

// Refusal is a file that would not be loaded.
type Refusal struct {
	Object string `json:"object"`
	Reason string `json:"reason"`
}

// SampledFile is a file whose beginning was looked at.
type SampledFile struct {
	Object  string         `json:"object"`
	Size    int64          `json:"size"`
	Dialect reader.Dialect `json:"dialect"`
	Notes   []string       `json:"notes,omitempty"`
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
	if d.Flatten > 0 {
		words = append(words, "objects flattened")
	}
	if d.Rescue != "" {
		words = append(words, "what does not fit into "+d.Rescue)
	}
	if d.Encoding != "" {
		words = append(words, d.Encoding)
	}
	if d.Delimiter != "" {
		words = append(words, fmt.Sprintf("delimiter %q", d.Delimiter))
		if !d.Header {
			words = append(words, "no header")
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
	l := &load{cfg: cfg, ledger: cfg.Target.Ledger(), dry: true, stats: &stats{}}
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
	plan.Schema, plan.SQL, plan.Exists = l.schema, l.created, l.exists
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
	for _, j := range taken {
		sample, err := j.inspect(ctx, l.cfg.Hints)
		if err != nil {
			l.ended(Outcome{Object: j.id, Err: err})
			continue
		}
		plan.Records += int64(sample.Records)
		plan.Samples = append(plan.Samples, SampledFile{
			Object: j.id.String(), Size: j.file.Info.Size, Dialect: sample.Dialect, Notes: sample.Notes,
		})
	}
	return ctx.Err()
}
