package transfer

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// sampleFiles is how many files are looked at to decide the columns of a new
// table.
const sampleFiles = 10

// prepare makes sure that the table is there and knows its columns. To make a
// new one it takes jobs from the channel, which it returns.
func (l *load) prepare(ctx context.Context, jobs <-chan *job) (taken []*job, err error) {
	table, err := l.cfg.Target.Describe(ctx, l.cfg.Table)
	if err != nil {
		return nil, err
	}
	if table != nil {
		l.schema = table.Schema
		return nil, l.checkColumns(table.Schema)
	}
	var samples []*reader.Sample
	for len(taken) < sampleFiles || len(samples) == 0 {
		j, ok := <-jobs
		if !ok {
			break
		}
		taken = append(taken, j)
		// A file that cannot be sampled says so again when its turn comes.
		if sample, err := j.inspect(ctx, l.cfg.Hints); err == nil && len(sample.Columns) > 0 {
			samples = append(samples, sample)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.schema = infer(samples, l.cfg.Columns); len(l.schema) == 0 {
		return taken, nil // nothing but empty files
	}
	made := target.Table{Schema: l.schema, FileID: !l.cfg.NoFileID}
	l.created = l.cfg.Target.CreateSQL(l.cfg.Table, made)
	if l.dry {
		return taken, nil
	}
	return taken, l.cfg.Target.Create(ctx, l.cfg.Table, made)
}

// checkColumns refuses fixed types that an existing table does not have.
func (l *load) checkColumns(schema abstract.Schema) error {
	for _, c := range l.cfg.Columns {
		i := schema.Index(c.Name)
		if i < 0 {
			return fmt.Errorf("--column %s=%s: table %q exists and has no such column", c.Name, c.Type, l.cfg.Table)
		}
		if schema[i].Type != c.Type {
			return fmt.Errorf("--column %s=%s: table %q exists and takes %s there", c.Name, c.Type, l.cfg.Table, schema[i].Type)
		}
	}
	return nil
}

// infer decides the columns of a new table from the samples of some files.
// The names are those that most of the files have, so that one stray file
// does not shape the table; each type is the narrowest one that holds every
// value seen in a column of that name, in whichever file. What the user fixed
// wins.
func infer(samples []*reader.Sample, fixed abstract.Schema) abstract.Schema {
	counts := map[string]int{}
	var columns []reader.Evidence
	for _, s := range samples {
		counts[header(s)]++
	}
	most := 0
	for _, s := range samples {
		if n := counts[header(s)]; n > most {
			most, columns = n, s.Columns
		}
	}
	schema := make(abstract.Schema, 0, len(columns)+len(fixed))
	for _, c := range columns {
		evidence := reader.Evidence{Name: c.Name}
		for _, s := range samples {
			for _, other := range s.Columns {
				if other.Name == c.Name {
					evidence = evidence.Merge(other)
				}
			}
		}
		schema = append(schema, abstract.Column{Name: c.Name, Type: evidence.Type()})
	}
	for _, c := range fixed {
		if i := schema.Index(c.Name); i >= 0 {
			schema[i].Type = c.Type
		} else {
			schema = append(schema, c)
		}
	}
	return schema
}

// header is a sample's column names as one text.
func header(s *reader.Sample) string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return strings.Join(names, "\x00")
}
