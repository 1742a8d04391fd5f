//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// WidenColumnsSQL implements [target.Target]. DuckDB changes one column at a time.
func (t *Target) WidenColumnsSQL(name string, columns []target.Widening) string {
	var statements []string
	for _, c := range columns {
		statements = append(statements, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DATA TYPE %s USING %s",
			quote(name), quote(c.Column), createType(c.To), castSQL(quote(c.Column), c.From, c.To)))
	}
	return strings.Join(statements, ";\n")
}

// castSQL is a column's values as another type. Where DuckDB writes a value in
// another way than a reader would, the text is made that.
func castSQL(column string, from, to abstract.Type) string {
	if to != abstract.Text {
		return "CAST(" + column + " AS " + createType(to) + ")"
	}
	switch from {
	case abstract.Float64:
		return floatSQL("CAST(" + column + " AS VARCHAR)")
	case abstract.TimestampTZ: // by itself it would be in the time zone of the process
		return "CAST(make_timestamp(epoch_us(" + column + ")) AS VARCHAR) || 'Z'"
	}
	return "CAST(" + column + " AS VARCHAR)"
}

// floatSQL is a float as Go writes it: 1234567.5 is 1.2345675e+06. DuckDB has
// exponents from 16 on, Go from 6 on; at the other end, and in the digits, they
// agree.
func floatSQL(text string) string {
	return fmt.Sprintf(`CASE WHEN %[1]s IN ('nan', '-nan') THEN 'NaN' WHEN %[1]s = 'inf' THEN 'Infinity' WHEN %[1]s = '-inf' THEN '-Infinity' `+
		`WHEN regexp_matches(%[1]s, '^-?\d{7,}\.\d+$') THEN regexp_replace(regexp_replace(%[1]s, '^(-?\d)(\d*)\.(\d+)$', '\1.\2\3'), '\.?0+$', '')`+
		` || 'e+' || lpad(CAST(length(split_part(ltrim(%[1]s, '-'), '.', 1)) - 1 AS VARCHAR), 2, '0') `+
		`ELSE regexp_replace(%[1]s, '\.0$', '') END`, text)
}

// WidenColumns implements [target.Target], as AddColumns does its part.
func (t *Target) WidenColumns(ctx context.Context, name string, columns []target.Widening) error {
	err := t.writer.alter(ctx, name, func() (string, error) {
		table, err := describe(ctx, t.writer.conn, name)
		if err == nil && table == nil {
			err = errors.New("it does not exist")
		}
		if err != nil {
			return "", err
		}
		return t.WidenColumnsSQL(name, target.Due(columns, table.Schema)), nil
	})
	if err != nil {
		return fmt.Errorf("widen columns of table %q: %w", name, err)
	}
	return nil
}
