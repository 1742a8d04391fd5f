package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
)

// readFlags say how files are written, and what they may declare. They are those
// of every command that reads files.
type readFlags struct {
	format, dialect   string
	delimiter, escape config.Delimiter
	quote             config.Quote
	comment           string
	skipLines         int
	noHeader          bool
	null              []string
	recordsPath       config.RecordsPath
	encoding          string
	columns           []string
	formats           formatFlags
	shape             shapeFlags
	limit             limitFlags

	// The following are computed by complete.
	hints  reader.Hints
	schema abstract.Schema
}

const (
	autoFormat      = "auto"
	declaredDialect = "declared"
	autoDialect     = "auto"
	mostSkipLines   = 1_000_000
)

func (f *readFlags) bind(cmd *cobra.Command, help *sections) {
	flags := cmd.Flags()
	help.add("How the files are written", func() {
		flags.StringVar(&f.format, "format", autoFormat, "`format` of the files: auto (by extension), csv, tsv, jsonl, json, parquet, avro; by name only: lines, access-log, protobuf")
		flags.StringVar(&f.dialect, "dialect", declaredDialect, "`how` CSV files are written: declared (by the flags below), or auto: what those leave open is detected")
		flags.Var(&f.delimiter, "delimiter", "`byte` between fields, or the word tab (default: comma for csv, tab for tsv)")
		flags.Var(&f.quote, "quote", "`byte` around quoted fields, or none: quotes are data (default: \")")
		flags.Var(&f.escape, "escape", "`byte` before a quote, a delimiter, a line end or itself that is data, such as \\ (default: none; a doubled quote is one)")
		flags.StringVar(&f.comment, "comment", "", "lines that begin with this `text`, such as #, are no records")
		flags.IntVar(&f.skipLines, "skip-lines", 0, "`number` of lines before the header, or before the first record, to leave out")
		flags.BoolVar(&f.noHeader, "no-header", false, "the first record is data; columns are named column1, column2 …")
		flags.StringArrayVar(&f.null, "null", nil, "a `word` that means NULL, unless it is quoted; the empty field does too (repeatable)")
		flags.Var(&f.recordsPath, "records-path", "`path` to the records within a JSON document: keys with dots between, such as Records, or a JSON pointer")
		f.formats.bind(cmd)
		flags.StringVar(&f.encoding, "encoding", "", "`encoding` of text files: "+strings.Join(reader.Encodings(), ", ")+" (default: utf-8, or what a byte order mark says)")
	})
	help.add("Columns", func() {
		flags.StringArrayVar(&f.columns, "column", nil, "`name=type`: fix a column's type: "+strings.Join(abstract.TypeNames(), ", ")+" (repeatable)")
		f.shape.bind(cmd)
	})
}

// complete checks the flags and computes what follows from them. It reports
// everything that is wrong at once.
func (f *readFlags) complete() error {
	var errs []error
	f.hints = reader.Hints{
		Delimiter: byte(f.delimiter), Quote: byte(f.quote.Byte), NoQuote: f.quote.None, Escape: byte(f.escape),
		Comment: f.comment, SkipLines: f.skipLines, NoHeader: f.noHeader, Null: f.null, RecordsPath: f.recordsPath,
	}
	switch f.dialect {
	case declaredDialect:
	case autoDialect:
		f.hints.Detect = reader.DetectToUse
	default:
		errs = append(errs, fmt.Errorf("--dialect %q: use %s or %s", f.dialect, declaredDialect, autoDialect))
	}
	errs = append(errs, f.checkDialect(), f.formats.complete(f.format, &f.hints), f.shape.complete(f.format, &f.hints), f.limit.complete())
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
	return errors.Join(errs...)
}

// checkDialect checks the flags for CSV against one another.
func (f *readFlags) checkDialect() error {
	var errs []error
	quote := f.quote.Byte
	if quote == 0 && !f.quote.None {
		quote = '"'
	}
	switch {
	case f.escape == 0:
	case f.escape == quote:
		errs = append(errs, fmt.Errorf("--escape %s: leave it out: a doubled quote is one quote anyway", f.escape))
	case f.escape == f.delimiter:
		errs = append(errs, fmt.Errorf("--escape and --delimiter are both %q", byte(f.escape)))
	}
	if f.delimiter != 0 && f.delimiter == quote {
		errs = append(errs, fmt.Errorf("--delimiter %s is the quote: say what the quote is with --quote, or --quote none", f.delimiter))
	}
	if strings.ContainsAny(f.comment, "\r\n") {
		errs = append(errs, fmt.Errorf("--comment %q has a line end in it: give what the lines begin with", f.comment))
	}
	if f.skipLines < 0 || f.skipLines > mostSkipLines {
		errs = append(errs, fmt.Errorf("--skip-lines %d: give a number from 0 to %d", f.skipLines, mostSkipLines))
	}
	return errors.Join(errs...)
}

// completeValues lets the shell complete the values of the flags.
func (f *readFlags) completeValues(a *app, cmd *cobra.Command) {
	values(cmd, "format", a.completeFormat)
	values(cmd, "encoding", cobra.FixedCompletions(reader.Encodings(), cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "dialect", cobra.FixedCompletions([]string{declaredDialect, autoDialect}, cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "quote", cobra.FixedCompletions([]string{"none"}, cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "column", completeColumn)
	for _, name := range []string{"delimiter", "escape", "comment", "skip-lines", "null", "records-path",
		"max-record", "max-columns", "max-nesting", "max-page", "max-ratio"} {
		values(cmd, name, cobra.NoFileCompletions)
	}
}
