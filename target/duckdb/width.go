//go:build cgo

package duckdb

import (
	"context"
	"fmt"
)

// columnBytes is the memory that DuckDB 1.5.5 wants for each column of a table
// that is being inserted into, per thread. On tables of 300 and of 1,500
// columns, INSERT fails with "Out of Memory" below 0.85 MiB a column, and the
// checkpoint of text columns below 1.25 MiB.
const columnBytes = 3 << 19

// fitWidth makes DuckDB's threads and memory fit a table of that many columns:
// as many threads as the memory limit bears, and where it does not bear even
// one, a higher limit. Whoever loads wide tables pays 1.5 MiB a column for it.
func (o Options) fitWidth(columns int) Options {
	need := int64(columns) * columnBytes
	if need <= 0 {
		return o
	}
	o.Threads = max(1, min(o.Threads, int(o.Memory/need)))
	o.Memory = max(o.Memory, need)
	return o
}

// fit applies fitWidth for the widest table so far.
func (w *writer) fit(ctx context.Context, columns int) error {
	if columns <= w.widest {
		return nil
	}
	w.widest = columns
	if err := w.setMemory(ctx); err != nil {
		return err
	}
	stmt := fmt.Sprintf("SET threads = %d", w.options.fitWidth(columns).Threads)
	if err := w.exec(ctx, stmt); err != nil {
		return fmt.Errorf("%s: %w", stmt, err)
	}
	return nil
}
