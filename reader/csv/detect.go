package csv

import (
	"bytes"
	"context"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
)

// Detection looks at no more than so much of a file: it is the same for a file of
// any size.
const (
	detectBytes   = 128 << 10
	detectRecords = 2000
)

// detect finds the dialect of a file by its content, as far as the hints leave it
// open. The hints that it returns say what was found. Nothing is found in a file
// that has nothing in it.
func (f format) detect(ctx context.Context, file reader.File, hints reader.Hints) (reader.Hints, error) {
	text, whole, err := beginningOf(ctx, file, hints)
	if err != nil {
		return hints, err
	}
	text = text[max(bomLen(text, 0), 0):]
	if len(bytes.TrimSpace(text)) == 0 {
		return hints, nil
	}
	return newTable(f.likeliest(text, whole, hints).dialect, text, whole, hints).found(hints), nil
}

// beginningOf reads the beginning of a file's text, and tells whether that is the
// whole.
func beginningOf(ctx context.Context, file reader.File, hints reader.Hints) (text []byte, whole bool, err error) {
	all := func(data []byte, _ int64, _ int, _ bool) (end, records int) { return len(data), min(len(data), 1) }
	blocks, err := reader.OpenBlocks(ctx, file, reader.SampleLimits(hints), reader.Shape{
		Split: all, Encoding: hints.Encoding, BatchBytes: detectBytes,
	})
	if err != nil {
		return nil, false, err
	}
	defer blocks.Close()
	block, err := blocks.Next(ctx, 1)
	if err == io.EOF {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	return block.Data, len(block.Data) < detectBytes, nil
}

// detectDelimiters are the delimiters that are looked for, the likelier ones
// first, with what a score counts for with them.
var detectDelimiters = []struct {
	delimiter byte
	weight    float64
}{
	{',', 1}, {';', 1}, {'\t', 1}, {'|', 1}, {'\x01', 1}, {'\x1f', 1}, {'^', 0.9}, {'~', 0.9}, {':', 0.6}, {' ', 0.5},
}

// candidate is a dialect that a file may be in.
type candidate struct {
	dialect
	score float64
}

// likeliest tries the dialects that the hints allow and the text can be in. Of
// those that are equally likely it is the first: the one that would be used
// without detection, if it is among them.
func (f format) likeliest(text []byte, whole bool, hints reader.Hints) candidate {
	own, err := parseDialect(f.declared(hints))
	if err != nil {
		return candidate{dialect: own}
	}
	own.simple = true
	own.lineEnd, _ = own.detectLineEnd(text, true)
	best := candidate{own, own.score(text, whole)}
	for _, d := range detectDelimiters {
		if hints.Delimiter != 0 && d.delimiter != hints.Delimiter || bytes.IndexByte(text, d.delimiter) < 0 {
			continue
		}
		for _, quote := range detectQuotes(text, hints) {
			for _, escape := range detectEscapes(text, quote, hints) {
				try := own
				try.delimiter, try.quote, try.escape = d.delimiter, quote, escape
				if d.delimiter == quote || d.delimiter == escape {
					continue
				}
				if score := d.weight * try.score(text, whole); score > best.score {
					best = candidate{try, score}
				}
			}
		}
	}
	return best
}

// detectQuotes are the quotes that may be.
func detectQuotes(text []byte, hints reader.Hints) []byte {
	switch {
	case hints.NoQuote:
		return []byte{0}
	case hints.Quote != 0:
		return []byte{hints.Quote}
	}
	quotes := []byte{'"'}
	if bytes.IndexByte(text, '\'') >= 0 {
		quotes = append(quotes, '\'')
	}
	if bytes.IndexByte(text, '"') >= 0 {
		quotes = append(quotes, 0)
	}
	return quotes
}

// detectEscapes are the escapes that may be.
func detectEscapes(text []byte, quote byte, hints reader.Hints) []byte {
	switch {
	case hints.Escape != 0:
		return []byte{hints.Escape}
	case bytes.IndexByte(text, '\\') >= 0:
		return []byte{0, '\\'}
	}
	return []byte{0}
}
