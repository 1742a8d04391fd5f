//go:build cgo

package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// feedDB is an in-memory database beside the file, for the views that DuckDB
// reads batches through. In the file itself a view would be stored, with the
// addresses of this process's memory in it.
const feedDB = "_sluice_feed"

// sink is how rows get into one table.
type sink struct {
	schema  *arrow.Schema // of the batches that are pushed
	feed    *feed
	view    string // its name
	insert  string // INSERT … SELECT * FROM the feed's view
	release func()
}

// attachFeeds makes the database for the views.
func (w *writer) attachFeeds(ctx context.Context) error {
	w.tables = map[string]*sink{}
	if err := w.exec(ctx, "ATTACH ':memory:' AS "+quote(feedDB)); err != nil {
		// Connections to one file share one DuckDB in a process, so the
		// name is taken if another Target has the file open.
		return fmt.Errorf("this process has the file open already, and there must be one writer: close that target first (%w)", err)
	}
	return nil
}

// check makes the sink of an item's table and refuses an item that does not
// fit the table, or that the ledger could not account for.
func (w *writer) check(ctx context.Context, item abstract.ChangeItem) error {
	if item.Origin.LedgerID <= 0 {
		return fmt.Errorf("%s has ledger id %d: register it in the ledger first", item.Origin.Object, item.Origin.LedgerID)
	}
	s := w.tables[item.Table]
	if s == nil {
		// Outside of a transaction: one that has changed the file cannot
		// make a view elsewhere, and a rollback would take the view along.
		w.commit(context.WithoutCancel(ctx))
		var err error
		if s, err = w.newSink(ctx, item.Table); err != nil {
			return err
		}
		w.tables[item.Table] = s
	}
	if len(item.Origin.Replaces) > 0 && !s.feed.fileID {
		return target.NotReplaceableError(item.Table)
	}
	if item.Batch != nil {
		return target.CheckBatch(item.Table, item.Batch, s.schema)
	}
	return nil
}

// newSink registers the view for a table.
func (w *writer) newSink(ctx context.Context, name string) (*sink, error) {
	table, err := describe(ctx, w.conn, name)
	if err != nil {
		return nil, err
	}
	if table == nil {
		return nil, fmt.Errorf("table %q does not exist", name)
	}
	if err := w.fit(ctx, len(table.Schema)); err != nil {
		return nil, err
	}
	w.views++
	s := &sink{schema: table.Schema.Arrow(), feed: newFeed(*table), view: fmt.Sprintf("feed_%d", w.views)}
	if s.release, err = w.registerFeed(ctx, s.view, s.feed); err != nil {
		return nil, err
	}
	columns := make([]string, 0, len(table.Schema)+1)
	for _, field := range s.feed.schema.Fields() {
		columns = append(columns, quote(field.Name))
	}
	s.insert = fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM %s.main.%s",
		w.qualify(name), strings.Join(columns, ", "), quote(feedDB), quote(s.view))
	return s, nil
}

// registerFeed makes the view in the database beside the file.
func (w *writer) registerFeed(ctx context.Context, view string, f *feed) (release func(), err error) {
	if err := w.exec(ctx, "USE "+quote(feedDB)); err != nil {
		return nil, err
	}
	release, err = registerView(w.conn, view, f)
	if useErr := w.exec(context.WithoutCancel(ctx), "USE "+quote(w.main)); err == nil && useErr != nil {
		release()
		err = useErr
	}
	return release, err
}

// qualify is the full name of one of the file's tables, which no other
// catalog or schema can be meant by.
func (w *writer) qualify(table string) string {
	return quote(w.main) + ".main." + quote(table)
}

// releaseFeeds frees what the views read from. No statement may run any more.
func (w *writer) releaseFeeds() {
	for _, s := range w.tables {
		s.release()
	}
	w.tables = nil
}
