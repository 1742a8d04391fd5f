package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// WidenColumnsSQL implements [target.Target].
func (t *Target) WidenColumnsSQL(name string, columns []target.Widening) string {
	if len(columns) == 0 {
		return ""
	}
	var changed []string
	for _, c := range columns {
		changed = append(changed, fmt.Sprintf("\n\tALTER COLUMN %s TYPE %s USING %s", quote(c.Column), createType(c.To), castSQL(quote(c.Column), c.From, c.To)))
	}
	return "ALTER TABLE " + t.qualify(name) + strings.Join(changed, ",")
}

// castSQL is a column's values as another type, with the settings that every
// transaction begins with. Where the server writes a value in another way than a
// reader would, the text is made that.
func castSQL(column string, from, to abstract.Type) string {
	if to != abstract.Text {
		return column + "::" + createType(to)
	}
	switch from {
	case abstract.Float64:
		return floatSQL(column + "::double precision")
	case abstract.TimestampTZ:
		return "(" + column + " AT TIME ZONE 'UTC')::text || 'Z'"
	}
	return column + "::text"
}

// floatSQL is a float as Go writes it: 1234567.5 is 1.2345675e+06. The server has
// exponents from 15 on, Go from 6 on. Both write the fewest digits that read back
// the same; but the server shuns those that only do so by rounding to even, half
// way between two floats. Such are whole numbers beyond 2^53, with up to 15 digits,
// which numeric takes of a float, or 16.
func floatSQL(x string) string {
	exact := x + "::text::numeric"
	rounded := fmt.Sprintf("round(%s, 16 - length(abs(%[1]s)::text))", exact)
	large := fmt.Sprintf("(CASE WHEN %[1]s::numeric::double precision = %[1]s THEN %[1]s::numeric WHEN %[2]s::double precision = %[1]s THEN %[2]s ELSE %[3]s END)::text",
		x, rounded, exact)
	return fmt.Sprintf(`CASE WHEN abs(%[1]s) BETWEEN 9007199254740992 AND 1e40 THEN %[2]s WHEN %[1]s::text ~ '^-?\d{7,}(\.\d+)?$' THEN %[3]s ELSE %[1]s::text END`,
		x, withExponent(large), withExponent(x+"::text"))
}

// withExponent is a number of at least two digits, as text, with one digit before
// the point.
func withExponent(text string) string {
	return fmt.Sprintf(`rtrim(rtrim(regexp_replace(%[1]s, '^(-?\d)(\d*)\.?(\d*)$', '\1.\2\3'), '0'), '.')`+
		` || 'e+' || lpad((length(split_part(ltrim(%[1]s, '-'), '.', 1)) - 1)::text, 2, '0')`, text)
}

// WidenColumns implements [target.Target]. As in AddColumns the statement gives up
// waiting for its lock; it then holds it for as long as the server takes to write
// the table and its indexes anew.
func (t *Target) WidenColumns(ctx context.Context, name string, columns []target.Widening) error {
	err := t.transact(ctx, 0, func(tx ledger.Tx) error {
		if err := t.lockToAlter(ctx, tx, name); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SET LOCAL extra_float_digits = 1"); err != nil { // the fewest digits that read back the same
			return err
		}
		table, err := t.readColumns(ctx, tx, name)
		if err != nil {
			return err
		}
		if table == nil {
			return errors.New("it does not exist")
		}
		due := target.Due(columns, table.public().Schema)
		if len(due) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, t.WidenColumnsSQL(name, due))
		return err
	})
	if err != nil {
		return fmt.Errorf("widen columns of table %q: %w", name, err)
	}
	return nil
}
