//go:build cgo

package duckdb

import (
	"errors"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// classify says what may be done about an error of DuckDB. It is called once,
// where the error comes out of the driver.
func classify(err error) error {
	var e *duckdb.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Type {
	case duckdb.ErrorTypeConstraint, duckdb.ErrorTypeConversion, duckdb.ErrorTypeOutOfRange, duckdb.ErrorTypeInvalidInput:
		// A row that the table does not take. Which file it is from, the
		// engine finds out by loading the files one by one.
		return abstract.WithClass(abstract.FileOnly, err)
	case duckdb.ErrorTypeTransaction:
		if strings.Contains(e.Msg, "onflict") {
			return errors.Join(ledger.ErrConflict, err)
		}
	}
	return err
}
