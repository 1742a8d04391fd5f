package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
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
	*afterJSON
	*costJSON
}

// report prints what a load came to and says what its exit code is. loadErr
// is the load's own error, which it returns.
func (a *app) report(f *loadFlags, hasLedger bool, result transfer.Result, then afterwards, cost *object.Usage, loadErr error) error {
	if f.json {
		if err := a.printResult(f, hasLedger, result, then, cost); err != nil {
			return errors.Join(loadErr, err)
		}
	} else if loadErr == nil || result.FilesFound > 0 {
		a.printSummary(f, hasLedger, result, then, cost)
	}
	switch {
	case errors.Is(loadErr, context.Canceled) && hasLedger:
		return &codedError{exitInterrupted, errors.New("interrupted: the same command goes on from here")}
	case loadErr != nil:
		return loadErr
	case result.FilesFailed > 0, then.stats().Failed > 0:
		return &codedError{exitFiles, errSaid}
	}
	return nil
}

// printResult prints what a load came to for machines.
func (a *app) printResult(f *loadFlags, hasLedger bool, result transfer.Result, then afterwards, cost *object.Usage) error {
	w := a.Out
	if !hasLedger {
		w = a.Err // stdout carries the rows
	}
	return printJSON(w, resultJSON{
		Pipeline: f.pipeline, FilesLoaded: result.FilesLoaded, FilesSkipped: result.FilesSkipped,
		FilesFailed: result.FilesFailed, RowsLoaded: result.RowsLoaded, RowsRejected: result.RowsRejected,
		BytesRead: result.BytesRead, Seconds: result.Elapsed.Seconds(),
		afterJSON: then.json(), costJSON: newCostJSON(cost),
	})
}

// fate says what became of bad rows.
func (f *loadFlags) fate() string {
	if f.bad == reader.Quarantine {
		return fmt.Sprintf("put into %q", target.QuarantineTable(f.table))
	}
	return "skipped"
}

// printSummary says what a load came to. Failed files are counted only: each
// was told when it failed.
func (a *app) printSummary(f *loadFlags, hasLedger bool, r transfer.Result, then afterwards, cost *object.Usage) {
	fmt.Fprintf(a.Err, "loaded %s, %s into %q in %s (%s rows/s)", plural(r.FilesLoaded, "file"), plural(r.RowsLoaded, "row"),
		f.table, r.Elapsed.Round(10*time.Millisecond), count(rate(r.RowsLoaded, r.Elapsed)))
	if r.RowsRejected > 0 {
		fmt.Fprintf(a.Err, "; %s %s", plural(r.RowsRejected, "bad row"), f.fate())
	}
	if r.FilesSkipped > 0 {
		fmt.Fprintf(a.Err, "; %s loaded before", plural(r.FilesSkipped, "file"))
	}
	fmt.Fprintln(a.Err)
	fmt.Fprint(a.Err, then.text())
	if text := costText(cost); text != "" {
		fmt.Fprintln(a.Err, "which cost "+text)
	}
	if r.FilesFailed == 0 {
		return
	}
	fmt.Fprintf(a.Err, "%s failed", plural(r.FilesFailed, "file"))
	if hasLedger {
		fmt.Fprintf(a.Err, "; to see why: sluice files --failed --to %s", shellWord(connector.Shown(f.to)))
	}
	fmt.Fprintln(a.Err)
	fmt.Fprint(a.Err, f.badRowHint(hasLedger, r.Failures))
}

// badRowHint says how files that failed by a bad row could be loaded, if there are any.
func (f *loadFlags) badRowHint(hasLedger bool, failures []transfer.Outcome) string {
	bad, inColumn := false, false
	for _, o := range failures {
		if record, ok := errors.AsType[*reader.BadRecord](o.Err); ok {
			bad, inColumn = true, inColumn || record.Column != ""
		}
	}
	if !bad {
		return ""
	}
	hint := "a bad row need not fail its file: --on-bad-row skip"
	if hasLedger {
		hint += ", or quarantine to keep it"
	}
	if hasLedger && inColumn && f.conflicts == transfer.BadRow {
		hint += "; where a column's type does not fit: --on-type-conflict widen"
	}
	return hint + "\n"
}
