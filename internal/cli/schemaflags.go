package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// newColumns are the values of --on-new-column.
var newColumns = map[string]transfer.OnNewColumn{
	"add": transfer.AddNew, "ignore": transfer.IgnoreNew, "fail": transfer.FailNew,
}

// typeConflicts are the values of --on-type-conflict.
var typeConflicts = map[string]transfer.OnTypeConflict{"bad-row": transfer.BadRow, "widen": transfer.Widen}

// completeSchema reads the file of --schema, and decides what becomes of columns
// that the table lacks. A user who lists all columns has said that there are to
// be no others.
func (f *loadFlags) completeSchema() error {
	if f.onNewColumn == "" {
		f.onNewColumn = "add"
		if f.schemaFile != "" {
			f.onNewColumn = "fail"
		}
	}
	var ok bool
	if f.news, ok = newColumns[f.onNewColumn]; !ok {
		return fmt.Errorf("--on-new-column %q: use add, ignore or fail", f.onNewColumn)
	}
	if f.conflicts, ok = typeConflicts[f.onTypeConflict]; !ok {
		return fmt.Errorf("--on-type-conflict %q: use bad-row or widen", f.onTypeConflict)
	}
	if f.schemaFile == "" {
		return nil
	}
	if f.conflicts == transfer.Widen {
		return errors.New("--schema gives the columns' types: they are not widened (--on-type-conflict widen)")
	}
	if len(f.columns) > 0 {
		return errors.New("--schema gives all columns: leave out --column, or change the file")
	}
	data, err := readSmall(f.schemaFile, maxSchema, "a file of columns")
	if err == nil {
		f.schema, err = config.ParseSchema(f.schemaFile, data)
	}
	if err != nil {
		return fmt.Errorf("--schema: %w", err)
	}
	return nil
}

// maxSchema is the size of the largest file for --schema, in bytes: 4,096 columns
// with long names take less.
const maxSchema = 4 << 20

// readSmall reads a file that has no more than most bytes if it is what it should
// be.
func readSmall(path string, most int64, what string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %s: it is not %s", path, bytesText(most), what)
	}
	return data, err
}
