package badrows

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Compare compares the tables t and t_rejected with the model, row by row. The
// ledger's schema is _sluice or sluice.
func (m *Model) Compare(db *sql.DB, schema string) error {
	var n, different, first, last, wrong, loaded, rejected, open int64
	err := db.QueryRow(`SELECT count(*), count(DISTINCT id), coalesce(min(id), 0), coalesce(max(id), -1),
		coalesce(sum(CASE WHEN word = 'w' || CAST(id AS varchar) THEN 0 ELSE 1 END), 0),
		(SELECT sum(rows_loaded) FROM `+schema+`.ledger), (SELECT sum(rows_rejected) FROM `+schema+`.ledger),
		(SELECT count(*) FROM `+schema+`.ledger WHERE state <> 'done')
		FROM t`).Scan(&n, &different, &first, &last, &wrong, &loaded, &rejected, &open)
	if err != nil {
		return err
	}
	if n != m.Good || different != n || first != 0 || last != n-1 || wrong != 0 || loaded != n || open != 0 || rejected != int64(len(m.Rejected)) {
		return fmt.Errorf("%d rows, %d ids from %d to %d, %d wrong, %d in the ledger; want %d; rejected %d, want %d; %d files not done",
			n, different, first, last, wrong, loaded, m.Good, rejected, len(m.Rejected), open)
	}
	return m.compareRejected(db, schema)
}

// compareRejected compares what is kept of the rejected records.
func (m *Model) compareRejected(db *sql.DB, schema string) error {
	rows, err := db.Query(`SELECT q.object, q.record, q.byte_offset, q.reason, q.raw, l.object_key
		FROM t_rejected q JOIN ` + schema + `.ledger l ON l.id = q._sluice_file WHERE q.rejected_at IS NOT NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	seen := map[string]bool{}
	var errs []error
	for rows.Next() {
		var r Record
		var reason, key string
		var raw []byte
		if err := rows.Scan(&r.Object, &r.Number, &r.Offset, &reason, &raw, &key); err != nil {
			return err
		}
		r.Raw, r.Refused = string(raw), strings.HasPrefix(reason, "the table refuses it: ")
		want, known := m.Rejected[r.key()]
		switch {
		case !known:
			errs = append(errs, fmt.Errorf("%s is rejected: %s: %q", r.key(), reason, raw))
		case seen[r.key()]:
			errs = append(errs, fmt.Errorf("%s is there twice", r.key()))
		case r != want || key != r.Object || reason == "":
			errs = append(errs, fmt.Errorf("%+v (%s) of %s, want %+v", r, reason, key, want))
		}
		seen[r.key()] = true
	}
	if len(seen) != len(m.Rejected) {
		errs = append(errs, fmt.Errorf("%d rejected records are kept, want %d", len(seen), len(m.Rejected)))
	}
	return errors.Join(append(errs[:min(len(errs), 5)], rows.Err())...)
}
