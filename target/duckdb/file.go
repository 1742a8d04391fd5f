//go:build cgo

package duckdb

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// checkFile refuses what is known to be no file for DuckDB before it is tried.
// It never opens the file itself: locks belong to the process, and closing any
// handle of the file would give up DuckDB's.
func checkFile(path string, mustExist bool) error {
	if path == "" || path == ":memory:" {
		return fmt.Errorf("open DuckDB file %q: a database in memory would be gone with the process: name a file", path)
	}
	if _, err := url.Parse(path); err != nil || strings.Contains(path, "?") {
		return fmt.Errorf("open DuckDB file %q: the driver cannot take a name with a ?, a control character, "+
			"or a %% or : where a URL has none: rename the file", path)
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open DuckDB file %q: the folder %q %w: create it first", path, folder, fs.ErrNotExist)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !mustExist:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open DuckDB file %q: %w: nothing was loaded into it yet", path, fs.ErrNotExist)
	case err != nil:
		return fmt.Errorf("open DuckDB file: %w", err)
	case info.IsDir():
		return fmt.Errorf("open DuckDB file %q: it is a folder: name a file in it, such as %q",
			path, filepath.Join(path, "sluice.duckdb"))
	}
	return nil
}

var lockPattern = regexp.MustCompile(`Conflicting lock is held in (.*) \(PID (\d+)\)`)

// explainOpen turns an error of opening a file into what to do about it.
func explainOpen(path string, err error) error {
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return fmt.Errorf("open DuckDB file %q: %w", path, err)
	}
	advice := ""
	held := lockPattern.FindStringSubmatch(e.Msg)
	switch {
	case held != nil:
		return fmt.Errorf("open DuckDB file %q: process %s (%s) has it open, and DuckDB lets one process at a time have a file: "+
			"wait for that process or stop it", path, held[2], held[1])
	case strings.Contains(e.Msg, "not a valid DuckDB database file"):
		advice = "name another file, or remove this one if it is not needed"
	case strings.Contains(e.Msg, "Corrupt database file"), strings.Contains(e.Msg, "Could not read enough bytes"):
		advice = "the file is damaged: restore it from a backup, or load everything into a new one"
	case strings.Contains(e.Msg, "Permission denied"), strings.Contains(e.Msg, "Read-only file system"):
		advice = "Sluice must be able to write to the file and to its folder"
	case strings.Contains(e.Msg, "different configuration"):
		advice = "this process has the file open already: close that target first"
	}
	if advice == "" {
		return fmt.Errorf("open DuckDB file %q: %w", path, err)
	}
	return fmt.Errorf("open DuckDB file %q: %w: %s", path, e, advice)
}
