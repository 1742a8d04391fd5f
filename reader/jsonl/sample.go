package jsonl

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// A sample ends after that many records or that many decompressed bytes,
// whichever comes first.
const (
	SampleRecords = 20_480
	SampleBytes   = 16 << 20
)

// Sample reads the beginning of a file; see [reader.Format]. It refuses a
// file whose beginning shows that it is another kind of JSON, rather than
// leaving every line of it to be a bad record.
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	s := newSampler()
	if err := s.read(ctx, file, hints); err != nil {
		return reader.Sample{}, named(file, err)
	}
	return s.result(), nil
}

// sampler collects what the beginning of a file tells.
type sampler struct {
	walker
	dialect  reader.Dialect
	columns  []reader.Evidence
	records  int64
	bad      int64 // of them
	firstBad string
	complete bool
}

// newSampler returns a sampler whose targets are the columns it has seen, one
// for names that differ only in case.
func newSampler() *sampler {
	targets := make(map[string]*target)
	s := &sampler{dialect: reader.Dialect{Format: Name}}
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

func (s *sampler) read(ctx context.Context, file reader.File, hints reader.Hints) error {
	limits := reader.SampleLimits(hints)
	blocks, err := reader.OpenBlocks(ctx, file, limits, reader.Shape{Split: splitSample, Encoding: hints.Encoding, TooLong: tooLong, BatchRows: SampleRecords})
	if err != nil {
		return err
	}
	defer blocks.Close()
	blocks.Describe(&s.dialect)
	for s.records < SampleRecords && blocks.Offset() < SampleBytes {
		block, err := blocks.Next(ctx, SampleRecords)
		if err == io.EOF {
			s.complete = true
			break
		}
		if err != nil {
			return err
		}
		err = s.observe(block)
		blocks.Recycle(&block)
		if err != nil || hints.DialectOnly && s.records > 0 {
			return err
		}
	}
	if s.bad > 0 && s.bad == s.records {
		return reader.FileOnly("none of its first %d records can be read, %s", s.records, s.firstBad)
	}
	return nil
}

// splitSample takes the first line of an array as it comes, however long it
// is: it will be refused by its first byte.
func splitSample(data []byte, offset int64, most int, atEOF bool) (end, records int) {
	end, records = reader.SplitLines(data, offset, most, atEOF)
	if end == 0 && offset == 0 && beginsArray(data) {
		return len(data), 1
	}
	return end, records
}

// beginsArray tells whether the beginning of a file is that of an array.
func beginsArray(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte(reader.BOM)), " \t\r\n")
	return len(data) > 0 && data[0] == '['
}

// observe adds the records of a block to the evidence. What is bad whatever
// its columns' types are is counted, and no evidence.
func (s *sampler) observe(block reader.Block) error {
	in := newLines(block, s.dialect)
	for first, ok := in.next(); ok; first, ok = in.next() {
		s.records++
		reason := in.read(&s.walker, first)
		if s.records == 1 {
			if err := otherJSON(in.data[first:in.n], reason); err != nil {
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

// otherJSON refuses a file by its beginning, the first record of which is bad
// for that reason, if it is JSON, but not JSON lines.
func otherJSON(text []byte, reason string) error {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	more := len(bytes.TrimSpace(rest)) > 0
	var c json.Checker
	switch text[0] {
	case '[':
		if c.Valid(line) && more {
			return reader.FileOnly("its first line is an array: JSON lines are objects, with a key for each column")
		}
		return reader.FileOnly("the file is a JSON array, not JSON lines: write one object per line, as jq -c '.[]' does")
	case '{':
		// Does the object break off at the end of its line and go on behind it?
		if at, fault := c.Check(line); reason == "" || !more || fault == "" || at < len(line) {
			return nil
		}
		if at, fault := c.Check(text); fault == "" || fault == json.FaultAfter || at == len(text) {
			return reader.FileOnly("an object goes over several lines, which is not JSON lines: write one object per line, as jq -c . does")
		}
	}
	return nil
}

func (s *sampler) observeField(data []byte, f *field) error {
	if f.problem != "" {
		return nil // its value is null
	}
	if f.column < 0 {
		if len(s.columns) == reader.MaxColumns {
			return reader.FileOnly("the first %d records have more than %d different keys: more columns are not read",
				s.records, reader.MaxColumns)
		}
		f.column = len(s.columns)
		s.columns = append(s.columns, reader.Evidence{Name: f.as.name})
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
	default:
		e.Observe(value)
	}
	return nil
}

// result is the sample.
func (s *sampler) result() reader.Sample {
	for i := range s.columns {
		s.columns[i].Nulls = s.records - s.bad - s.columns[i].Values
	}
	out := reader.Sample{Dialect: s.dialect, Columns: s.columns, Sparse: true, Records: int(s.records), Complete: s.complete}
	if s.bad > 0 {
		out.Notes = []string{fmt.Sprintf("%d of the first %d records are bad, %s", s.bad, s.records, s.firstBad)}
	}
	return out
}
