package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	pythonTop   = regexp.MustCompile(`top=(\w+)(?: len=(\d+))?`)
	pythonLines = regexp.MustCompile(`lines ok=(\d+) bad=(\d+)|as NDJSON: ok=(\d+)`)
)

// compareJSON compares the number of records with Python's count, and the
// number of values with Go's reading.
func (c *corpus) compareJSON(f file, args []string, t table) (kind, string, error) {
	whole, err := c.unpacked(f.path)
	if err != nil {
		return disagreed, "", err
	}
	theirs, broken := goRecords(whole, args)
	if t.failed != "" && broken == nil && theirs.objects > 0 {
		return disagreed, "others read it; here " + t.failed, nil
	}
	if t.failed != "" {
		return rejected, t.failed, nil
	}
	want := theirs.records
	top, lines := pythonTop.FindStringSubmatch(f.python), pythonLines.FindStringSubmatch(f.python)
	switch {
	case slices.Contains(args, "--records-path"):
	case lines != nil && slices.Contains(args, "json"):
	case lines != nil:
		want = max(0, number("0"+lines[1])) + number("0"+lines[2]) + number("0"+lines[3])
	case top != nil && top[1] == "list":
		want = number(top[2])
	case top != nil && top[1] == "dict":
		want = 1
	case broken != nil && t.rejected == 0:
		return disagreed, text("%d rows of what is no JSON: %v", t.rows, broken), nil
	case broken != nil:
		return rejected, t.bad[0].reason, nil
	}
	if t.records() != want {
		return disagreed, text("%d rows and %d rejected of %d records; Python %s", t.rows, t.rejected, want, f.python), nil
	}
	values := int64(0)
	for _, column := range t.columns {
		values += column.nonNull
	}
	if t.rejected == 0 && broken == nil && values != theirs.values {
		return disagreed, text("%d values, Go reads %d", values, theirs.values), nil
	}
	return agreed, "", nil
}

// tally is what Go's decoder finds in a file.
type tally struct {
	records, objects int64
	values           int64 // that are not null, in the objects
}

// goRecords reads one JSON value after another: the elements of an array,
// those at --records-path, or the values themselves.
func goRecords(whole []byte, args []string) (n tally, err error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(whole, []byte("\xef\xbb\xbf"))))
	for {
		var value any
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
		if i := slices.Index(args, "--records-path"); i >= 0 {
			around, _ := value.(map[string]any)
			value = around[args[i+1]]
		}
		records, isList := value.([]any)
		if !isList {
			records = []any{value}
		}
		for _, record := range records {
			n.records++
			object, isObject := record.(map[string]any)
			if isObject {
				n.objects++
			}
			for _, v := range object {
				if v != nil {
					n.values++
				}
			}
		}
	}
}

// suite judges a file of JSONTestSuite by its name. The document becomes the
// value of a key, as records are objects.
func (c *corpus) suite(ctx context.Context, dir string, f file) (kind, string, error) {
	document, err := os.ReadFile(c.at(f.path))
	if err != nil {
		return disagreed, "", err
	}
	inner := filepath.Join(dir, "wrapped")
	if err := os.Mkdir(inner, 0o700); err != nil {
		return disagreed, "", err
	}
	path := filepath.Join(inner, "record.json")
	if err := os.WriteFile(path, slices.Concat([]byte(`{"v":`), document, []byte("}\n")), 0o600); err != nil {
		return disagreed, "", err
	}
	l, err := c.into(ctx, inner, path, []string{"--format", "json"})
	if err != nil {
		return disagreed, "", err
	}
	if k, why := l.broken(); k != agreed {
		return k, why, nil
	}
	t, err := readTable(ctx, inner, l)
	if err != nil {
		return disagreed, err.Error(), nil
	}
	accepted := t.failed == "" && t.rows == 1 && t.rejected == 0
	_, name, _ := strings.Cut(f.path, "test_parsing/")
	switch {
	case strings.HasPrefix(name, "i_"):
		return notComparable, "", nil
	case accepted != strings.HasPrefix(name, "y_"):
		return disagreed, text("accepted: %t %s", accepted, t.failed), nil
	}
	return agreed, "", nil
}
