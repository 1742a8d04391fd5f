package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seed-ede61cd5/sluice/transfer"
)

// resultJSON is what load --json prints.
type resultJSON struct {
	Pipeline     string  `json:"pipeline"`
	FilesLoaded  int64   `json:"files_loaded"`
	FilesSkipped int64   `json:"files_skipped"`
	FilesFailed  int64   `json:"files_failed"`
	RowsLoaded   int64   `json:"rows_loaded"`
	RowsRejected int64   `json:"rows_rejected"`
	BytesRead    int64   `json:"bytes_read"`
	Seconds      float64 `json:"seconds"`
}

// report prints what a load came to and says what its exit code is. loadErr
// is the load's own error, which it returns.
func (a *app) report(w io.Writer, f *loadFlags, result transfer.Result, loadErr error) error {
	if f.json {
		out := resultJSON{
			Pipeline: f.pipeline, FilesLoaded: result.FilesLoaded, FilesSkipped: result.FilesSkipped,
			FilesFailed: result.FilesFailed, RowsLoaded: result.RowsLoaded, RowsRejected: result.RowsRejected,
			BytesRead: result.BytesRead, Seconds: result.Elapsed.Seconds(),
		}
		if err := printJSON(w, out); err != nil {
			return errors.Join(loadErr, err)
		}
	} else {
		a.printSummary(f, result)
	}
	switch {
	case loadErr != nil:
		return loadErr
	case result.FilesFailed > 0:
		return &codedError{exitFiles, errSaid}
	}
	return nil
}

func (a *app) printSummary(f *loadFlags, r transfer.Result) {
	fmt.Fprintf(a.Err, "loaded %s, %s into %q in %s (%s rows/s)", plural(r.FilesLoaded, "file"), plural(r.RowsLoaded, "row"),
		f.table, r.Elapsed.Round(10*time.Millisecond), count(rate(r.RowsLoaded, r.Elapsed)))
	if r.RowsRejected > 0 {
		fmt.Fprintf(a.Err, "; %s skipped", plural(r.RowsRejected, "bad row"))
	}
	if r.FilesSkipped > 0 {
		fmt.Fprintf(a.Err, "; %s loaded before", plural(r.FilesSkipped, "file"))
	}
	fmt.Fprintln(a.Err)
	if r.FilesFailed == 0 {
		return
	}
	fmt.Fprintf(a.Err, "%s failed:\n", plural(r.FilesFailed, "file"))
	for _, o := range r.Failures {
		fmt.Fprintf(a.Err, "  %s: %s\n", o.Object, oneLine(o.Reason()))
	}
	if more := r.FilesFailed - int64(len(r.Failures)); more > 0 {
		fmt.Fprintf(a.Err, "  … and %s more\n", count(more))
	}
	fmt.Fprintf(a.Err, "see them with: sluice files --failed --to %s\n", f.to)
}
