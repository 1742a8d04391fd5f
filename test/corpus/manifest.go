package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// file is a line of expected.tsv: a file, and how two other readers read it.
type file struct {
	path           string // within the corpus, with slashes
	format         string // csv, json, ndjson, parquet, avro … with -z if it is compressed, a guess
	facts          string // on its text
	python, duckdb string // what the two say of it, "" if nothing
}

// top is the folder by which files are reported.
func (f file) top() string {
	top, _, _ := strings.Cut(f.path, "/")
	return top
}

// list reads the list of files.
func (c *corpus) list(prefix string) (files []file, err error) {
	list, err := os.Open(filepath.Join(c.dir, "expected.tsv"))
	if err != nil {
		return nil, fmt.Errorf("no corpus of real files: %w; SLUICE_CORPUS names one", err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	lines.Buffer(nil, 1<<20)
	lines.Scan() // the header
	for lines.Scan() {
		cells := strings.SplitN(lines.Text(), "\t", 7) // DuckDB's errors may have tabs
		if len(cells) != 7 {
			return nil, fmt.Errorf("expected.tsv: %d cells in place of 7: %q", len(cells), lines.Text())
		}
		if strings.HasPrefix(cells[0], prefix) {
			files = append(files, file{cells[0], cells[3], cells[4], cells[5], cells[6]})
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no file of the corpus begins with %q", prefix)
	}
	return files, lines.Err()
}

// at is where a file of the corpus is.
func (c *corpus) at(path string) string { return filepath.Join(c.dir, filepath.FromSlash(path)) }
