package target

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// RefusedRow says which row it was that a table refused, where the target can
// tell. It is found in the tree of a [RollbackError] of class FileOnly.
type RefusedRow struct {
	Origin abstract.Origin // of the item
	Row    int64           // of its batch, from 0
	Err    error           // why, without the place
}

func (e *RefusedRow) Error() string {
	return fmt.Sprintf("%s, row %d after offset %d: %v", e.Origin.Object, e.Row+1, e.Origin.Before, e.Err)
}

// Unwrap gives the reason.
func (e *RefusedRow) Unwrap() error { return e.Err }
