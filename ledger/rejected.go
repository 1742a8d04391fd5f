package ledger

import (
	"context"
	"fmt"
)

// Rejected is a record that was left out, as a quarantine table has it.
type Rejected struct {
	Record int64  `json:"record"`
	Offset int64  `json:"byte_offset"` // -1 where there is none
	Reason string `json:"reason"`
}

// String names the record and says what is wrong with it.
func (r Rejected) String() string {
	if r.Offset < 0 {
		return fmt.Sprintf("record %d: %s", r.Record, r.Reason)
	}
	return fmt.Sprintf("record %d at byte %d: %s", r.Record, r.Offset, r.Reason)
}

// ListRejected lists the first rejected records of an object, in the order of
// the file. The table is one with the columns of abstract.RejectedSchema.
func ListRejected(ctx context.Context, tx Tx, table Table, id int64, most int) (list []Rejected, err error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT record, coalesce(byte_offset, -1), reason FROM %s WHERE %s = $1 ORDER BY record LIMIT $2`,
		table.SQL, table.FileID), id, int64(most))
	if err != nil {
		return nil, fmt.Errorf("read table %q: %w", table.Name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Rejected
		if err := rows.Scan(&r.Record, &r.Offset, &r.Reason); err != nil {
			return nil, fmt.Errorf("read table %q: %w", table.Name, err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
