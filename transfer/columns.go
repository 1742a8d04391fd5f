package transfer

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// OnNewColumn is what becomes of a column of a file that the table lacks.
type OnNewColumn int

const (
	// FailNew: the file fails. Where records name their columns themselves, those
	// with a value there are bad records.
	FailNew OnNewColumn = iota
	// IgnoreNew: it is left out.
	IgnoreNew
	// AddNew: the table gets it, while files are loaded.
	AddNew
)

// tableColumns is the table as the load knows it. It does not change: when the
// table grows, another one takes its place.
type tableColumns struct {
	schema  abstract.Schema
	matcher *reader.Matcher
}

// lacking are those of the names that the table has no columns for. A name that
// may be any of several columns is not among them: that is an error of the file.
func (c *tableColumns) lacking(names []string) (list []string) {
	for _, name := range names {
		if c.matcher.Lacks(name) {
			list = append(list, name)
		}
	}
	return list
}

// lacksAny tells whether any is lacking.
func (c *tableColumns) lacksAny(names []string) bool { return len(c.lacking(names)) > 0 }

// has tells whether the table has those columns, with those types or with types
// that they were widened to. A file that was begun when it had no others is read
// on with what it has now.
func (c *tableColumns) has(schema abstract.Schema) bool {
	types := make(map[string]abstract.Type, len(c.schema))
	for _, column := range c.schema {
		types[column.Name] = column.Type
	}
	for _, column := range schema {
		if typ, ok := types[column.Name]; !ok || !typ.Holds(column.Type) {
			return false
		}
	}
	return true
}

// columns is the table's columns, which grow while files are read. Each file is
// read with those that there were when its reading began.
type columns struct {
	now    atomic.Pointer[tableColumns]
	adding chan struct{} // a token for whoever adds some

	// Of who has the token: when adding some failed last by what may pass, and why.
	failed time.Time
	cause  error
}

func newColumns() *columns {
	c := &columns{adding: make(chan struct{}, 1)}
	c.set(nil)
	return c
}

func (c *columns) set(schema abstract.Schema) {
	c.now.Store(&tableColumns{schema, reader.NewMatcher(schema)})
}

// schema is the table's columns now.
func (l *load) schema() abstract.Schema { return l.columns.now.Load().schema }

// relook takes over what the table has by now: other processes, and users, add
// columns as well.
func (l *load) relook(ctx context.Context) (*tableColumns, error) {
	table, err := l.cfg.Target.Describe(ctx, l.cfg.Table)
	if err != nil {
		return nil, err
	}
	if table != nil && !slices.Equal(l.schema(), table.Schema) {
		l.columns.set(table.Schema)
	}
	return l.columns.now.Load(), nil
}

// fit decides what becomes of the columns of a file that the table lacks, and
// completes the request for it. The error is a [*reader.NewColumnsError] if they
// are to be added first, or others to be widened.
func (l *load) fit(ctx context.Context, j *job, request *reader.Request) error {
	names, rescues := request.Dialect.RowColumns(), request.Dialect.Rescue != ""
	table := l.columns.now.Load()
	if j.bare {
		names, request.LeaveOut = request.Dialect.AddedColumns(), table.matcher.Lacks
	}
	begun := len(request.Dialect.Columns) > 0 && j.entry.Started() // where records name them, each may bring some
	if !begun && l.cfg.OnNewColumn == FailNew && table.lacksAny(names) {
		var err error
		if table, err = l.relook(ctx); err != nil {
			return err
		}
	}
	request.Schema = table.schema
	news := &reader.NewColumnsError{}
	if l.cfg.OnNewColumn != FailNew || rescues || !table.lacksAny(names) { // else the file is to fail
		news.Narrow = l.narrow(j, table)
	}
	if l.cfg.OnTypeConflict == Widen && !rescues { // else it is rescued
		request.Widen = func(e reader.Evidence) bool {
			_, ok := l.widening(table, e)
			return ok
		}
	}
	switch {
	case l.cfg.OnNewColumn == IgnoreNew || begun && !rescues:
		// What the table lacks of a file that was begun was left out then, too.
		request.LeaveOut = table.matcher.Lacks
	case begun, j.ungrown != nil && rescues && !table.matcher.Lacks(request.Dialect.Rescue):
		// What the table lacks, and does not get, is rescued.
	case l.cfg.OnNewColumn == AddNew && j.ungrown != nil:
		// As without adding any. The reason is told where the file fails by it.
		if len(names) > 0 || !l.cfg.OnBadRow.GoesOn() {
			err := j.ungrown
			j.ungrown = nil
			return err
		}
	case l.cfg.OnNewColumn == AddNew:
		for _, name := range table.lacking(names) {
			news.Columns = append(news.Columns, reader.Evidence{Name: name})
		}
		if len(table.schema) < reader.MaxColumns {
			request.NewColumn = func(name string) bool { return !strings.EqualFold(name, target.FileIDColumn) }
		}
	}
	if len(news.Columns)+len(news.Narrow) > 0 {
		return news
	}
	return nil
}
