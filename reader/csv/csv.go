package csv

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// format is the [reader.Format]. It has no state.
type format struct {
	name      string
	delimiter byte
}

// tooLong is the likely reason for a record beyond the limit.
const tooLong = "is a quote not closed?"

// New returns the format "csv": commas, unless the user says otherwise.
func New() reader.Format { return format{name: "csv", delimiter: ','} }

// NewTSV returns the format "tsv": tabs, unless the user says otherwise.
func NewTSV() reader.Format { return format{name: "tsv", delimiter: '\t'} }

// Name is the name of the format.
func (f format) Name() string { return f.name }

// Read reads the file; see [reader.Format]. On resuming, the header is read
// again and must be the one that the dialect records.
func (f format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	d, err := f.decoder(req)
	if err != nil {
		return named(req.File, err)
	}
	blocks, err := reader.OpenBlocks(ctx, req.File, req.Limits, reader.Shape{
		Split: d.split.split, Encoding: req.Dialect.Encoding, TooLong: tooLong, RowBytes: column.RowBytes(req.Schema) + req.OnBadRow.RejectBytes() + rescueBytes(req.Dialect),
		BatchRows: req.BatchRows, BatchBytes: req.BatchBytes,
	})
	if err != nil {
		return named(req.File, err)
	}
	defer blocks.Close()
	if err := d.position(ctx, blocks, req); err != nil {
		return named(req.File, err)
	}
	return blocks.Run(ctx, req, d.decode, emit)
}

// decoder makes ready what the request asks for.
func (f format) decoder(req reader.Request) (*decoder, error) {
	if req.Dialect.Format != f.name {
		return nil, fmt.Errorf("dialect of format %q given to %q", req.Dialect.Format, f.name)
	}
	d, err := parseDialect(req.Dialect)
	if err != nil {
		return nil, err
	}
	if err := reader.CheckTypes(req.Schema, f.name); err != nil {
		return nil, err
	}
	if n, most := len(req.Dialect.Columns), req.Limits.Bounds.MostColumns(reader.MaxColumns); n > most {
		return nil, reader.FileOnly("the dialect has %d columns: more than %d are not read (--max-columns)", n, most)
	}
	target, err := req.Match(req.Dialect.Columns)
	if err != nil {
		return nil, err
	}
	rescue, err := req.RescuePlace()
	if err != nil {
		return nil, err
	}
	if err := req.Dialect.CheckRescue(req.Dialect.Columns); err != nil {
		return nil, err
	}
	out := &decoder{
		rescue:  rescue,
		widen:   req.Widen,
		dialect: d, names: req.Dialect.Columns, target: target,
		schema: req.Schema, arrow: req.Schema.Arrow(),
		goesOn: req.OnBadRow.GoesOn(), keep: req.OnBadRow == reader.Quarantine, refused: req.Refused, locate: req.Locate,
		textBytes: make([]atomic.Int64, len(req.Schema)),
	}
	out.split.dialect = &out.dialect
	return out, nil
}

// position checks that the file is the one that the dialect describes, and
// moves to where the request begins.
func (d *decoder) position(ctx context.Context, blocks *reader.Blocks, req reader.Request) error {
	if err := blocks.Check(req.Dialect); err != nil {
		return err
	}
	if req.Dialect.Header {
		h, err := readHead(ctx, blocks, &d.split, req.Limits.Bounds.MostColumns(reader.MaxColumns))
		if err != nil {
			return fmt.Errorf("read the header: %w", err)
		}
		names, err := h.names(&d.dialect)
		if err != nil {
			return err
		}
		if !slices.Equal(names, req.Dialect.Columns) {
			return reader.FileOnly("the header has columns %.200q, its dialect %.200q", names, req.Dialect.Columns)
		}
	}
	if req.Offset == 0 {
		return nil
	}
	if req.Offset < blocks.Offset() {
		return reader.FileOnly("resume at byte %d: it lies inside the header, which ends at byte %d", req.Offset, blocks.Offset())
	}
	return blocks.Seek(ctx, req.Offset)
}

// named puts the file's name before an error of it.
func named(file reader.File, err error) error { return fmt.Errorf("%s: %w", file.ID(), err) }
