package targettest

import (
	"context"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// Harness is what the suite needs to know of a target.
type Harness struct {
	// Open opens the database of that name: empty the first time, as it was
	// left after that. The suite closes the target before it opens the same
	// database again. Names consist of letters, digits and underscores.
	Open func(ctx context.Context, t *testing.T, name string) (target.Target, error)
	// Rows returns the committed rows of a table, in any order. A row holds
	// the columns of schema in its order, each as nil, bool, int64, float64,
	// string, []byte or, for dates and timestamps, time.Time. Decimals, UUIDs
	// and JSON values are strings in their usual notation, decimals with all
	// digits of their scale, and times of day are strings such as "15:04:05"
	// or "15:04:05.000001". It is called while the target is open.
	Rows func(t *testing.T, db target.Target, table string, schema abstract.Schema) [][]any

	// NoLedger says that the target keeps no ledger. The suite then skips
	// what takes one, and needs nothing of what is below.
	NoLedger bool
	// LedgerSchema is the schema that the ledger's tables live in, as SQL
	// spells it.
	LedgerSchema string
	// Exec runs a statement in a transaction of its own, while the target is
	// open. The statements are plain SQL.
	Exec func(t *testing.T, db target.Target, statement string)
	// CaseTwins says that the target tells "a" and "A" apart as the names of
	// two columns. Otherwise it must refuse the second.
	CaseTwins bool
	// MaxName is how many bytes a column's name may have, 0 if at least 300.
	MaxName int
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Run("Values", func(t *testing.T) { testValues(t, h) })
	t.Run("X05Names", func(t *testing.T) { testNames(t, h) })
	t.Run("Items", func(t *testing.T) { testItems(t, h) })
	t.Run("Sessions", func(t *testing.T) { testSessions(t, h) })
	if h.NoLedger {
		t.Run("NoLedger", func(t *testing.T) { testNoLedger(t, h) })
		return
	}
	t.Run("Tables", func(t *testing.T) { testTables(t, h) })
	t.Run("Columns", func(t *testing.T) { testColumns(t, h) })
	t.Run("Widening", func(t *testing.T) { testWidening(t, h) })
	t.Run("Progress", func(t *testing.T) { testProgress(t, h) })
	t.Run("Conflicts", func(t *testing.T) { testConflicts(t, h) })
	t.Run("Refused", func(t *testing.T) { testRefused(t, h) })
	t.Run("Ledger", func(t *testing.T) { testLedger(t, h) })
	t.Run("Verify", func(t *testing.T) { testVerify(t, h) })
	t.Run("Replace", func(t *testing.T) { testReplace(t, h) })
	t.Run("Forget", func(t *testing.T) { testForget(t, h) })
	t.Run("Quarantine", func(t *testing.T) { testQuarantine(t, h) })
}

// cases runs functions as subtests, each with a database of its own.
func (h Harness) cases(t *testing.T, tests map[string]func(*env)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(h.start(t)) })
	}
}
