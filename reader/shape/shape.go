package shape

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seed-ede61cd5/sluice/reader"
)

// format is the [reader.Format]. It has no state.
type format struct {
	inner   reader.Format
	shaping reader.Shaping
	now     func() time.Time
}

// New returns a format that shapes the rows of another. Files are sampled with
// that shaping, which [reader.Shaping.Check] finds nothing wrong with, and read
// with the one that their dialect has: also where that is another, or none.
// now tells the time for [reader.MetaLoadedAt].
func New(inner reader.Format, shaping reader.Shaping, now func() time.Time) reader.Format {
	return format{inner, shaping, now}
}

// Name is the name of the format whose rows are shaped.
func (f format) Name() string { return f.inner.Name() }

// Sample reads the beginning of a file; see [reader.Format]. The columns are
// those of the rows. Of a sparse file they have all that are selected. A file
// without columns gets none.
func (f format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	sample, err := f.inner.Sample(ctx, file, hints)
	if err != nil || f.shaping.IsZero() {
		return sample, err
	}
	shaping := f.shaping
	if slices.ContainsFunc(shaping.Meta, func(m reader.Meta) bool { return m.What == reader.MetaLoadedAt }) {
		shaping.LoadedAt = f.now().UTC().Truncate(time.Microsecond)
	}
	sample.Dialect.Shaping = &shaping
	added, err := extras(&shaping, file)
	if err != nil {
		return reader.Sample{}, named(file, err)
	}
	for _, e := range added {
		shaping.Added = append(shaping.Added, e.name)
	}
	if len(sample.Columns) == 0 { // there is nothing in it
		return sample, nil
	}
	if sample.Columns, err = columns(&shaping, added, sample); err != nil {
		return reader.Sample{}, named(file, err)
	}
	return sample, nil
}

// columns is the columns of the rows, with what is known of their types.
func columns(s *reader.Shaping, added []extra, sample reader.Sample) ([]reader.Evidence, error) {
	out, err := arranged(s, sample)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(out))
	for i, e := range out {
		names[i] = e.Name
	}
	if err := distinct(added, names); err != nil {
		return nil, err
	}
	for _, e := range added {
		out = append(out, e.evidence)
	}
	return out, nil
}

// arranged is the file's own columns among those of the rows.
func arranged(s *reader.Shaping, sample reader.Sample) ([]reader.Evidence, error) {
	found := sample.Columns
	places := make(map[string]int, len(found)) // by folded name
	list := make([]string, len(found))
	for i, e := range found {
		list[i], places[reader.FoldName(e.Name)] = e.Name, i
	}
	names, err := s.Arrange(list, sample.Sparse)
	if err != nil {
		return nil, err
	}
	var out []reader.Evidence
	if len(s.Select) == 0 {
		for i, e := range found {
			if e.Name = names[i]; e.Name != "" {
				out = append(out, e)
			}
		}
		return out, nil
	}
	namer := reader.NewNamer(s)
	for _, name := range s.Select {
		var e reader.Evidence
		if i, seen := places[reader.FoldName(name)]; seen {
			e, e.Name = found[i], names[i]
		} else {
			e.Name, _ = namer.Column(name)
		}
		out = append(out, e)
	}
	// What is rescued of the others is none of the file's columns to select.
	if i, ok := places[reader.FoldName(sample.Dialect.Rescue)]; ok && sample.Dialect.Rescue != "" {
		out = append(out, found[i])
	}
	return out, nil
}

// named puts the file's name before an error of it.
func named(file reader.File, err error) error { return fmt.Errorf("%s: %w", file.ID(), err) }
