//go:build cgo

package duckdb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestT05Located: the error of a row that the table refuses says which row it
// was, in whichever item, by itself or because of one before it; and nothing
// of the search is stored.
func TestT05Located(t *testing.T) {
	for name, tc := range map[string]struct {
		columns string
		pushes  [][2]int64 // stretches of the object
		before  int64      // of the item with the refused row
		row     int64      // -1 if it cannot be found
	}{
		"check":        {"n BIGINT CHECK (n <> 70), s VARCHAR", [][2]int64{{0, 50}, {50, 60}, {60, 100}}, 60, 10},
		"first of two": {"n BIGINT CHECK (n <> 3 AND n <> 70), s VARCHAR", [][2]int64{{0, 50}, {50, 100}}, 0, 3},
		"last":         {"n BIGINT CHECK (n < 99), s VARCHAR", [][2]int64{{0, 100}}, 0, 99},
		"only":         {"n BIGINT CHECK (n < 0), s VARCHAR", [][2]int64{{0, 1}}, 0, 0},
		"cast":         {"n UTINYINT, s VARCHAR", [][2]int64{{0, 100}, {100, 300}}, 100, 156},
		// These are streamed at first, and then come in more than one INSERT of whole row groups, cut inside the second item.
		"after a cut":      {"n BIGINT CHECK (n <> 150000), s VARCHAR", [][2]int64{{0, 100_000}, {100_000, 200_000}, {200_000, 300_000}}, 100_000, 50_000},
		"before a cut":     {"n BIGINT CHECK (n <> 110000), s VARCHAR", [][2]int64{{0, 100_000}, {100_000, 200_000}, {200_000, 300_000}}, 100_000, 10_000},
		"equal to another": {"n BIGINT, s VARCHAR, UNIQUE (s)", [][2]int64{{0, 20}, {20, 50}}, 20, 10},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, tempFile(t), duckdb.Options{Buffer: 24 << 20, Threads: 1})
			execute(t, db, "CREATE TABLE t ("+tc.columns+", _sluice_file BIGINT)")
			entries, err := register(t.Context(), db, "a")
			must(t, err)
			s := session(t, db)
			load := func() error {
				for _, p := range tc.pushes {
					item := stretch(entries[0], p[0], p[1])
					if name == "equal to another" {
						item.Release()
						item = repeating(t, item.Origin, 30)
					}
					if err := s.Push([]abstract.ChangeItem{item}); err != nil {
						return err
					}
				}
				return s.Flush()
			}
			err = load()
			if strings.HasSuffix(name, "a cut") {
				_, told := errors.AsType[*target.RollbackError](err)
				if _, located := errors.AsType[*target.RefusedRow](err); !told || located || abstract.ClassOf(err) != abstract.Transient {
					t.Errorf("streamed: %v", err)
				}
				err = load()
			}
			row, ok := errors.AsType[*target.RefusedRow](err)
			if !ok || row.Origin.Before != tc.before || row.Row != tc.row || abstract.ClassOf(err) != abstract.FileOnly {
				t.Fatalf("%v: %+v, want row %d of the item at %d", err, row, tc.row, tc.before)
			}
			if rows := consistent(t, db); rows != 0 {
				t.Errorf("%d rows are stored", rows)
			}
		})
	}
}

// repeating is the rows of a stretch, with texts that begin again after so
// many.
func repeating(t *testing.T, origin abstract.Origin, period int64) abstract.ChangeItem {
	t.Helper()
	var rows [][]any
	for n := origin.Before; n < origin.After; n++ {
		rows = append(rows, []any{n, string(rune('A' + n%period))})
	}
	item, err := abstract.NewRows("t", []string{"n", "s"}, rows...)
	must(t, err)
	item.Origin = origin
	return item
}
