package parquet

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Name is the name that --format takes.
const Name = "parquet"

// format is the [reader.Format]. It has no state.
type format struct{}

// New returns the format "parquet".
func New() reader.Format { return format{} }

// Name is the name of the format.
func (format) Name() string { return Name }

// Sample reads the footer, which tells everything; see [reader.Format].
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (s reader.Sample, err error) {
	defer func() {
		if err != nil {
			err = named(file, err)
		}
	}()
	defer contained(&err)
	_, meta, err := open(ctx, file, footerTail)
	if err != nil {
		return s, err
	}
	s.Dialect.Format, s.Dialect.Rescue = Name, hints.Rescue
	s.Complete = true
	fields, _, err := columnsOf(meta, hints.Bounds)
	if err != nil {
		return s, err
	}
	s.Records = int(meta.rows)
	for _, f := range fields {
		e := reader.Evidence{Name: f.name}
		e.Declare(naturalType(f))
		s.Dialect.Columns = append(s.Dialect.Columns, f.name)
		s.Columns = append(s.Columns, e)
	}
	s.Columns = s.Dialect.WithRescue(s.Columns)
	return s, s.Dialect.CheckRescue(s.Dialect.Columns)
}

// naturalType is the type of a column where nobody asks for another.
func naturalType(f *node) abstract.Type {
	if f.flat() {
		return f.kind.Natural()
	}
	return abstract.JSON
}

// columnsOf is the file's columns, and the leaves below them.
func columnsOf(meta *metadata, bounds reader.Bounds) (fields, leaves []*node, err error) {
	root, leaves, err := buildSchema(meta.elements, bounds)
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, len(root.children))
	for i, f := range root.children {
		if names[i] = f.name; f.name == "" {
			names[i] = fmt.Sprintf("column%d", i+1)
		}
		if f.first() == nil {
			return nil, nil, reader.FileOnly("column %q is a group without fields, which is not read", f.name)
		}
	}
	if len(names) == 0 && meta.rows > 0 {
		return nil, nil, reader.FileOnly("the file has %d rows and no columns", meta.rows)
	}
	for i, name := range reader.Distinct(names) {
		root.children[i].name = name
	}
	return root.children, leaves, nil
}

// Read reads the file; see [reader.Format]. Offsets are numbers of rows.
func (format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	r, err := newRead(ctx, req)
	if err != nil {
		return named(req.File, err)
	}
	defer r.share.Close()
	return reader.Run(ctx, req, r, emit)
}

// newRead reads the footer and makes ready what the request asks for.
func newRead(ctx context.Context, req reader.Request) (r *read, err error) {
	defer contained(&err)
	if req.Dialect.Format != Name {
		return nil, fmt.Errorf("dialect of format %q given to %q", req.Dialect.Format, Name)
	}
	storage, meta, err := open(ctx, req.File, min(wholeFile, max(req.Limits.Limit()/4, footerTail)))
	if err != nil {
		return nil, err
	}
	r = &read{
		request: req, storage: storage, meta: meta, row: req.Offset,
		dataEnd: req.File.Info.Size - 8, maxPage: req.Limits.MaxPage(),
	}
	if err := r.match(); err != nil {
		return nil, err
	}
	r.arrow = req.Schema.Arrow()
	if req.Offset < 0 || req.Offset > meta.rows {
		return nil, reader.FileOnly("resume at row %d: the file has only %d", req.Offset, meta.rows)
	}
	r.share = req.Limits.Open(req.Limits.BlockCost())
	r.share.Keep(int64(len(storage.tail)))
	return r, nil
}

// match finds the places of the file's columns in the schema.
func (r *read) match() (err error) {
	if r.fields, r.leaves, err = columnsOf(r.meta, r.request.Limits.Bounds); err != nil {
		return err
	}
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = f.name
	}
	if !slices.Equal(names, r.request.Dialect.Columns) {
		return reader.FileOnly("the file has columns %.200q, its dialect %.200q", names, r.request.Dialect.Columns)
	}
	if err := r.request.Dialect.CheckRescue(names); err != nil {
		return err
	}
	target, err := r.request.Match(names)
	if err != nil {
		return err
	}
	if r.rescue, err = r.request.RescuePlace(); err != nil {
		return err
	}
	if err := r.checkTypes(target); err != nil {
		return err
	}
	r.project(target)
	for place := range r.request.Schema {
		if place != r.rescue && !slices.Contains(r.target, place) {
			r.missing = append(r.missing, place)
		}
	}
	r.text = make([]atomic.Int64, len(r.fields))
	return nil
}

// leftOut is what [reader.Request.Match] says of a field that is to be left out.
const leftOut = -1

// project leaves out the fields that are to be left out, whose columns are not
// fetched.
func (r *read) project(target []int) {
	all := r.fields
	r.fields, r.wanted = nil, make([]bool, len(r.leaves))
	for i, f := range all {
		if target[i] == leftOut {
			continue
		}
		r.fields, r.target = append(r.fields, f), append(r.target, target[i])
		for _, leaf := range f.below() {
			r.wanted[leaf.column] = true
		}
	}
}

// named puts the file's name before an error of it.
func named(file reader.File, err error) error {
	return fmt.Errorf("%s: %w", object.ID(file.Bucket, file.Info), err)
}
