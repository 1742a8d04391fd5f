package csv

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
)

// Detection looks at no more than so much of a file: it is the same for a file of
// any size.
const (
	detectBytes   = 128 << 10
	detectRecords = 2000
)

// detect does about a file's dialect what the hints ask. It returns those that the
// file is to be read by.
func (f format) detect(ctx context.Context, file reader.File, hints reader.Hints) (reader.Hints, *reader.Detected, error) {
	use := hints.Detect == reader.DetectToUse
	if hints.Detect == reader.DetectNothing || hints.DialectOnly && !use {
		return hints, nil, nil
	}
	declared := f.declared(hints)
	if _, err := parseDialect(declared); err != nil {
		return hints, nil, err
	}
	found, ok, err := f.find(ctx, file, hints)
	if err != nil {
		return hints, nil, named(file, err)
	}
	if !ok {
		return hints, nil, nil
	}
	detected := &reader.Detected{Dialect: f.declared(found)}
	if use {
		return found, detected, nil
	}
	detected.Flags = flags(declared, detected.Dialect)
	return hints, detected, nil
}

// find finds the dialect of a file by its content, as far as the hints leave it
// open, and adds it to them. ok is false for a file that has nothing in it.
func (f format) find(ctx context.Context, file reader.File, hints reader.Hints) (found reader.Hints, ok bool, err error) {
	text, whole, err := beginningOf(ctx, file, hints)
	if err != nil {
		return hints, false, err
	}
	text = text[max(bomLen(text, 0), 0):]
	if len(bytes.TrimSpace(text)) == 0 {
		return hints, false, nil
	}
	best, err := f.likeliest(text, whole, hints)
	if err != nil {
		return hints, false, err
	}
	return newTable(best, text, whole, hints).found(hints), true, nil
}

// flags are the words of the command line that make one dialect of another.
func flags(from, to reader.Dialect) (words []string) {
	add := func(name, was, is, none string) {
		if is == "" {
			is = none
		}
		if was != is && is != "" {
			words = append(words, name, is)
		}
	}
	add("--delimiter", tabWord(from.Delimiter), tabWord(to.Delimiter), "")
	add("--quote", cmp.Or(from.Quote, "none"), to.Quote, "none")
	add("--escape", from.Escape, to.Escape, "")
	add("--comment", from.Comment, to.Comment, "")
	if to.SkipLines != from.SkipLines {
		words = append(words, "--skip-lines", strconv.Itoa(to.SkipLines))
	}
	if from.Header && !to.Header {
		words = append(words, "--no-header")
	}
	for _, word := range to.Null {
		if !slices.Contains(from.Null, word) {
			words = append(words, "--null", word)
		}
	}
	return words
}

// tabWord is a delimiter as a flag takes it.
func tabWord(delimiter string) string { return strings.ReplaceAll(delimiter, "\t", "tab") }

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
// first. Those that are weak are in much text that is not divided by them: a
// score counts half with them, and more is asked of it.
const (
	detectDelimiters = ",;\t|\x01\x1f^~" + weakDelimiters
	weakDelimiters   = ": "
	regular          = 0.8 // how much the same the records must be with weak ones
)

// likeliest tries the dialects that the hints allow and the text can be in. Of
// those that are equally likely it is the first: the one that would be used
// without detection, if it is among them.
func (f format) likeliest(text []byte, whole bool, hints reader.Hints) (best dialect, err error) {
	own, err := parseDialect(f.declared(hints))
	if err != nil {
		return own, err
	}
	own.simple = true
	own.lineEnd, _ = own.detectLineEnd(text, true)
	undivided := own
	undivided.delimiter = 0
	isValues := undivided.fit(text, whole).values > 0.9
	best, most := own, own.fit(text, whole).score
	for try := range own.others(text, hints) {
		f := try.fit(text, whole)
		if strings.IndexByte(weakDelimiters, try.delimiter) >= 0 {
			if f.score /= 2; isValues || f.same < regular {
				continue
			}
		}
		if f.score > most {
			best, most = try, f.score
		}
	}
	return best, nil
}

// others are the dialects that the hints allow and the text can be in.
func (d *dialect) others(text []byte, hints reader.Hints) iter.Seq[dialect] {
	return func(yield func(dialect) bool) {
		try := *d
		for _, try.comment = range detectComments(text, hints) {
			for _, try.delimiter = range detectDelimiter(text, hints) {
				for _, try.quote = range detectQuotes(text, hints) {
					for _, try.escape = range detectEscapes(text, hints) {
						clash := try.delimiter == try.quote || try.delimiter == try.escape || try.escape != 0 && try.escape == try.quote
						if !clash && !yield(try) {
							return
						}
					}
				}
			}
		}
	}
}

// detectDelimiter is the delimiters that may be.
func detectDelimiter(text []byte, hints reader.Hints) []byte {
	if hints.Delimiter != 0 {
		return []byte{hints.Delimiter}
	}
	return slices.DeleteFunc([]byte(detectDelimiters), func(c byte) bool { return bytes.IndexByte(text, c) < 0 })
}

// detectComments are the marks of comments that may be.
func detectComments(text []byte, hints reader.Hints) [][]byte {
	marks := [][]byte{[]byte(hints.Comment)}
	if hints.Comment == "" && (text[0] == '#' || bytes.Contains(text, []byte("\n#"))) {
		marks = append(marks, []byte("#"))
	}
	return marks
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
func detectEscapes(text []byte, hints reader.Hints) []byte {
	switch {
	case hints.Escape != 0:
		return []byte{hints.Escape}
	case bytes.IndexByte(text, '\\') >= 0:
		return []byte{0, '\\'}
	}
	return []byte{0}
}
