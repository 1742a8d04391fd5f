package transfer

import (
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// OnChange is what becomes of an object of which another generation was
// loaded, in whole or in part. Which generation is the newer one is not asked:
// it is the one that the source delivers now.
type OnChange int

const (
	// FailChanged: the object fails. Nothing of it is loaded.
	FailChanged OnChange = iota
	// AppendChanged: it is loaded as if it were another object. The old rows
	// stay, and so does what the ledger says of them.
	AppendChanged
	// ReplaceChanged: it is loaded in one transaction, in which all other
	// generations' rows and ledger entries go.
	ReplaceChanged
)

// ConfigError is a configuration that cannot be loaded with, as it turned out
// when the target was looked at. Nothing was loaded.
type ConfigError struct{ err error }

func (e *ConfigError) Error() string { return e.err.Error() }
func (e *ConfigError) Unwrap() error { return e.err }

// configError makes a [ConfigError].
func configError(format string, args ...any) error {
	return &ConfigError{fmt.Errorf(format, args...)}
}

// checkOnChange refuses what cannot be done whatever the table is.
func (c Config) checkOnChange() error {
	switch {
	case c.OnChange == FailChanged:
		return nil
	case c.Target.Ledger() == nil:
		return configError("the target keeps no ledger, and so does not know which files have changed: nothing but failing can be done on change")
	case c.OnChange == ReplaceChanged && c.NoFileID:
		return configError("without the column %s the rows of a file cannot be told from others, nor replaced", target.FileIDColumn)
	}
	return nil
}

// checkReplaceable refuses a table in which nothing can be replaced.
func (l *load) checkReplaceable(name string, table *target.Table) error {
	if l.cfg.OnChange != ReplaceChanged || table.FileID {
		return nil
	}
	return configError("table %q has no column %s, so the rows of a file cannot be told from others, nor replaced: "+
		"add it (bigint) before the first load, or do something else on change", name, target.FileIDColumn)
}

// standing is what the ledger has of an object.
type standing struct {
	entry  ledger.Entry   // of the generation at hand; the zero value if there is none
	others []ledger.Entry // of other generations, and those to be replayed
}

// pick takes the entries of a key apart.
func pick(entries []ledger.Entry, generation string) (s standing) {
	for _, e := range entries {
		if e.Object.Generation == generation {
			s.entry = e
		} else {
			s.others = append(s.others, e)
		}
	}
	return s
}

// replaces are the ids of the entries that loading the generation at hand
// replaces. Entries without rows are among them: another loader may be at work
// on one, and must find it gone.
func (s standing) replaces(policy OnChange) (ids []int64) {
	for _, e := range s.others {
		if policy == ReplaceChanged || e.State == ledger.Replay {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// refusal explains why a new generation of a loaded file is not loaded, nil if
// it is.
func (s standing) refusal(policy OnChange) error {
	if policy != FailChanged {
		return nil
	}
	for _, e := range s.others {
		if e.Rows > 0 && e.State != ledger.Replay {
			return changedSince(e)
		}
	}
	return nil
}

func changedSince(old ledger.Entry) error {
	how := "was loaded"
	if old.State != ledger.Done {
		how = "was partly loaded"
	}
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf(
		"the file changed after it %s (%d rows are in the table): load with --on-change replace to replace those rows, or append to keep them; "+
			"or run 'sluice forget %s' to remove them, then load again",
		how, old.Rows, old.Object))
}

// errUnregistered tells that an object has no entry after it was registered.
var errUnregistered = abstract.WithClass(abstract.FileOnly, errors.New(
	"the ledger has no entry for the file: it was forgotten or replaced at this moment, and the next load looks again; "+
		"or its very long name has the same hash as another one's, and it must be renamed"))
