package target

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// QuarantineTable is the name of the table beside a table that keeps the
// records which were rejected.
func QuarantineTable(table string) string { return table + "_rejected" }

// quarantine is its columns. The file id is among them also where the user's
// table has none: a file's rejected records can always be told from others.
func quarantine() Table { return Table{Schema: abstract.RejectedSchema(), FileID: true} }

// IsQuarantine tells whether a table of those columns, in any order, is one
// that [PrepareQuarantine] has made, going by their names. Another table that
// happens to have the name is left alone.
func IsQuarantine(columns []string) bool {
	want := []string{FileIDColumn}
	for _, c := range quarantine().Schema {
		want = append(want, c.Name)
	}
	columns = slices.Clone(columns)
	slices.Sort(want)
	slices.Sort(columns)
	return slices.Equal(columns, want)
}

// QuarantineError says why rejected records cannot be kept beside a table: a
// matter of names, which the user mends.
type QuarantineError struct{ Reason string }

func (e *QuarantineError) Error() string { return e.Reason }

// PrepareQuarantine makes the table for the records that are rejected on the
// way into a table, if it is not there, and returns its name. Where create is
// false it only tells whether it could be there. It refuses a table of that
// name that is somebody else's, and a name that cannot be one, with a
// [*QuarantineError].
func PrepareQuarantine(ctx context.Context, t Target, table string, create bool) (string, error) {
	name := QuarantineTable(table)
	if t.Ledger() == nil {
		return "", &QuarantineError{"this target has no tables to keep bad rows in: use skip, which counts them, or another target"}
	}
	found, err := t.Describe(ctx, name)
	switch {
	case abstract.ClassOf(err) == abstract.Transient || ctx.Err() != nil:
		return "", err
	case err != nil:
		return "", &QuarantineError{fmt.Sprintf("bad rows would be kept in table %q, which cannot be: %v", name, err)}
	case found == nil && create:
		if createErr := t.Create(ctx, name, quarantine()); createErr != nil {
			// Another process may have been faster.
			if found, err = t.Describe(ctx, name); err != nil || found == nil {
				return "", fmt.Errorf("keep bad rows: %w", createErr)
			}
		}
	}
	if found != nil && (!found.FileID || !slices.Equal(found.Schema, quarantine().Schema)) {
		return "", &QuarantineError{fmt.Sprintf("bad rows would be kept in table %q, which exists and is not Sluice's: "+
			"rename it, or load into a table of another name", name)}
	}
	return name, nil
}

// Quarantined reads what [QuarantineTable]s have. A [Target] with a ledger may
// implement it.
type Quarantined interface {
	// Rejected lists the first records of the object with that ledger id, at
	// most that many, in the order of the file. exists tells whether the table
	// has one for rejected records beside it.
	Rejected(ctx context.Context, table string, id int64, most int) (list []ledger.Rejected, exists bool, err error)
}
