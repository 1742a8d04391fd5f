package postgres_test

import (
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/target"
)

// TestC21ForgetWaits: a file is forgotten while another process commits rows
// of it. Its rows must go with its entry, or stay with it: rows without an
// entry would be loaded a second time.
func TestC21ForgetWaits(t *testing.T) {
	for name, fileID := range map[string]bool{"with file ids": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			address := database(t, t.Name())
			db := open(t, address)
			must(t, db.Create(t.Context(), "t", target.Table{Schema: numbers.Schema, FileID: fileID}))
			e := register(t, db, "a")
			tx, err := connect(t, address).Begin(t.Context())
			must(t, err)
			insert := `INSERT INTO t (n) SELECT id FROM sluice.ledger WHERE id = $1`
			if fileID {
				insert = `INSERT INTO t (n, _sluice_file) SELECT 0, id FROM sluice.ledger WHERE id = $1`
			}
			_, err = tx.Exec(t.Context(), insert, e.ID)
			must(t, err)
			_, err = tx.Exec(t.Context(), `UPDATE sluice.ledger SET read_offset = 1, rows_loaded = 1 WHERE id = $1`, e.ID)
			must(t, err)

			type answer struct {
				deleted int64
				err     error
			}
			forgotten := make(chan answer, 1)
			go func() {
				deleted, err := db.Forget(t.Context(), "t", e)
				forgotten <- answer{deleted, err}
			}()
			watcher := connect(t, address)
			for waiting := false; !waiting; time.Sleep(5 * time.Millisecond) { // the server says when
				must(t, watcher.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity
					WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting))
			}
			must(t, tx.Commit(t.Context()))
			got := <-forgotten
			var rows, entries int64
			must(t, watcher.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM sluice.ledger)`).Scan(&rows, &entries))
			if rows != entries || fileID && (got.err != nil || got.deleted != 1) || !fileID && got.err == nil {
				t.Errorf("deleted %d, %v; %d rows, %d entries are left", got.deleted, got.err, rows, entries)
			}
		})
	}
}
