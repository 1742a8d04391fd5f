package transfer

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/target"
)

// Config says what to load, from where, into what.
type Config struct {
	Source source.Source
	Target target.Target
	// Format picks the format of an object by its key.
	Format func(key string) (reader.Format, error)
	// Hints are the user's words on how the files are written.
	Hints reader.Hints
	// Columns are types that the user fixed. They win over inference, and
	// columns that no file has are created too.
	Columns abstract.Schema
	// Exact tells that Columns are all that the table has, in their order: nothing
	// is inferred. A table that exists must have the same, in any order, and no
	// others unless OnNewColumn adds such.
	Exact bool

	// Table is the table to load, which is created where there is none.
	Table string
	// Pipeline is the name under which the ledger keeps progress. Default:
	// the table's name.
	Pipeline string
	// NoFileID leaves out the column that tells which file a row is from.
	NoFileID bool
	// OnChange is what becomes of an object of which another generation was
	// loaded.
	OnChange OnChange

	// OnNewColumn is what becomes of columns of files that the table lacks.
	OnNewColumn OnNewColumn
	// OnTypeConflict is what becomes of values that the types of the table's columns
	// do not hold. Columns whose types the user fixed keep them.
	OnTypeConflict OnTypeConflict

	// Limits bounds the memory and the parallelism of reading. Default: see
	// [reader.NewLimits].
	Limits *reader.Limits
	// Workers is how many files are loaded at the same time. Default: the
	// number of cores, at most 4.
	Workers int
	// OnBadRow is what becomes of a record that is not a row.
	OnBadRow reader.OnBadRow
	// MaxBadRows is how many bad records, by number or by share of its
	// records, a file may have before it fails. The zero value is no limit.
	MaxBadRows config.CountOrPercent
	// Follow is what only [Loader.Follow] heeds.
	Follow FollowConfig

	// Committed, if not nil, is called after each commit for each object that
	// it moved on, FileEnded once for each file with what became of it. They
	// may be called from several goroutines at once, and must be quick.
	Committed func(ledger.Progress)
	FileEnded func(Outcome)
	// Logger takes what is worth knowing but not an error. Default: nothing.
	Logger *slog.Logger
}

// withDefaults fills in what was left out and reports everything that is
// wrong at once.
func (c Config) withDefaults() (Config, error) {
	var errs []error
	if c.Source == nil || c.Target == nil || c.Format == nil {
		errs = append(errs, errors.New("a load needs a Source, a Target and a Format"))
	} else if err := c.checkOnChange(); err != nil {
		errs = append(errs, err)
	}
	if c.Table == "" {
		errs = append(errs, errors.New("a load needs a Table"))
	}
	if c.Pipeline == "" {
		c.Pipeline = c.Table
	}
	for i, column := range c.Columns {
		if _, err := abstract.ParseType(string(column.Type)); err != nil {
			errs = append(errs, fmt.Errorf("column %q: %w", column.Name, err))
		}
		if c.Columns.Index(column.Name) < i {
			errs = append(errs, fmt.Errorf("column %q is given twice", column.Name))
		}
	}
	if c.Exact && len(c.Columns) == 0 {
		errs = append(errs, errors.New("a table that is to have exactly the given columns needs some"))
	}
	if c.Exact && c.OnTypeConflict == Widen {
		errs = append(errs, errors.New("a table that is to have exactly the given columns cannot have them widened"))
	}
	if c.Workers < 0 {
		errs = append(errs, fmt.Errorf("workers: %d is negative", c.Workers))
	}
	if c.Workers == 0 {
		c.Workers = min(runtime.GOMAXPROCS(0), 4)
	}
	if c.Limits == nil {
		c.Limits = reader.NewLimits(0, 0)
	}
	c.Hints.Obey(c.Limits)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, errors.Join(errs...)
}
