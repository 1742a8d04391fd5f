package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
)

// limitFlags bound what a file may declare. Columns and nesting that are 0 are the
// format's own.
type limitFlags struct {
	record, page     config.Bytes
	columns, nesting int
	ratio            int64
}

// The most that can be asked for.
const (
	mostRecord  = 1 << 30
	mostPage    = 1 << 30
	mostColumns = 1 << 16
	mostNesting = 1 << 10
)

func (f *limitFlags) bind(cmd *cobra.Command) {
	f.record, f.page = reader.DefaultMaxRecord, reader.DefaultMaxPage
	flags := cmd.Flags()
	flags.Var(&f.record, "max-record", "`size` of a record of a text file, at most; an eighth of --memory bounds it, too")
	flags.IntVar(&f.columns, "max-columns", 0, "`columns` of a file, at most (default: "+fmt.Sprint(reader.MaxColumns)+"; Parquet and Avro: 16384)")
	flags.IntVar(&f.nesting, "max-nesting", 0, "`levels` of a nested value, at most (default: "+fmt.Sprint(mostNesting)+"; Protocol Buffers: 100 messages; Parquet: 64)")
	flags.Var(&f.page, "max-page", "`size` of a page of Parquet, decompressed, at most; half of --memory bounds it, too")
	flags.Int64Var(&f.ratio, "max-ratio", reader.DefaultMaxRatio, "how many `times` its size a compressed file may unpack to, if that is more than "+bytesText(reader.FreeUnpacked)+"; 0 for no limit")
}

// complete checks the flags.
func (f *limitFlags) complete() error {
	var errs []error
	size := func(name string, value config.Bytes, most int64) {
		if value < 1 || int64(value) > most {
			errs = append(errs, fmt.Errorf("--%s %s: give a size from 1 byte to %s", name, value.String(), bytesText(most)))
		}
	}
	number := func(name string, value, most int) {
		if value < 0 || value > most {
			errs = append(errs, fmt.Errorf("--%s %d: give a number from 1 to %d", name, value, most))
		}
	}
	size("max-record", f.record, mostRecord)
	size("max-page", f.page, mostPage)
	number("max-columns", f.columns, mostColumns)
	number("max-nesting", f.nesting, mostNesting)
	if f.ratio < 0 {
		errs = append(errs, fmt.Errorf("--max-ratio %d: give a number from 1 on, or 0 for no limit", f.ratio))
	}
	return errors.Join(errs...)
}

// limits bounds reading, to that much memory.
func (f *limitFlags) limits(memory int64) *reader.Limits {
	l := reader.NewLimits(memory, 0)
	l.MaxRatio = f.ratio
	l.Bounds = reader.Bounds{Record: int64(f.record), Columns: f.columns, Nesting: f.nesting, Page: int64(f.page)}
	return l
}
