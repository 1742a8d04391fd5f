package ledger

import (
	"context"
	"fmt"
)

// Bind fixes the table that a pipeline loads, the first time it runs, and
// refuses another table from then on.
func (s *Store) Bind(ctx context.Context, pipeline, table string) error {
	return s.update(ctx, func(tx Tx) error {
		bound, err := boundTable(ctx, tx, pipeline)
		switch {
		case err != nil:
			return fmt.Errorf("bind pipeline %q: %w", pipeline, err)
		case bound == "":
			if _, err := tx.Exec(ctx, `INSERT INTO {}.pipelines VALUES ($1, $2)`, pipeline, table); err != nil {
				return fmt.Errorf("bind pipeline %q: %w", pipeline, err)
			}
			return nil
		case bound != table:
			return fmt.Errorf("pipeline %q loads table %q, not %q: give the load a --pipeline of its own", pipeline, bound, table)
		}
		return nil
	})
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
