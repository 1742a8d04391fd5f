package ledger

import (
	"context"
	"fmt"
)

// BindError reports that a pipeline cannot load a table. Another name for the
// one or the other mends it.
type BindError struct{ reason string }

func (e *BindError) Error() string { return e.reason }

// Bind fixes the table that a pipeline loads, the first time it runs, and
// refuses another table from then on with a [*BindError].
func (s *Store) Bind(ctx context.Context, pipeline, table string) error {
	return s.update(ctx, func(tx Tx) error {
		bound, err := boundTable(ctx, tx, pipeline)
		if err != nil {
			return fmt.Errorf("bind pipeline %q: %w", pipeline, err)
		}
		if bound == "" {
			if bound, err = bind(ctx, tx, pipeline, table); err != nil {
				return err
			}
		}
		if bound != table {
			return &BindError{fmt.Sprintf("pipeline %q loads table %q, not %q: give the load a --pipeline of its own", pipeline, bound, table)}
		}
		return nil
	})
}

// bind binds an unknown pipeline. It returns the table that the pipeline is
// bound to, which is another one if another process was faster.
func bind(ctx context.Context, tx Tx, pipeline, table string) (bound string, err error) {
	if err := refuseTwin(ctx, tx, pipeline, table); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `INSERT INTO {}.pipelines VALUES ($1, $2) ON CONFLICT DO NOTHING`, pipeline, table)
	if err == nil {
		bound, err = boundTable(ctx, tx, pipeline)
	}
	if err != nil {
		return "", fmt.Errorf("bind pipeline %q: %w", pipeline, err)
	}
	return bound, nil
}

// refuseTwin refuses a pipeline that differs from a known one only in letter
// case, as does its table: most databases take the two tables for one, and the
// files would be loaded into it twice. The pipeline itself is no twin: another
// process may have bound it since we looked.
func refuseTwin(ctx context.Context, tx Tx, pipeline, table string) error {
	rows, err := tx.Query(ctx, `SELECT pipeline, table_name FROM {}.pipelines
		WHERE pipeline <> $1 AND lower(pipeline) = lower($1) AND lower(table_name) = lower($2)`, pipeline, table)
	if err != nil {
		return fmt.Errorf("bind pipeline %q: %w", pipeline, err)
	}
	defer rows.Close()
	if rows.Next() {
		var twin, twinTable string
		if err := rows.Scan(&twin, &twinTable); err != nil {
			return fmt.Errorf("bind pipeline %q: %w", pipeline, err)
		}
		return &BindError{fmt.Sprintf("pipeline %q loads table %q, which differs from %q only in letter case: write it that way", twin, twinTable, table)}
	}
	return rows.Err()
}

// Table tells which table a pipeline loads, "" if the ledger does not know it.
func (s *Store) Table(ctx context.Context, pipeline string) (table string, err error) {
	err = s.view(ctx, func(tx Tx) error {
		table, err = boundTable(ctx, tx, pipeline)
		return err
	})
	return table, err
}

func boundTable(ctx context.Context, tx Tx, pipeline string) (table string, err error) {
	rows, err := tx.Query(ctx, `SELECT table_name FROM {}.pipelines WHERE pipeline = $1`, pipeline)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&table); err != nil {
			return "", err
		}
	}
	return table, rows.Err()
}
