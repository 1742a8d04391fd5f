package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/shape"
)

// shapeFlags say which columns of the files are loaded, and under which names.
type shapeFlags struct {
	reader.Shaping // complete once [shapeFlags.complete] was called

	rename, meta []string
	flatten      int // levels of objects in JSON
	rescue       string
}

func (f *shapeFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.Select, "select", nil, "load only these `columns` of the files, such as id,name; a new table has them in this order")
	flags.StringSliceVar(&f.Exclude, "exclude", nil, "leave out these `columns` of the files")
	flags.StringArrayVar(&f.rename, "rename", nil, "`old=new`: load a column of the files under another name, which --column then goes by (repeatable)")
	flags.IntVar(&f.flatten, "flatten", 0, "make columns of the keys of nested JSON objects, named parent_child: of all, or with =N of `N` levels")
	flags.Lookup("flatten").NoOptDefVal = strconv.Itoa(reader.MaxFlatten)
	flags.StringVar(&f.rescue, "rescue", "", "put values of JSON, CSV, Parquet and Avro that do not fit, and keys and columns that the table lacks and does not get, into a json column, called _rescue or as in =`NAME`, in place of bad rows and failed files")
	flags.Lookup("rescue").NoOptDefVal = "_rescue"
	flags.StringSliceVar(&f.meta, "meta", nil, "add `columns` of what is known of each file: file, row, mtime, size, loaded_at; named _file and so on, or as in row=NAME")
	flags.BoolVar(&f.Hive, "hive", false, "add the columns that the folders of a path have, as in year=2024/month=5/file.csv")
	values(cmd, "meta", cobra.FixedCompletions(reader.Metas(), cobra.ShellCompDirectiveNoFileComp))
	for _, name := range []string{"select", "exclude", "rename", "flatten", "rescue"} {
		values(cmd, name, cobra.NoFileCompletions)
	}
}

// complete checks the flags, sets what they say of files of that format, and
// makes the shaping of the rest.
func (f *shapeFlags) complete(format string, hints *reader.Hints) error {
	var errs []error
	hints.Flatten, hints.Rescue = f.flatten, f.rescue
	if f.flatten > 0 && !slices.Contains([]string{autoFormat, "json", "jsonl"}, format) {
		errs = append(errs, fmt.Errorf("--flatten is for JSON: leave it out with --format %s", format))
	}
	if f.rescue != "" && !slices.Contains([]string{autoFormat, "json", "jsonl", "csv", "tsv", "parquet", "avro"}, format) {
		errs = append(errs, fmt.Errorf("--rescue is for JSON, CSV, TSV, Parquet and Avro: leave it out with --format %s", format))
	}
	for _, text := range f.rename {
		from, to, ok := strings.Cut(text, "=")
		if !ok || from == "" || to == "" || strings.Contains(to, "=") {
			errs = append(errs, fmt.Errorf("--rename %q: write old=new", text))
			continue
		}
		f.Rename = append(f.Rename, reader.Rename{From: from, To: to})
	}
	if f.flatten < 0 || f.flatten > reader.MaxFlatten {
		errs = append(errs, fmt.Errorf("--flatten=%d: give a number of levels from 1 to %d", f.flatten, reader.MaxFlatten))
	}
	if f.rescue != "" && f.flatten > 0 {
		errs = append(errs, errors.New("--rescue does not go with --flatten: leave out one"))
	}
	for _, text := range f.meta {
		what, name, given := strings.Cut(text, "=")
		if !given {
			name = "_" + what
		}
		f.Meta = append(f.Meta, reader.Meta{What: what, Name: name})
	}
	return errors.Join(append(errs, f.Check())...)
}

// of is the format, with its rows in shape. That is so without any of the flags,
// too: a file that was begun with some is read on with them.
func (f *shapeFlags) of(format reader.Format, err error) (reader.Format, error) {
	if err != nil {
		return nil, err
	}
	return shape.New(format, f.Shaping, time.Now), nil
}
