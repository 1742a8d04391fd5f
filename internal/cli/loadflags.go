package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source/after"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// loadFlags are the flags of load.
type loadFlags struct {
	to, table, pipeline string
	readFlags
	schemaFile     string
	onNewColumn    string
	onTypeConflict string
	noFileID       bool
	memory         config.Bytes
	workers        int
	onBadRow       string
	maxBadRows     config.CountOrPercent
	onChange       string
	afterText      string
	dryRun, json   bool
	store          storeFlags
	follow         followFlags

	// The following are computed by complete.
	bad       reader.OnBadRow
	change    transfer.OnChange
	news      transfer.OnNewColumn
	conflicts transfer.OnTypeConflict
	after     after.Action
}

const (
	defaultMemory = 256 << 20
	leastMemory   = 8 << 20
	mostWorkers   = 1000
)

func (f *loadFlags) bind(cmd *cobra.Command, width int) {
	f.memory = defaultMemory
	flags, help := cmd.Flags(), newSections(cmd, width)
	help.add("Where to", func() {
		flags.StringVar(&f.to, "to", defaultTo, "`target` to load into: duckdb:FILE, postgres://USER@HOST/DATABASE, or stdout: to print JSON lines")
		flags.StringVar(&f.table, "table", "", "`name` of the table (default: from the source's name)")
		flags.StringVar(&f.pipeline, "pipeline", "", "`name` under which progress is kept (default: the table's name)")
	})
	f.readFlags.bind(cmd, help)
	help.add("The table", func() {
		flags.StringVar(&f.schemaFile, "schema", "", "JSON `file` of all columns of the table, in place of --column and of inference: see docs/schema.md")
		flags.StringVar(&f.onNewColumn, "on-new-column", "", "`what` to do with a column of a file that the table lacks: add it, ignore it, or fail the file (default: add, with --schema: fail)")
		flags.StringVar(&f.onTypeConflict, "on-type-conflict", "bad-row", "`what` to do where a file has values that a column's type does not hold: bad-row, or widen the column")
		flags.BoolVar(&f.noFileID, "no-file-id", false, "create the table without the column _sluice_file")
	})
	help.add("What becomes of files and of what is wrong with them", func() {
		flags.StringVar(&f.onBadRow, "on-bad-row", "fail", "`what` to do with a bad row: fail the file, skip the row and count it, or quarantine it in a table beside")
		flags.Var(&f.maxBadRows, "max-bad-rows", "bad rows a file may have under skip or quarantine, such as 100 or 0.1% (default: no limit)")
		flags.StringVar(&f.onChange, "on-change", "fail", "`what` to do with a file that changed after rows of it were loaded: fail it, append its new rows to the old ones, or replace those")
		flags.StringVar(&f.afterText, "after", "keep", "`what` to do with a file once it is loaded: keep it, delete it, move=PREFIX or tag=KEY:VALUE")
	})
	help.add("Memory and limits", func() {
		flags.Var(&f.memory, "memory", "`size` of the memory that rows may take, such as 64MiB or 1GiB")
		flags.IntVar(&f.workers, "workers", 0, "`number` of files loaded at the same time (default: number of cores, at most 4)")
		f.limit.bind(cmd)
	})
	help.add("S3", func() { f.store.bind(cmd) })
	help.add("To keep loading what arrives", func() { f.follow.bind(cmd) })
	help.add("What is shown", func() {
		flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be loaded and how, and load nothing")
		flags.BoolVar(&f.json, "json", false, "print the outcome as one JSON object (with --to stdout: to stderr)")
	})
}

// changes are the values of --on-change.
var changes = map[string]transfer.OnChange{
	"fail": transfer.FailChanged, "append": transfer.AppendChanged, "replace": transfer.ReplaceChanged,
}

// complete checks the flags and computes what follows from them. It reports
// everything that is wrong at once.
func (f *loadFlags) complete() error {
	errs := []error{f.readFlags.complete(), f.completeSchema()}
	switch f.onBadRow {
	case "fail":
		f.bad = reader.FailFile
		if f.maxBadRows.String() != "" {
			errs = append(errs, errors.New("--max-bad-rows goes with --on-bad-row skip or quarantine"))
		}
	case "skip":
		f.bad = reader.SkipRow
	case "quarantine":
		f.bad = reader.Quarantine
	default:
		errs = append(errs, fmt.Errorf("--on-bad-row %q: use fail, skip or quarantine", f.onBadRow))
	}
	var ok bool
	if f.change, ok = changes[f.onChange]; !ok {
		errs = append(errs, fmt.Errorf("--on-change %q: use fail, append or replace", f.onChange))
	}
	if f.change == transfer.ReplaceChanged && f.noFileID {
		errs = append(errs, errors.New("--on-change replace needs the column that --no-file-id leaves out, to tell a file's rows from others"))
	}
	if int64(f.memory) < leastMemory {
		errs = append(errs, fmt.Errorf("--memory %s: at least %s is needed", f.memory.String(), bytesText(leastMemory)))
	}
	if f.workers < 0 || f.workers > mostWorkers {
		errs = append(errs, fmt.Errorf("--workers %d: give a number from 1 to %d", f.workers, mostWorkers))
	}
	errs = append(errs, f.completeAfter(), f.follow.complete(f))
	if strings.ContainsRune(f.table, 0) {
		errs = append(errs, errors.New("--table contains a NUL byte"))
	}
	return usage(errors.Join(errs...))
}
