// Package inspect tells what a file is: how it is written, which columns it has,
// its first rows, and what is wrong with others. It knows no format but what
// [reader.Format] promises, and stores nothing.
package inspect

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// It reads on until so many records or bytes of a file were read, whichever comes
// first.
const (
	MostRecords = 20_480
	mostBytes   = 16 << 20
)

// Config is what to look for.
type Config struct {
	// Hints are the user's words on how files are written, Columns the types that
	// the user fixes.
	Hints   reader.Hints
	Columns abstract.Schema
	// Rows and Bad are how many of the first rows and bad rows to report.
	Rows, Bad int
	// Limits bounds memory. It must not be nil.
	Limits *reader.Limits
}

// Report is what a file is.
type Report struct {
	Dialect  reader.Dialect   `json:"dialect"`
	Detected *reader.Detected `json:"detected,omitempty"`
	// Records are those that were read, RowCount those of them that are rows, and
	// BadCount the others. Complete tells that they are the whole file.
	Records  int64    `json:"records"`
	RowCount int64    `json:"good_rows"`
	BadCount int64    `json:"bad_rows"`
	Complete bool     `json:"complete"`
	Columns  []Column `json:"columns"`
	// Rows are the first rows, a value for each of the columns.
	Rows  [][]Value `json:"rows"`
	Bad   []Bad     `json:"bad"`
	Notes []string  `json:"notes,omitempty"`
}

// Column is a column of the file, or one that the user asks for.
type Column struct {
	Name string        `json:"name"`
	Type abstract.Type `json:"type"`
	// Nulls is how many of the rows have no value in it.
	Nulls int64 `json:"nulls"`
}

// errEnough ends a reading when enough was read.
var errEnough = errors.New("enough was read")

// rejects is the name of the table that bad records are for.
const rejects = "rejects"

// File reads the beginning of a file. After an error the report says what was
// found until then, and is nil if that is nothing. Errors of the file are of the
// class [abstract.FileOnly].
func File(ctx context.Context, format reader.Format, file reader.File, cfg Config) (*Report, error) {
	hints := cfg.Hints
	hints.Detect = max(hints.Detect, reader.DetectToTell)
	hints.Obey(cfg.Limits)
	sample, err := format.Sample(ctx, file, hints)
	if err != nil {
		return nil, err
	}
	l := &look{cfg: cfg, schema: schemaOf(sample, cfg.Columns)}
	l.Dialect, l.Detected, l.Notes = sample.Dialect, sample.Detected, sample.Notes
	l.Columns, l.Rows, l.Bad = []Column{}, [][]Value{}, []Bad{} // not null in JSON
	for _, c := range l.schema {
		l.Columns = append(l.Columns, Column{Name: c.Name, Type: c.Type})
	}
	if len(sample.Columns) == 0 {
		l.Complete = sample.Complete
		return &l.Report, nil
	}
	err = format.Read(ctx, reader.Request{
		File: file, Dialect: sample.Dialect, ProtoDescriptor: hints.ProtoDescriptor, Schema: l.schema, Table: "rows", Rejects: rejects, OnBadRow: reader.Quarantine,
		BatchRows: 1024, BatchBytes: 1 << 20, Limits: cfg.Limits,
	}, l.emit)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return &l.Report, err
}

// schemaOf is the columns that the sample has, with the types that the user fixes,
// and those that only the user names.
func schemaOf(sample reader.Sample, fixed abstract.Schema) abstract.Schema {
	var schema abstract.Schema
	for _, c := range sample.Columns {
		schema = append(schema, abstract.Column{Name: c.Name, Type: c.Type()})
	}
	for _, c := range fixed {
		if i, err := reader.NewMatcher(schema).Find(c.Name); err == nil {
			schema[i].Type = c.Type
		} else {
			schema = append(schema, c)
		}
	}
	return schema
}

// look is one reading of a file.
type look struct {
	Report
	cfg    Config
	schema abstract.Schema
	bytes  int64
}

// emit takes a chunk from the reader.
func (l *look) emit(_ context.Context, chunk pusher.Chunk) error {
	defer abstract.ReleaseAll(chunk.Items)
	for _, item := range chunk.Items {
		o := item.Origin
		l.RowCount += o.Rows
		l.BadCount += o.Rejected
		l.Records += o.Rows + o.Rejected
		l.bytes += o.Bytes
		l.Complete = l.Complete || o.Last
		switch {
		case item.Batch == nil:
		case item.Table == rejects:
			l.takeBad(item.Batch)
		default:
			l.takeRows(item.Batch)
		}
	}
	if !l.Complete && (l.Records >= MostRecords || l.bytes >= mostBytes) {
		return errEnough
	}
	return nil
}
