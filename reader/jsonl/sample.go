package jsonl

import (
	"bytes"
	"context"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
	"github.com/seed-ede61cd5/sluice/reader/internal/jsonrow"
)

// Sample reads the beginning of a file; see [reader.Format]. It refuses a
// file whose beginning shows that it is another kind of JSON, rather than
// leaving every line of it to be a bad record.
func (format) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	if len(hints.RecordsPath) > 0 {
		return reader.Sample{}, named(file, reader.FileOnly("records of JSON lines lie at no path: use --format json"))
	}
	limits := reader.SampleLimits(hints)
	blocks, err := reader.OpenBlocks(ctx, file, limits, reader.Shape{Split: splitSample, Encoding: hints.Encoding, TooLong: tooLong, BatchRows: jsonrow.SampleRecords})
	if err != nil {
		return reader.Sample{}, named(file, err)
	}
	defer blocks.Close()
	s := jsonrow.NewSampler(jsonrow.Lines{}, hints.Flatten, hints.Bounds)
	if err := s.Read(ctx, blocks, hints.DialectOnly, otherJSON); err != nil {
		return reader.Sample{}, named(file, err)
	}
	d := reader.Dialect{Format: Name, Flatten: hints.Flatten, Rescue: hints.Rescue}
	blocks.Describe(&d)
	return s.Result(d), nil
}

// splitSample takes the first line of an array as it comes, however long it
// is: it will be refused by its first byte.
func splitSample(data []byte, offset int64, most int, atEOF bool) (end, records int) {
	end, records = reader.SplitLines(data, offset, most, atEOF)
	if end == 0 && offset == 0 && beginsArray(data) {
		return len(data), 1
	}
	return end, records
}

// beginsArray tells whether the beginning of a file is that of an array.
func beginsArray(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte(reader.BOM)), " \t\r\n")
	return len(data) > 0 && data[0] == '['
}

// otherJSON refuses a file by its beginning, the first record of which is bad
// for that reason, if it is JSON, but not JSON lines.
func otherJSON(text []byte, reason string) error {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	more := len(bytes.TrimSpace(rest)) > 0
	var c json.Checker
	switch text[0] {
	case '[':
		if c.Valid(line) && more {
			return reader.FileOnly("its first line is an array: JSON lines are objects, with a key for each column")
		}
		return reader.FileOnly("the file is a JSON array, not JSON lines: use --format json")
	case '{':
		// Does the object break off at the end of its line and go on behind it?
		if at, fault := c.Check(line); reason == "" || !more || fault == "" || at < len(line) {
			return nil
		}
		if at, fault := c.Check(text); fault == "" || fault == json.FaultAfter || at == len(text) {
			return reader.FileOnly("an object goes over several lines, which is not JSON lines: use --format json")
		}
	}
	return nil
}
