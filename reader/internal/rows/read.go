package rows

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// A sample ends after that many records or that many decompressed bytes,
// whichever comes first.
const (
	SampleRecords = 20_480
	SampleBytes   = 16 << 20
)

// Read reads a file; see [reader.Format]. shape says how its records are found;
// the rest of it is what the request says.
func Read(ctx context.Context, req reader.Request, shape reader.Shape, d *Decoder, emit reader.Emit) error {
	shape.RowBytes = column.RowBytes(req.Schema) + req.OnBadRow.RejectBytes()
	shape.BatchRows, shape.BatchBytes = req.BatchRows, req.BatchBytes
	blocks, err := reader.OpenBlocks(ctx, req.File, req.Limits, shape)
	if err != nil {
		return Named(req.File, err)
	}
	defer blocks.Close()
	if err := blocks.Check(req.Dialect); err != nil {
		return Named(req.File, err)
	}
	if req.Offset > 0 {
		if err := blocks.Seek(ctx, req.Offset); err != nil {
			return Named(req.File, err)
		}
	}
	return blocks.Run(ctx, req, d.Decode, emit)
}

// Check says why a record is bad, if it is. notText is [reader.Dialect.NotText].
type Check func(record []byte, notText string) (reason string)

// Sample goes through the beginning of a file. The sample is dialect, with
// what was recognised, and has no columns. A file without any good record is refused. Where
// the dialect is all that is asked for, no record is looked at.
func Sample(ctx context.Context, file reader.File, hints reader.Hints, shape reader.Shape, dialect reader.Dialect,
	layout Layout, check Check) (reader.Sample, error) {
	shape.BatchRows = SampleRecords
	blocks, err := reader.OpenBlocks(ctx, file, reader.SampleLimits(hints), shape)
	if err != nil {
		return reader.Sample{}, Named(file, err)
	}
	defer blocks.Close()
	s := sampler{sample: reader.Sample{Dialect: dialect}, layout: layout, check: check}
	blocks.Describe(&s.sample.Dialect)
	s.notText = s.sample.Dialect.NotText()
	if hints.DialectOnly {
		return s.sample, nil
	}
	if err := s.read(ctx, blocks); err != nil {
		return reader.Sample{}, Named(file, err)
	}
	return s.sample, nil
}

// sampler goes through the records of a sample.
type sampler struct {
	sample  reader.Sample
	layout  Layout
	check   Check
	notText string
	bad     int
	first   string // why the first bad record is bad, and which it is
}

func (s *sampler) read(ctx context.Context, blocks *reader.Blocks) error {
	for s.sample.Records < SampleRecords && blocks.Offset() < SampleBytes {
		block, err := blocks.Next(ctx, SampleRecords)
		if err == io.EOF {
			s.sample.Complete = true
			break
		}
		if err != nil && s.sample.Records > s.bad && abstract.ClassOf(err) == abstract.FileOnly {
			// The rows before it are to be loaded all the same.
			s.note("it will fail after %d records, %v", s.sample.Records, err)
			break
		}
		if err != nil {
			return err
		}
		s.observe(&block)
		blocks.Recycle(&block)
	}
	if s.bad > 0 && s.bad == s.sample.Records {
		return reader.FileOnly("none of its first %d records can be read, %s", s.bad, s.first)
	}
	if s.bad > 0 {
		s.note("%d of the first %d records are bad, %s", s.bad, s.sample.Records, s.first)
	}
	return nil
}

// observe counts the records of a block, and those that are bad.
func (s *sampler) observe(block *reader.Block) {
	for first, end, next := s.layout(block, 0); first >= 0; first, end, next = s.layout(block, next) {
		s.sample.Records++
		if reason := s.check(block.Data[first:end:end], s.notText); reason != "" {
			if s.bad++; s.bad == 1 {
				s.first = fmt.Sprintf("the first bad one is record %d: %s", s.sample.Records, reason)
			}
		}
	}
}

func (s *sampler) note(format string, args ...any) {
	s.sample.Notes = append(s.sample.Notes, fmt.Sprintf(format, args...))
}

// Named puts the file's name before an error of it.
func Named(file reader.File, err error) error { return fmt.Errorf("%s: %w", file.ID(), err) }
