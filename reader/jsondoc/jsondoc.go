package jsondoc

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/jsonrow"
)

// Name is the name of the format.
const Name = "json"

// tooLong is the likely reason for a record beyond the limit.
const tooLong = "is it a document with its records inside? Say where they are with --records-path"

// format is the [reader.Format]. It has no state.
type format struct{}

// New returns the format "json".
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
	f := newFramer(req.Dialect.RecordsPath, req.Limits.Bounds)
	blocks, err := reader.OpenBlocks(ctx, req.File, req.Limits, reader.Shape{
		Frame: f.frame, Encoding: req.Dialect.Encoding, TooLong: tooLong, RowBytes: column.RowBytes(req.Schema) + req.OnBadRow.RejectBytes(),
		BatchRows: req.BatchRows, BatchBytes: req.BatchBytes,
	})
	if err != nil {
		return named(req.File, err)
	}
	defer blocks.Close()
	if err := position(ctx, blocks, req); err != nil {
		return named(req.File, err)
	}
	return blocks.Run(ctx, req, jsonrow.NewDecoder(req, jsonrow.Elements{}).Decode, emit)
}

// position checks that the file is the one that the dialect describes, and
// moves to where the request begins. That is behind a record: what the blocks'
// framer has to know of the document it knows once it has met the first.
func position(ctx context.Context, blocks *reader.Blocks, req reader.Request) error {
	if err := blocks.Check(req.Dialect); err != nil || req.Offset == 0 {
		return err
	}
	first, err := blocks.Next(ctx, 1)
	if err == io.EOF {
		return reader.FileOnly("resume at byte %d: the file has no records", req.Offset)
	}
	if err != nil {
		return err
	}
	blocks.Recycle(&first)
	if end := blocks.Offset(); req.Offset < end {
		return reader.FileOnly("resume at byte %d: the first record ends at byte %d", req.Offset, end)
	}
	return blocks.Seek(ctx, req.Offset)
}

// named puts the file's name before an error of it.
func named(file reader.File, err error) error { return fmt.Errorf("%s: %w", file.ID(), err) }
