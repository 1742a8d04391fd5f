package lines

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
)

// Name is the name of the format, Column that of its column.
const (
	Name   = "lines"
	Column = "line"
)

// tooLong is the likely reason for a record beyond the limit.
const tooLong = "is it text, with lines that end in LF?"

// format is the [reader.Format]. It has no state.
type format struct{}

// New returns the format "lines".
func New() reader.Format { return format{} }

// Name is the name of the format.
func (format) Name() string { return Name }

// Sample reads the beginning of a file; see [reader.Format].
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	shape := reader.Shape{Split: reader.SplitLines, Encoding: hints.Encoding, TooLong: tooLong}
	s, err := rows.Sample(ctx, file, hints, shape, reader.Dialect{Format: Name, Columns: []string{Column}}, rows.Lines, rows.Unstorable)
	if err != nil {
		return s, err
	}
	if s.Records > 0 || hints.DialectOnly {
		line := reader.Evidence{Name: Column, Values: int64(s.Records)}
		line.Declare(abstract.Text)
		s.Columns = []reader.Evidence{line}
	}
	return s, nil
}

// Read reads the file; see [reader.Format].
func (format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	if req.Dialect.Format != Name {
		return rows.Named(req.File, fmt.Errorf("dialect of format %q given to %q", req.Dialect.Format, Name))
	}
	if err := reader.CheckTypes(req.Schema, Name); err != nil {
		return rows.Named(req.File, err)
	}
	notText := req.Dialect.NotText()
	d, err := rows.NewDecoder(&req, []string{Column}, rows.Lines, func() rows.Parse {
		return func(line []byte, row *rows.Row) (col int, reason string) {
			if reason := rows.Unstorable(line, notText); reason != "" {
				return 0, reason
			}
			return 0, row.Text(0, line)
		}
	})
	if err != nil {
		return rows.Named(req.File, err)
	}
	shape := reader.Shape{Split: reader.SplitLines, Encoding: req.Dialect.Encoding, TooLong: tooLong}
	return rows.Read(ctx, req, shape, d, emit)
}
