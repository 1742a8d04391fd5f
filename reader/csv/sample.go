package csv

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
)

// A sample ends after that many records or that many decompressed bytes,
// whichever comes first.
const (
	SampleRecords = 20_480
	SampleBytes   = 16 << 20
)

// Sample reads the beginning of a file; see [reader.Format].
func (f format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	hints, detected, err := f.detect(ctx, file, hints)
	if err != nil {
		return reader.Sample{}, err
	}
	s, err := f.newSampler(hints)
	if err != nil {
		return reader.Sample{}, err
	}
	s.detected = detected
	if err := s.read(ctx, file, hints); err != nil {
		return reader.Sample{}, named(file, err)
	}
	return s.result(), nil
}

// sampler collects what the beginning of a file tells.
type sampler struct {
	described reader.Dialect
	dialect   dialect
	detected  *reader.Detected

	head     head
	index    *index
	columns  []reader.Evidence
	records  int
	bad      int // of them
	firstBad *reader.BadRecord
	complete bool
}

func (f format) newSampler(hints reader.Hints) (*sampler, error) {
	s := &sampler{described: f.declared(hints)}
	var err error
	s.dialect, err = parseDialect(s.described)
	return s, err
}

// declared is the dialect that the hints say, with what the format is by itself
// where they say nothing.
func (f format) declared(hints reader.Hints) reader.Dialect {
	d := reader.Dialect{
		Format: f.name, Delimiter: string([]byte{f.delimiter}), Quote: `"`,
		Comment: hints.Comment, SkipLines: hints.SkipLines,
		Header: !hints.NoHeader, Null: hints.Null, Rescue: hints.Rescue,
	}
	if hints.Delimiter != 0 {
		d.Delimiter = string([]byte{hints.Delimiter})
	}
	switch {
	case hints.NoQuote:
		d.Quote = ""
	case hints.Quote != 0:
		d.Quote = string([]byte{hints.Quote})
	}
	if hints.Escape != 0 {
		d.Escape = string([]byte{hints.Escape})
	}
	return d
}

func (s *sampler) read(ctx context.Context, file reader.File, hints reader.Hints) error {
	limits := reader.SampleLimits(hints)
	split := &splitter{dialect: &s.dialect, detect: true}
	blocks, err := reader.OpenBlocks(ctx, file, limits, reader.Shape{Split: split.split, Encoding: hints.Encoding, TooLong: tooLong, BatchRows: SampleRecords})
	if err != nil {
		return err
	}
	defer blocks.Close()
	blocks.Describe(&s.described)
	s.dialect.notText = s.described.NotText()
	if s.head, err = readHead(ctx, blocks, split, hints.Bounds.MostColumns(reader.MaxColumns)); err != nil {
		return fmt.Errorf("read the first record: %w", err)
	}
	if err := s.name(); err != nil || hints.DialectOnly {
		return err
	}
	for s.records < SampleRecords && blocks.Offset() < SampleBytes {
		block, err := blocks.Next(ctx, SampleRecords)
		if err == io.EOF {
			s.complete = true
			return nil
		}
		if err != nil {
			return err
		}
		s.observe(block)
		blocks.Recycle(&block)
	}
	return nil
}

// name names the columns after the first record. If that is data, it is
// observed.
func (s *sampler) name() error {
	names := s.head.numbered()
	if s.described.Header {
		var err error
		if names, err = s.head.names(&s.dialect); err != nil {
			return err
		}
	}
	if err := s.described.CheckRescue(names); err != nil {
		return err
	}
	s.described.Columns = names
	if s.dialect.lineEnd == '\r' {
		s.described.LineEnd = lineEndCR
	}
	s.columns = make([]reader.Evidence, len(names))
	for i, name := range names {
		s.columns[i].Name = name
	}
	s.index = newIndex(&s.dialect, len(names), true, false)
	if s.described.Header || len(names) == 0 {
		return nil
	}
	if len(names) == 1 { // its empty lines are rows
		s.records = s.head.empty
		s.columns[0].Nulls = int64(s.head.empty)
	}
	s.observe(reader.Block{Data: s.head.record, Offset: 1})
	return nil
}

// observe adds the records of a block to the evidence. What is bad whatever
// its columns' types are is counted, and no evidence.
func (s *sampler) observe(block reader.Block) {
	data, n := s.dialect.pad(block.Data)
	x := s.index
	x.reset(n)
	for pos := 0; pos < n; {
		pos = x.fill(data, n, pos)
		for r := range x.rows {
			s.observeRow(data, x.cells[r*x.columns:(r+1)*x.columns])
		}
	}
	if x.bad != nil && s.firstBad == nil {
		s.firstBad = x.bad
		s.firstBad.Index += int64(s.records)
	}
	s.records += int(x.records)
	s.bad += int(x.rejected)
}

func (s *sampler) observeRow(data []byte, cells []cell) {
	for _, c := range cells {
		if s.dialect.unstorable(c.in(data)) != "" {
			return
		}
	}
	for i, c := range cells {
		s.dialect.observe(&s.columns[i], data, c)
	}
}

// result is the sample.
func (s *sampler) result() reader.Sample {
	return reader.Sample{
		Dialect: s.described, Columns: s.described.WithRescue(s.columns),
		Records: s.records, Complete: s.complete, Detected: s.detected, Notes: s.notes(),
	}
}

// notes are remarks on what looks wrong but can be read.
func (s *sampler) notes() []string {
	var notes []string
	if s.bad > 0 {
		notes = append(notes, fmt.Sprintf("%d of the first %d records are bad, the first is record %d: %s",
			s.bad, s.records, s.firstBad.Index+1, s.firstBad.Reason))
	}
	if len(s.columns) == 1 && s.detected == nil {
		for _, other := range []byte(",;\t|") {
			if other != s.dialect.delimiter && bytes.IndexByte(s.head.record, other) >= 0 {
				notes = append(notes, fmt.Sprintf("there is one column and its first line has a %q: is that the delimiter? (it is %q)",
					other, s.dialect.delimiter))
				break
			}
		}
	}
	return notes
}
