package main

import (
	"bytes"
	"compress/bzip2"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// misplaced says which bad record is not where it is said to be: its bytes
// must stand in the file's text at its offset. Records have numbers of their
// own, among those that were read.
func (c *corpus) misplaced(f file, args []string, t table) string {
	for i, b := range t.bad {
		if b.record < 1 || i > 0 && b.record == t.bad[i-1].record || t.failed == "" && b.record > t.records() {
			return text("bad record number %d of %d read", b.record, t.records())
		}
		if b.reason == "" {
			return text("bad record %d has no reason", b.record)
		}
	}
	if len(t.bad) == 0 || strings.HasPrefix(f.format, "parquet") || f.format == "avro" || strings.Contains(f.facts, "utf16") || slices.Contains(args, "--encoding") {
		return "" // its records are no bytes of a text in UTF-8
	}
	whole, err := c.unpacked(f.path)
	if err != nil {
		return text("it has bad records, and cannot be unpacked: %v", err)
	}
	for _, b := range t.bad {
		if !b.offset.Valid || b.raw == nil {
			return text("bad record %d has no place or no bytes", b.record)
		}
		if at := b.offset.Int64; at < 0 || at > int64(len(whole)) || !bytes.HasPrefix(whole[at:], b.raw) {
			return text("bad record %d is not at byte %d", b.record, at)
		}
	}
	return ""
}

// unpacked is a file's text, without compression, found by its first bytes.
func (c *corpus) unpacked(path string) ([]byte, error) {
	data, err := os.ReadFile(c.at(path))
	if err != nil {
		return nil, err
	}
	packed := bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte("\x1f\x8b\x08")):
		r, err := gzip.NewReader(packed)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	case bytes.HasPrefix(data, []byte("\x28\xb5\x2f\xfd")):
		r, err := zstd.NewReader(packed)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	case bytes.HasPrefix(data, []byte("BZh")):
		return io.ReadAll(bzip2.NewReader(packed))
	}
	return data, nil
}
