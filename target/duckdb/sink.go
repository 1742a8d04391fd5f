//go:build cgo

package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	duckdb "github.com/duckdb/duckdb-go/v2"

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
	insert  string // INSERT … SELECT * FROM the feed's view
	release func()
}

// attachFeeds makes the database for the views.
func (w *writer) attachFeeds(ctx context.Context) error {
	w.tables = map[string]*sink{}
	return w.exec(ctx, fmt.Sprintf("ATTACH IF NOT EXISTS ':memory:' AS %s", quote(feedDB)))
}

// check tells an item's size, and refuses one that does not fit its table.
func (w *writer) check(ctx context.Context, item abstract.ChangeItem) (size int64, err error) {
	s := w.tables[item.Table]
	if s == nil {
		if s, err = w.newSink(ctx, item.Table); err != nil {
			return 0, err
		}
		w.tables[item.Table] = s
	}
	if item.Batch == nil {
		return 0, nil
	}
	if !s.schema.Equal(item.Batch.Schema()) {
		return 0, fmt.Errorf("batch for table %q does not have the table's columns: it has %v, the table %v",
			item.Table, item.Batch.Schema(), s.schema)
	}
	for _, column := range item.Batch.Columns() {
		size += int64(column.Data().SizeInBytes())
	}
	return size, nil
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
	id, err := duckdb.ConnId(w.conn)
	if err != nil {
		return nil, fmt.Errorf("identify connection: %w", err)
	}
	s := &sink{schema: table.Schema.Arrow(), feed: newFeed(*table)}
	view := fmt.Sprintf("feed_%d_%d", id, len(w.tables))
	if s.release, err = w.registerFeed(ctx, view, s.feed); err != nil {
		return nil, err
	}
	columns := make([]string, 0, len(table.Schema)+1)
	for _, field := range s.feed.schema.Fields() {
		columns = append(columns, quote(field.Name))
	}
	s.insert = fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM %s.main.%s",
		quote(name), strings.Join(columns, ", "), quote(feedDB), quote(view))
	return s, nil
}

// registerFeed makes the view in the database beside the file.
func (w *writer) registerFeed(ctx context.Context, view string, f *feed) (release func(), err error) {
	var main string
	if err := w.conn.QueryRowContext(ctx, "SELECT current_database()").Scan(&main); err != nil {
		return nil, fmt.Errorf("name the database: %w", err)
	}
	if err := w.exec(ctx, "USE "+quote(feedDB)); err != nil {
		return nil, err
	}
	release, err = registerView(w.conn, view, f)
	if useErr := w.exec(ctx, "USE "+quote(main)); err == nil && useErr != nil {
		release()
		err = useErr
	}
	return release, err
}

// close undoes what is not committed and frees the views.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.txn != nil {
		_ = w.abort(context.Canceled)
	}
	for _, s := range w.tables {
		s.release()
	}
	return w.conn.Close()
}

var _ target.Session = (*session)(nil)
