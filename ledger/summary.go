package ledger

import (
	"context"
	"fmt"
)

// Summary is a pipeline in numbers.
type Summary struct {
	Pipeline string          `json:"pipeline"`
	Table    string          `json:"table"`
	Files    map[State]int64 `json:"files"`
	Rows     int64           `json:"rows_loaded"`
	Rejected int64           `json:"rows_rejected"`
	Bytes    int64           `json:"bytes_read"`
}

// Summaries lists the pipelines, by name.
func (s *Store) Summaries(ctx context.Context, pipeline string) (list []Summary, err error) {
	err = s.view(ctx, func(tx Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT p.pipeline, p.table_name, coalesce(l.state, ''), count(l.id), coalesce(sum(l.rows_loaded), 0)::bigint,
				coalesce(sum(l.rows_rejected), 0)::bigint, coalesce(sum(l.bytes_read), 0)::bigint
			FROM {}.pipelines p LEFT JOIN {}.ledger l ON l.pipeline = p.pipeline
			WHERE $1 = '' OR p.pipeline = $1
			GROUP BY p.pipeline, p.table_name, l.state ORDER BY p.pipeline, l.state`, pipeline)
		if err != nil {
			return fmt.Errorf("summarise ledger: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var name, table, state string
			var files, loaded, rejected, bytes int64
			if err := rows.Scan(&name, &table, &state, &files, &loaded, &rejected, &bytes); err != nil {
				return fmt.Errorf("summarise ledger: %w", err)
			}
			if len(list) == 0 || list[len(list)-1].Pipeline != name {
				list = append(list, Summary{Pipeline: name, Table: table, Files: map[State]int64{}})
			}
			sum := &list[len(list)-1]
			if files > 0 {
				sum.Files[State(state)] += files
			}
			sum.Rows += loaded
			sum.Rejected += rejected
			sum.Bytes += bytes
		}
		return rows.Err()
	})
	return list, err
}
