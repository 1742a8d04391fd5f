package accesslog

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
)

// Name is the name of the format.
const Name = "access-log"

// tooLong is the likely reason for a record beyond the limit.
const tooLong = "is it a log, with lines that end in LF?"

// format is the [reader.Format]. It has no state.
type format struct{}

// New returns the format "access-log".
func New() reader.Format { return format{} }

// Name is the name of the format.
func (format) Name() string { return Name }

// CheckHints tells what is wrong with the access log format that hints ask for.
func (format) CheckHints(hints reader.Hints) error {
	_, err := compile(hints.AccessFormat)
	return err
}

// Sample reads the beginning of a file; see [reader.Format].
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	p, err := compile(hints.AccessFormat)
	if err != nil {
		return reader.Sample{}, err
	}
	dialect := reader.Dialect{Format: Name, AccessFormat: hints.AccessFormat, Columns: p.columns}
	if dialect.AccessFormat == "" {
		dialect.AccessFormat = "combined"
	}
	check := parser{pattern: p}
	s, err := rows.Sample(ctx, file, hints, shape(hints.Encoding), dialect, rows.FullLines, check.check)
	if err != nil || s.Records == 0 && !hints.DialectOnly {
		return s, err
	}
	for i, name := range p.columns {
		e := reader.Evidence{Name: name}
		e.Declare(p.types[i])
		s.Columns = append(s.Columns, e)
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
	p, err := compile(req.Dialect.AccessFormat)
	if err != nil {
		return rows.Named(req.File, err)
	}
	notText := req.Dialect.NotText()
	d, err := rows.NewDecoder(&req, p.columns, rows.FullLines, func() rows.Parse {
		return (&parser{pattern: p, notText: notText}).parse
	})
	if err != nil {
		return rows.Named(req.File, err)
	}
	return rows.Read(ctx, req, shape(req.Dialect.Encoding), d, emit)
}

// shape is that of every log.
func shape(encoding string) reader.Shape {
	return reader.Shape{Split: reader.SplitLines, Encoding: encoding, TooLong: tooLong}
}

// check is the [rows.Check]: what is wrong with a line whatever its columns' types
// are.
func (p *parser) check(line []byte, notText string) (reason string) {
	if reason := rows.Unstorable(line, notText); reason != "" {
		return reason
	}
	col := 0
	if p.found, col, reason = p.match(line, p.found[:0]); reason != "" && col >= 0 {
		return fmt.Sprintf("column %q: %s", p.columns[col], reason)
	}
	return reason
}
