package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/postgres/internal/pgcopy"
)

// sink is how rows get into one table.
type sink struct {
	name    string
	table   *table
	schema  *arrow.Schema // of the batches that are pushed
	encoder *pgcopy.Encoder
	copySQL string
}

func (t *Target) newSink(name string, described *table) (*sink, error) {
	encoder, err := pgcopy.New(described.columns, described.fileID)
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", name, err)
	}
	var columns []string
	if described.fileID {
		columns = append(columns, quote(target.FileIDColumn))
	}
	for _, c := range described.columns {
		columns = append(columns, quote(c.Name))
	}
	return &sink{
		name: name, table: described, schema: described.public().Schema.Arrow(), encoder: encoder,
		copySQL: fmt.Sprintf("COPY %s (%s) FROM STDIN (FORMAT binary)", t.qualify(name), strings.Join(columns, ", ")),
	}, nil
}

// sink returns the sink of a table, for the open transaction. The first time
// in a transaction it locks the table against changes of its definition, which
// may have changed since the last one: binary values for a bigint are valid
// ones, and wrong, for a timestamp.
func (s *session) sink(name string) (*sink, error) {
	known := s.sinks[name]
	if known != nil && s.open.locked[name] {
		return known, nil
	}
	if err := checkName("table", name); err != nil {
		return nil, err
	}
	var described *table
	err := s.open.do(func(conn *pgx.Conn) (err error) {
		described, err = s.target.lock(s.ctx, conn, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if known == nil || known.table.fileID != described.fileID || !slices.Equal(known.table.columns, described.columns) {
		if known, err = s.target.newSink(name, described); err != nil {
			return nil, err
		}
		s.sinks[name] = known
	}
	s.open.locked[name] = true
	if described.serial {
		s.open.serial = true
		return known, s.settleAll()
	}
	return known, nil
}

// lock locks and describes a table, and has the rows that follow meet the
// user's triggers as they would elsewhere.
func (t *Target) lock(ctx context.Context, conn *pgx.Conn, name string) (*table, error) {
	if err := t.batch(ctx, conn, ownPath+"; LOCK TABLE "+t.qualify(name)+" IN ROW EXCLUSIVE MODE"); err != nil {
		return nil, fmt.Errorf("lock table %q: %w", name, err)
	}
	described, err := t.describe(ctx, tx{t, conn, t.timeouts.statement}, name)
	if err != nil {
		return nil, err
	}
	return described, t.batch(ctx, conn, userPath)
}
