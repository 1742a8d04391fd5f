package target

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// What drivers have in common about objects that replace others: see
// [Session].

// BeginsWhole tells that an item is the first, in a transaction with that
// progress, of an object that replaces others and has more items to come. The
// progress is nil where there is no transaction.
func BeginsWhole(o abstract.Origin, progress *ledger.Batch) bool {
	return len(o.Replaces) > 0 && !o.Last && (progress == nil || !progress.Has(o.LedgerID))
}

// BetweenError refuses an item of another object that was pushed in between
// those of one that replaces others.
func BetweenError(o abstract.Origin) error {
	return fmt.Errorf("%s was pushed in the middle of an object that replaces others: push that one to its end first", o.Object)
}

// NotReplaceableError refuses an object that replaces others in a table that
// has no [FileIDColumn].
func NotReplaceableError(table string) error {
	return fmt.Errorf("table %q has no column %s, so the rows of a file cannot be told from others, nor replaced", table, FileIDColumn)
}
