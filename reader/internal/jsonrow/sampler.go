package jsonrow

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// A sample ends after that many records or that many decompressed bytes,
// whichever comes first.
const (
	SampleRecords = 20_480
	SampleBytes   = 16 << 20
)

// Sampler collects what the beginning of a file tells.
type Sampler struct {
	walker
	layout   Layout
	notText  string
	columns  []reader.Evidence
	targets  []*target // of the columns
	records  int64
	bad      int64 // of them
	firstBad string
	complete bool
	breaks   error  // what is wrong with the file behind the records
	within   string // the first key of the first record that has an array of objects
}

// NewSampler returns a sampler whose targets are the columns it has seen, one
// for names that differ only in case. Objects are flattened to that many levels.
func NewSampler(layout Layout, levels int, bounds reader.Bounds) *Sampler {
	targets := make(map[string]*target)
	s := &Sampler{layout: layout, walker: walker{white: layout.white(), levels: levels, bounds: bounds}}
	s.keys = newKeys(func(name string) *target {
		t := targets[reader.FoldName(name)]
		if t == nil {
			t = &target{column: -1}
			targets[reader.FoldName(name)] = t
		}
		return t
	})
	return s
}

// SetLayout changes the layout before the first record is looked at.
func (s *Sampler) SetLayout(layout Layout) { s.layout, s.white = layout, layout.white() }

// Read goes through the sample, or to the first record if the dialect is all
// that is asked for. first, which may be nil, is told the text from the first
// record on, and why that is bad if it is; its error refuses the file.
func (s *Sampler) Read(ctx context.Context, blocks *reader.Blocks, dialectOnly bool, first func(text []byte, reason string) error) error {
	var d reader.Dialect
	blocks.Describe(&d)
	s.notText = d.NotText()
	for s.records < SampleRecords && blocks.Offset() < SampleBytes {
		block, err := blocks.Next(ctx, SampleRecords)
		if err == io.EOF {
			s.complete = true
			break
		}
		if err != nil && s.records > s.bad && abstract.ClassOf(err) == abstract.FileOnly {
			s.breaks = err // the rows before it are to be loaded all the same
			break
		}
		if err != nil {
			return err
		}
		err = s.observe(block, first)
		blocks.Recycle(&block)
		if err != nil || dialectOnly && s.records > 0 {
			return err
		}
	}
	if s.bad > 0 && s.bad == s.records {
		return reader.FileOnly("none of its first %d records can be read, %s", s.records, s.firstBad)
	}
	return nil
}

// observe adds the records of a block to the evidence. What is bad whatever
// its columns' types are is counted, and no evidence.
func (s *Sampler) observe(block reader.Block, check func([]byte, string) error) error {
	in := newRecords(block, s.layout, s.notText)
	for first, ok := in.next(); ok; first, ok = in.next() {
		s.records++
		reason := in.read(&s.walker, first)
		if s.records == 1 && check != nil {
			if err := check(in.data[first:in.n], reason); err != nil {
				return err
			}
		}
		if reason != "" {
			if s.bad++; s.bad == 1 {
				s.firstBad = fmt.Sprintf("the first bad one is record %d: %s", s.records, reason)
			}
			continue
		}
		for i := range s.fields {
			if err := s.observeField(in.data, &s.fields[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Sampler) observeField(data []byte, f *field) error {
	if f.problem != "" {
		return nil // its value is null
	}
	if f.column < 0 {
		if most := s.bounds.MostColumns(reader.MaxColumns); len(s.columns) == most {
			return reader.FileOnly("the first %d records have more than %d different keys: more columns are not read (--max-columns)",
				s.records, most)
		}
		f.column = len(s.columns)
		s.columns = append(s.columns, reader.Evidence{Name: f.as.name})
		s.targets = append(s.targets, f.target)
	}
	e := &s.columns[f.column]
	value := data[f.at:f.end]
	switch f.kind {
	case json.Null: // counted in the end, with the values that are missing
	case json.String:
		e.ObserveString(value)
	case json.Escaped:
		to := make([]byte, len(value))
		e.ObserveString(to[:json.Unquote(to, value)])
	case json.Object, json.Array:
		e.ObserveJSON()
		if s.records == 1 && s.within == "" && s.levels == 0 && f.kind == json.Array && data[json.Space(data, int(f.at)+1, s.white)] == '{' {
			s.within = e.Name
		}
	default:
		e.Observe(value)
	}
	return nil
}

// Result is the sample of a file that is read as that dialect says.
func (s *Sampler) Result(dialect reader.Dialect) reader.Sample {
	for i := range s.columns {
		s.columns[i].Nulls = s.records - s.bad - s.columns[i].Values
	}
	var columns []reader.Evidence
	for i, e := range s.columns {
		if rescues(dialect, e.Name) {
			continue // a key of that name is rescued itself
		}
		if e.Values > 0 || !s.targets[i].object { // else it is null where it is not flattened
			columns = append(columns, e)
		}
	}
	if dialect.Rescue != "" && len(columns) > 0 {
		e := reader.Evidence{Name: dialect.Rescue}
		e.Declare(abstract.JSON)
		columns = append(columns, e)
	}
	out := reader.Sample{Dialect: dialect, Columns: columns, Sparse: true, Records: int(s.records), Complete: s.complete}
	if s.bad > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d of the first %d records are bad, %s", s.bad, s.records, s.firstBad))
	}
	if s.breaks != nil {
		out.Notes = append(out.Notes, fmt.Sprintf("it will fail after %d records, %v", s.records, s.breaks))
	}
	if s.complete && s.records == 1 && s.within != "" && len(dialect.RecordsPath) == 0 {
		path := config.RecordsPath{s.within}
		out.Notes = append(out.Notes, fmt.Sprintf("it is a single record, which has an array of objects in %s: to load those, use --format json --records-path %s",
			reader.Quote([]byte(s.within)), path))
	}
	return out
}

// rescues tells whether that is the name of the column for what is rescued.
func rescues(d reader.Dialect, name string) bool {
	return d.Rescue != "" && reader.FoldName(name) == reader.FoldName(d.Rescue)
}
