package avro

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// Name is the name that --format takes.
const Name = "avro"

// format is the [reader.Format]. It has no state.
type format struct{}

// New returns the format "avro".
func New() reader.Format { return format{} }

// Name is the name of the format.
func (format) Name() string { return Name }

// Sample reads the header, which tells everything but the number of records; see
// [reader.Format].
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (s reader.Sample, err error) {
	defer func() {
		if err != nil {
			err = named(file, err)
		}
	}()
	defer contained(&err)
	src, err := openSource(ctx, file, 64<<10)
	if err != nil {
		return s, err
	}
	defer src.close()
	head, err := readHeader(src)
	if err != nil {
		return s, err
	}
	columns, err := columnsOf(head.root, hints.Bounds)
	if err != nil {
		return s, err
	}
	s.Dialect.Format, s.Dialect.Rescue = Name, hints.Rescue
	if src.left() == 0 { // no records
		s.Complete, err = src.ended()
	} else if len(columns) == 0 {
		err = reader.FileOnly("the records of the file have no fields")
	}
	for _, c := range columns {
		e := reader.Evidence{Name: c.name}
		e.Declare(c.natural())
		s.Dialect.Columns = append(s.Dialect.Columns, c.name)
		s.Columns = append(s.Columns, e)
	}
	s.Columns = s.Dialect.WithRescue(s.Columns)
	return s, errors.Join(err, s.Dialect.CheckRescue(s.Dialect.Columns))
}

// Read reads the file; see [reader.Format]. Offsets are numbers of records.
func (format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	r, err := newRead(ctx, req)
	if err != nil {
		return named(req.File, err)
	}
	defer r.close()
	return reader.Run(ctx, req, r, emit)
}

// newRead reads the header and makes ready what the request asks for.
func newRead(ctx context.Context, req reader.Request) (r *read, err error) {
	defer contained(&err)
	if req.Dialect.Format != Name {
		return nil, fmt.Errorf("dialect of format %q given to %q", req.Dialect.Format, Name)
	}
	if req.Offset < 0 {
		return nil, reader.FileOnly("resume at record %d", req.Offset)
	}
	src, err := openSource(ctx, req.File, readAhead)
	if err != nil {
		return nil, err
	}
	r = &read{request: req, source: src, arrow: req.Schema.Arrow(), skip: req.Offset}
	started := false
	defer func() {
		if !started {
			src.close()
		}
	}()
	if r.head, err = readHeader(src); err != nil {
		return nil, err
	}
	if err := r.match(); err != nil {
		return nil, err
	}
	r.measure()
	r.share = req.Limits.Open(r.usual)
	started = true
	return r, nil
}

// match finds the places of the file's columns in the schema, and checks that
// those of the schema can hold what the file has.
func (r *read) match() (err error) {
	if r.columns, err = columnsOf(r.head.root, r.request.Limits.Bounds); err != nil {
		return err
	}
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = c.name
	}
	if !slices.Equal(names, r.request.Dialect.Columns) {
		return reader.FileOnly("the file has columns %.200q, its dialect %.200q", names, r.request.Dialect.Columns)
	}
	for _, c := range r.request.Schema {
		if c.Type.Arrow() == nil {
			return fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type)
		}
	}
	if err := r.request.Dialect.CheckRescue(names); err != nil {
		return err
	}
	if r.rescue, err = r.request.RescuePlace(); err != nil {
		return err
	}
	if r.target, err = r.request.Match(names); err != nil {
		return err
	}
	for i, place := range r.target {
		if place < 0 {
			continue
		}
		c, typ := r.columns[i], r.request.Schema[place].Type
		switch {
		case newField(c.node, typ) != nil:
		case r.rescue >= 0:
			r.target[i] = reader.Rescued
		default:
			return reader.FileOnly("column %q is %s in the file, which a column of type %s cannot hold", c.name, c.describe(), typ)
		}
	}
	r.text = make([]atomic.Int64, len(r.request.Schema))
	return nil
}

// measure decides how much of a file is read and decoded at once.
func (r *read) measure() {
	req := r.request
	r.rowBytes = column.RowBytes(req.Schema) + req.OnBadRow.RejectBytes()
	r.budget = req.Limits.BlockCost()
	most := int64(reader.DefaultBatchRows)
	if req.BatchRows > 0 {
		most = int64(req.BatchRows)
	}
	r.rows = max(min(most, r.budget/2/max(r.rowBytes, 1)), 1)
	body := r.source.left() // behind the header, which is most of a small file
	r.usual = min(r.budget, 8*body+min(r.rows, body)*r.rowBytes)
	r.maxBlock = min(max(req.Limits.Limit(), 16<<20), 256<<20)
	if r.mostUnpacked = req.Limits.MostUnpacked(req.File.Info.Size); r.mostUnpacked > 0 {
		r.mostEmpty = max(req.File.Info.Size*req.Limits.MaxRatio, freeEmpty)
	}
}

// contained turns a panic of a library into an error of the file.
func contained(err *error) {
	if p := recover(); p != nil {
		*err = reader.FileOnly("read Avro: panic: %v", p)
	}
}

// named puts the file's name before an error of it.
func named(file reader.File, err error) error {
	return fmt.Errorf("%s: %w", object.ID(file.Bucket, file.Info), err)
}
