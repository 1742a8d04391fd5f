package jsondoc

import (
	"context"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/jsonrow"
)

// Sample reads the beginning of a file; see [reader.Format]. What is ahead of
// the records is read too, whatever its size, but for the dialect alone.
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	return sample(ctx, file, hints, newFramer(hints.RecordsPath, hints.Bounds))
}

// sample samples a document.
func sample(ctx context.Context, file reader.File, hints reader.Hints, f *framer) (reader.Sample, error) {
	blocks, err := open(ctx, file, hints, f.frame)
	if err != nil {
		return reader.Sample{}, named(file, err)
	}
	defer blocks.Close()
	s := jsonrow.NewSampler(jsonrow.Elements{}, hints.Flatten, hints.Bounds)
	if !hints.DialectOnly {
		if err := s.Read(ctx, blocks, false, nil); err != nil {
			return reader.Sample{}, named(file, err)
		}
	}
	return s.Result(dialect(blocks, hints)), nil
}

// open opens a file to sample it.
func open(ctx context.Context, file reader.File, hints reader.Hints, frame reader.FrameFunc) (*reader.Blocks, error) {
	return reader.OpenBlocks(ctx, file, reader.SampleLimits(hints),
		reader.Shape{Frame: frame, Encoding: hints.Encoding, TooLong: tooLong, BatchRows: jsonrow.SampleRecords})
}

// dialect is how a document is read.
func dialect(blocks *reader.Blocks, hints reader.Hints) reader.Dialect {
	d := reader.Dialect{Format: Name, RecordsPath: hints.RecordsPath, Flatten: hints.Flatten, Rescue: hints.Rescue}
	blocks.Describe(&d)
	return d
}
