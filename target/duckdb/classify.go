//go:build cgo

package duckdb

import (
	"errors"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// classify says what may be done about an error of a statement of ours. An
// error is classified once, where it comes out of the driver.
func classify(err error) error {
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return err
	}
	// Two transactions wrote one row of the ledger, or both made it.
	if (e.Type == duckdb.ErrorTypeTransaction || e.Type == duckdb.ErrorTypeConstraint) &&
		(strings.Contains(e.Msg, "onflict") || strings.Contains(e.Msg, "duplicate key")) {
		return errors.Join(ledger.ErrConflict, err)
	}
	if strings.Contains(e.Msg, "No space left on device") {
		// Where a checkpoint finds the disk full, DuckDB gives up until
		// the file is opened again.
		return fmt.Errorf("the disk is full: make room, then load again (%w)", err)
	}
	return err
}

// fatal tells that DuckDB does nothing more until the file is opened again.
func fatal(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	return ok && e.Type == duckdb.ErrorTypeFatal
}

// classifyRows is classify for the statement that inserts the rows of files.
func classifyRows(err error) error {
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return err
	}
	switch e.Type {
	case duckdb.ErrorTypeConstraint, duckdb.ErrorTypeConversion, duckdb.ErrorTypeOutOfRange, duckdb.ErrorTypeInvalidInput:
		// A row that the table does not take. Which file it is from, the
		// engine finds out by loading the files one by one.
		return abstract.WithClass(abstract.FileOnly, err)
	}
	return classify(err)
}
