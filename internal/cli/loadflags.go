package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source/after"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// loadFlags are the flags of load.
type loadFlags struct {
	to, table, pipeline string
	format              string
	delimiter, quote    config.Delimiter
	noHeader, noFileID  bool
	null                []string
	recordsPath         config.RecordsPath
	encoding            string
	columns             []string
	memory              config.Bytes
	workers             int
	onBadRow            string
	maxBadRows          config.CountOrPercent
	onChange            string
	afterText           string
	dryRun, json        bool
	store               storeFlags
	limit               limitFlags
	follow              followFlags

	// The following are computed by complete.
	hints  reader.Hints
	schema abstract.Schema
	bad    reader.OnBadRow
	change transfer.OnChange
	after  after.Action
}

const (
	autoFormat    = "auto"
	defaultMemory = 256 << 20
	leastMemory   = 8 << 20
	mostWorkers   = 1000
)

func (f *loadFlags) bind(cmd *cobra.Command) {
	f.memory = defaultMemory
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.to, "to", defaultTo, "`target` to load into: duckdb:FILE, postgres://USER@HOST/DATABASE, or stdout: to print JSON lines")
	flags.StringVar(&f.table, "table", "", "`name` of the table (default: from the source's name)")
	flags.StringVar(&f.pipeline, "pipeline", "", "`name` under which progress is kept (default: the table's name)")
	flags.StringVar(&f.format, "format", autoFormat, "`format` of the files: auto (by extension), csv, tsv, jsonl, json, parquet")
	flags.Var(&f.delimiter, "delimiter", "`byte` between fields, or the word tab (default: comma for csv, tab for tsv)")
	flags.Var(&f.quote, "quote", "`byte` around quoted fields (default: \")")
	flags.BoolVar(&f.noHeader, "no-header", false, "the first record is data; columns are named column1, column2 …")
	flags.StringArrayVar(&f.null, "null", nil, "a `word` that means NULL, unless it is quoted; the empty field does too (repeatable)")
	flags.Var(&f.recordsPath, "records-path", "`path` to the records within a JSON document: keys with dots between, such as Records, or a JSON pointer")
	flags.StringVar(&f.encoding, "encoding", "", "`encoding` of text files: "+strings.Join(reader.Encodings(), ", ")+" (default: utf-8, or what a byte order mark says)")
	flags.StringArrayVar(&f.columns, "column", nil, "`name=type`: fix a column's type: "+strings.Join(abstract.TypeNames(), ", ")+" (repeatable)")
	flags.Var(&f.memory, "memory", "`size` of the memory that rows may take, such as 64MiB or 1GiB")
	flags.IntVar(&f.workers, "workers", 0, "`number` of files loaded at the same time (default: number of cores, at most 4)")
	flags.StringVar(&f.onBadRow, "on-bad-row", "fail", "`what` to do with a bad row: fail the file, skip the row and count it, or quarantine it in a table beside")
	flags.Var(&f.maxBadRows, "max-bad-rows", "bad rows a file may have under skip or quarantine, such as 100 or 0.1% (default: no limit)")
	f.limit.bind(cmd)
	flags.StringVar(&f.onChange, "on-change", "fail", "`what` to do with a file that changed after rows of it were loaded: fail it, append its new rows to the old ones, or replace those")
	flags.StringVar(&f.afterText, "after", "keep", "`what` to do with a file once it is loaded: keep it, delete it, move=PREFIX or tag=KEY:VALUE")
	flags.BoolVar(&f.noFileID, "no-file-id", false, "create the table without the column _sluice_file")
	f.store.bind(cmd)
	f.follow.bind(cmd)
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be loaded and how, and load nothing")
	flags.BoolVar(&f.json, "json", false, "print the outcome as one JSON object (with --to stdout: to stderr)")
}

// changes are the values of --on-change.
var changes = map[string]transfer.OnChange{
	"fail": transfer.FailChanged, "append": transfer.AppendChanged, "replace": transfer.ReplaceChanged,
}

// complete checks the flags and computes what follows from them. It reports
// everything that is wrong at once.
func (f *loadFlags) complete() error {
	var errs []error
	f.hints = reader.Hints{Delimiter: byte(f.delimiter), Quote: byte(f.quote), NoHeader: f.noHeader, Null: f.null, RecordsPath: f.recordsPath}
	if f.encoding != "" {
		var err error
		if f.hints.Encoding, err = reader.ParseEncoding(f.encoding); err != nil {
			errs = append(errs, fmt.Errorf("--encoding: %w", err))
		}
	}
	for _, text := range f.columns {
		column, err := config.ParseColumn(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("--column: %w", err))
			continue
		}
		if f.schema.Index(column.Name) >= 0 {
			errs = append(errs, fmt.Errorf("--column: %q is given twice", column.Name))
		}
		f.schema = append(f.schema, column)
	}
	if f.recordsPath != nil && f.format != autoFormat && f.format != "json" {
		errs = append(errs, fmt.Errorf("--records-path is for JSON documents: leave it out, or use --format json in place of %s", f.format))
	}
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
	errs = append(errs, f.limit.complete(), f.completeAfter(), f.follow.complete(f))
	if strings.ContainsRune(f.table, 0) {
		errs = append(errs, errors.New("--table contains a NUL byte"))
	}
	return usage(errors.Join(errs...))
}
