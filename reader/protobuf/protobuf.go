package protobuf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
)

// Name is the name of the format.
const Name = "protobuf"

// format is the [reader.Format]. It keeps the schema that was asked for last: that
// of all files of a load.
type format struct {
	mu         sync.Mutex
	descriptor []byte
	message    string
	last       *schema
}

// New returns the format "protobuf".
func New() reader.Format { return &format{} }

// Name is the name of the format.
func (*format) Name() string { return Name }

// schema is that of a message, by its descriptor.
func (f *format) schema(descriptor []byte, message string) (*schema, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last != nil && f.message == message && bytes.Equal(f.descriptor, descriptor) {
		return f.last, nil
	}
	s, err := load(descriptor, message)
	if err != nil {
		return nil, err
	}
	f.descriptor, f.message, f.last = descriptor, message, s
	return s, nil
}

// CheckHints tells what is wrong with the descriptor that hints have, or with the
// message that they name.
func (f *format) CheckHints(hints reader.Hints) error {
	_, err := f.schema(hints.ProtoDescriptor, hints.ProtoMessage)
	if err == nil && hints.Encoding != "" {
		err = errors.New("messages have no encoding of text: leave it out")
	}
	return err
}

// Sample reads the beginning of a file; see [reader.Format].
func (f *format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	if err := f.CheckHints(hints); err != nil {
		return reader.Sample{}, err
	}
	s, err := f.schema(hints.ProtoDescriptor, hints.ProtoMessage)
	if err != nil {
		return reader.Sample{}, err
	}
	dialect := reader.Dialect{Format: Name, ProtoMessage: hints.ProtoMessage, ProtoDigest: s.digest, Columns: s.names}
	most := reader.SampleLimits(hints).MaxRecord()
	out, err := rows.Sample(ctx, file, hints, shape(most), dialect, messages, newParser(s, most, hints.Bounds).check)
	if err != nil || out.Records == 0 && !hints.DialectOnly {
		return out, err
	}
	for i, name := range s.names {
		e := reader.Evidence{Name: name}
		e.Declare(s.types[i])
		out.Columns = append(out.Columns, e)
	}
	return out, nil
}

// Read reads the file; see [reader.Format].
func (f *format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	d := req.Dialect
	if d.Format != Name {
		return rows.Named(req.File, fmt.Errorf("dialect of format %q given to %q", d.Format, Name))
	}
	s, err := f.schema(req.ProtoDescriptor, d.ProtoMessage)
	if err != nil {
		return rows.Named(req.File, err)
	}
	if s.digest != d.ProtoDigest {
		return rows.Named(req.File, reader.FileOnly("the descriptor says something else of message %s than when loading of the file began: "+
			"give the old one, or run 'sluice replay %s', then load again", d.ProtoMessage, req.File.ID()))
	}
	for _, c := range req.Schema {
		if c.Type.Arrow() == nil {
			return rows.Named(req.File, fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type))
		}
	}
	most := req.Limits.MaxRecord()
	decoder, err := rows.NewDecoder(&req, s.names, messages, func() rows.Parse { return newParser(s, most, req.Limits.Bounds).parse })
	if err != nil {
		return rows.Named(req.File, err)
	}
	shape := shape(most)
	shape.BatchBytes = max(req.Limits.BlockCost()/2/s.expansion, leastBlock)
	return rows.Read(ctx, req, shape, decoder, emit)
}

// leastBlock is how small a block is made at most for what may become of it.
const leastBlock = 64 << 10

// shape is that of every file: its bytes are taken as they are.
func shape(most int64) reader.Shape {
	return reader.Shape{Frame: frame(most), Binary: true, TooLong: "is the file one of length-delimited messages?"}
}
