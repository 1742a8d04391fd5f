package jsondoc

import (
	"bytes"
	"context"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
	"github.com/seed-ede61cd5/sluice/reader/internal/jsonrow"
)

// auto is the format of files of which the name says only that they are JSON.
type auto struct {
	documents format
	lines     reader.Format
}

// Auto returns a format that looks at the beginning of each file to see whether
// it is a document or JSON lines, which the given format reads. A file is read
// to its end the way that it was begun.
func Auto(lines reader.Format) reader.Format { return auto{lines: lines} }

// Name is the name of the format for documents.
func (a auto) Name() string { return a.documents.Name() }

// Read reads the file; see [reader.Format].
func (a auto) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	if req.Dialect.Format == a.lines.Name() {
		return a.lines.Read(ctx, req, emit)
	}
	return a.documents.Read(ctx, req, emit)
}

// Sample reads the beginning of a file; see [reader.Format].
func (a auto) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	if len(hints.RecordsPath) > 0 {
		return a.documents.Sample(ctx, file, hints)
	}
	s := jsonrow.NewSampler(jsonrow.Lines{}, hints.Flatten, hints.Bounds)
	c := &chooser{document: func() { s.SetLayout(jsonrow.Elements{}) }}
	c.outline.nesting = hints.Bounds.MostNesting(json.MaxDepth)
	blocks, err := open(ctx, file, hints, c.frame)
	if err != nil {
		return reader.Sample{}, named(file, err)
	}
	defer blocks.Close()
	if err := s.Read(ctx, blocks, hints.DialectOnly, nil); err != nil {
		return reader.Sample{}, named(file, err)
	}
	d := dialect(blocks, hints)
	if !c.isDocument {
		d.Format = a.lines.Name()
	}
	return s.Result(d), nil
}

// chooser is a framer that begins with a choice.
type chooser struct {
	framer
	made, isDocument bool
	document         func() // is called if it is one
}

func (c *chooser) frame(data []byte, offset int64, most int, atEOF bool) (reader.Frame, error) {
	if !c.made {
		if c.isDocument, c.made = choose(data, atEOF); !c.made {
			return reader.Frame{}, nil
		}
		if c.isDocument {
			c.document()
		}
	}
	if c.isDocument {
		return c.framer.frame(data, offset, most, atEOF)
	}
	end, records := reader.SplitLines(data, offset, most, atEOF)
	return reader.Frame{End: end, Records: records}, nil
}

// choose tells from the beginning of a file whether it is a document: an
// array, or an object that goes on behind its first line. ok tells that enough
// of it is there to say so.
func choose(data []byte, atEOF bool) (document, ok bool) {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte(reader.BOM)), " \t\r\n")
	if len(text) == 0 || text[0] != '{' {
		return len(text) > 0 && text[0] == '[', atEOF || len(text) > 0
	}
	line, rest, ended := bytes.Cut(text, []byte("\n"))
	if !ended {
		return false, atEOF
	}
	var c json.Checker
	if at, fault := c.Check(line); fault == "" || at < len(line) {
		return false, true // it ends in its line, or breaks there
	}
	// It breaks off at the end of its line. If a record begins on the next one, as
	// it seems, it was cut there, unless the two are good together.
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != '{' {
		return len(rest) > 0, atEOF || len(rest) > 0
	}
	at, fault := c.Check(text)
	return fault == "" || fault == json.FaultAfter || at > len(text)-json.Pad && !atEOF || at == len(text), true
}
