package targettest

import (
	"encoding/json"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// file is an object of the simple table's rows. Its offsets count rows.
type file struct {
	id     int64
	object abstract.ObjectID
	number int64 // sets its rows apart from other files'
	next   int64 // the row that the next chunk begins with
}

// file registers an object.
func (e *env) file(key string) *file {
	e.Helper()
	e.files++
	f := &file{object: abstract.ObjectID{Bucket: bucket, Key: key, Generation: "g1"}, number: e.files}
	if e.h.NoLedger {
		return f
	}
	store := e.db.Ledger()
	e.must(store.Register(e.Context(), pipeline, []ledger.Candidate{{Object: f.object, Size: 100}}))
	entries, err := store.Lookup(e.Context(), pipeline, bucket, []string{key})
	e.must(err)
	if len(entries) != 1 || entries[0].Object != f.object {
		e.Fatalf("lookup of %q after its registration: %v", key, entries)
	}
	f.id = entries[0].ID
	return f
}

// row is a file's row of that number.
func (f *file) row(n int64) []any {
	return []any{f.number*1_000_000 + n, fmt.Sprintf("row %d of %s", n, f.object.Key)}
}

// chunk is a file's next n rows.
func (e *env) chunk(f *file, n int64, last bool) abstract.ChangeItem {
	e.Helper()
	item := e.stretch(f, f.next, f.next+n)
	item.Origin.Last = last
	f.next += n
	return item
}

// stretch is a file's rows from one offset to another.
func (e *env) stretch(f *file, before, after int64) abstract.ChangeItem {
	e.Helper()
	item := abstract.ChangeItem{Table: table, Origin: abstract.Origin{
		LedgerID: f.id, Object: f.object, Before: before, After: after, Rows: after - before, Bytes: 10 * (after - before),
	}}
	if before == 0 {
		item.Origin.Opening = &abstract.Opening{Schema: simple, Dialect: json.RawMessage(`{"format":"csv"}`)}
	}
	if after > before {
		rows := make([][]any, 0, after-before)
		for n := before; n < after; n++ {
			rows = append(rows, f.row(n))
		}
		item.Batch = e.batch(simple, rows)
	}
	return item
}

// loaded is what a test expects of a file.
type loaded struct {
	f    *file
	rows int64
	done bool
}

// want checks that the table holds exactly the first rows of each file, and
// that the ledger says the same.
func (e *env) want(files ...loaded) {
	e.Helper()
	var rows [][]any
	for _, l := range files {
		for n := range l.rows {
			rows = append(rows, l.f.row(n))
		}
	}
	e.wantRows(table, simple, rows)
	if e.h.NoLedger {
		return
	}
	for _, l := range files {
		entry := e.entry(l.f)
		if entry.Offset != l.rows || entry.Rows != l.rows || (entry.State == ledger.Done) != l.done {
			e.Errorf("ledger of %s: offset %d, %d rows, %s; want %d rows, done %v",
				l.f.object, entry.Offset, entry.Rows, entry.State, l.rows, l.done)
		}
	}
}
