package ledger

import (
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// ErrConflict reports that the compare-and-set found an object elsewhere than
// expected: someone else has moved it on. It is not a failure of the object.
var ErrConflict = errors.New("the ledger was moved on by another writer")

// ConflictError is an [ErrConflict] that says which object it is about, so
// that a transaction which several files share can tell the loser from those
// that only happened to be with it.
type ConflictError struct {
	ID     int64 // the object's ledger id
	Object abstract.ObjectID
	Before int64 // where the refused stretch begins
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s, from offset %d: %v", e.Object, e.Before, ErrConflict)
}

// Unwrap gives [ErrConflict].
func (e *ConflictError) Unwrap() error { return ErrConflict }
