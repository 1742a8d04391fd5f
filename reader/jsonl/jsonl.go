package jsonl

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/jsonrow"
)

// Name is the name of the format.
const Name = "jsonl"

// tooLong is the likely reason for a record beyond the limit.
const tooLong = "is it a JSON document that is not JSON lines? Use --format json"

// format is the [reader.Format]. It has no state.
type format struct{}

// New returns the format "jsonl".
func New() reader.Format { return format{} }

// Name is the name of the format.
func (format) Name() string { return Name }

// Read reads the file; see [reader.Format].
func (format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	if req.Dialect.Format != Name {
		return named(req.File, fmt.Errorf("dialect of format %q given to %q", req.Dialect.Format, Name))
	}
	if err := jsonrow.Check(req, Name); err != nil {
		return named(req.File, err)
	}
	blocks, err := reader.OpenBlocks(ctx, req.File, req.Limits, reader.Shape{
		Split: reader.SplitLines, Encoding: req.Dialect.Encoding, TooLong: tooLong, RowBytes: column.RowBytes(req.Schema) + req.OnBadRow.RejectBytes(),
		BatchRows: req.BatchRows, BatchBytes: req.BatchBytes,
	})
	if err != nil {
		return named(req.File, err)
	}
	defer blocks.Close()
	if err := position(ctx, blocks, req); err != nil {
		return named(req.File, err)
	}
	return blocks.Run(ctx, req, jsonrow.NewDecoder(req, jsonrow.Lines{}).Decode, emit)
}

// position checks that the file is the one that the dialect describes, and
// moves to where the request begins.
func position(ctx context.Context, blocks *reader.Blocks, req reader.Request) error {
	if err := blocks.Check(req.Dialect); err != nil || req.Offset == 0 {
		return err
	}
	return blocks.Seek(ctx, req.Offset)
}

// named puts the file's name before an error of it.
func named(file reader.File, err error) error { return fmt.Errorf("%s: %w", file.ID(), err) }
