//go:build cgo

package duckdb

import (
	"context"
	"fmt"
)

// deletedBytes is the memory that DuckDB 1.5.5 is given for each row that a
// transaction has deleted, until it has ended. It needs 8 bytes, which it cannot
// put on disk: with less, a DELETE fails with "Out of Memory".
const deletedBytes = 12

// makeRoom raises DuckDB's memory limit by what it needs to delete that many
// rows, until the transaction has ended: see [writer.giveBack].
func (w *writer) makeRoom(ctx context.Context, rows int64) error {
	w.room += rows * deletedBytes
	return w.setMemory(ctx)
}

// giveBack lowers the limit after the end of a transaction. DuckDB may still
// hold what it was raised for: then that happens after a later one.
func (w *writer) giveBack(ctx context.Context) {
	if w.room == 0 {
		return
	}
	room := w.room
	w.room = 0
	if err := w.setMemory(context.WithoutCancel(ctx)); err != nil {
		w.room = room
	}
}

// setMemory sets the limit that the widest table and the rows deleted so far
// ask for.
func (w *writer) setMemory(ctx context.Context) error {
	stmt := fmt.Sprintf("SET memory_limit = '%dB'", w.options.fitWidth(w.widest).Memory+w.room)
	if err := w.exec(ctx, stmt); err != nil {
		return fmt.Errorf("%s: %w", stmt, err)
	}
	return nil
}
