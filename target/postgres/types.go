package postgres

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target/postgres/internal/pgcopy"
)

// createType is the column type that Create gives each type. JSON values
// become json and not jsonb, which would not keep their text: numbers,
// repeated keys, the order of keys.
func createType(t abstract.Type) string {
	switch t {
	case abstract.Bool:
		return "boolean"
	case abstract.Int64:
		return "bigint"
	case abstract.Float64:
		return "double precision"
	case abstract.Timestamp:
		return "timestamp without time zone"
	case abstract.TimestampTZ:
		return "timestamp with time zone"
	case abstract.Time:
		return "time without time zone"
	case abstract.Bytes:
		return "bytea"
	default: // text, date, uuid and json are called that, and decimal(p,s) is numeric(p,s)
		return strings.Replace(string(t), "decimal", "numeric", 1)
	}
}

// plain are the types without a parameter that takes part in the mapping.
var plain = map[uint32]struct {
	values abstract.Type
	wire   pgcopy.Wire
}{
	pgtype.BoolOID:   {abstract.Bool, pgcopy.Bool},
	pgtype.Int2OID:   {abstract.Int64, pgcopy.Int2},
	pgtype.Int4OID:   {abstract.Int64, pgcopy.Int4},
	pgtype.Int8OID:   {abstract.Int64, pgcopy.Int8},
	pgtype.Float4OID: {abstract.Float64, pgcopy.Float4},
	pgtype.Float8OID: {abstract.Float64, pgcopy.Float8},
	pgtype.DateOID:   {abstract.Date, pgcopy.Date},
	pgtype.UUIDOID:   {abstract.UUID, pgcopy.UUID},
	pgtype.TextOID:   {abstract.Text, pgcopy.Text},
	pgtype.JSONOID:   {abstract.JSON, pgcopy.JSON},
	pgtype.JSONBOID:  {abstract.JSON, pgcopy.JSONB},
	pgtype.ByteaOID:  {abstract.Bytes, pgcopy.Bytea},
}

// columnOf maps a column of a table. Only types are taken whose values arrive
// exactly or are refused; the others are an error that names them.
func columnOf(name string, oid uint32, modifier int, isEnum bool, shown string) (pgcopy.Column, error) {
	c := pgcopy.Column{Name: name, Limit: pgcopy.NoLimit}
	if known, ok := plain[oid]; ok {
		c.Type, c.Wire = known.values, known.wire
		return c, nil
	}
	switch oid {
	case pgtype.TimeOID:
		c.Type, c.Wire, c.Limit = abstract.Time, pgcopy.Time, modifier
	case pgtype.TimestampOID:
		c.Type, c.Wire, c.Limit = abstract.Timestamp, pgcopy.Timestamp, modifier
	case pgtype.TimestamptzOID:
		c.Type, c.Wire, c.Limit = abstract.TimestampTZ, pgcopy.Timestamp, modifier
	case pgtype.VarcharOID:
		c.Type, c.Wire, c.Limit = abstract.Text, pgcopy.Text, characters(modifier)
	case pgtype.BPCharOID:
		c.Type, c.Wire, c.Limit = abstract.Text, pgcopy.Char, characters(modifier)
	case pgtype.NumericOID:
		if !numeric(&c, modifier) {
			return c, unfillable(name, shown)
		}
	default:
		if !isEnum {
			return c, unfillable(name, shown)
		}
		c.Type, c.Wire = abstract.Text, pgcopy.Text
	}
	return c, nil
}

// modifierHeader is what the server adds to the length of a type.
const modifierHeader = 4

// characters is the n of varchar(n).
func characters(modifier int) int {
	if modifier < modifierHeader {
		return pgcopy.NoLimit
	}
	return modifier - modifierHeader
}

// numeric maps numeric(precision,scale) to a decimal where there is one, and
// to text otherwise: numbers are read from it with all their digits.
func numeric(c *pgcopy.Column, modifier int) (ok bool) {
	c.Type, c.Wire = abstract.Text, pgcopy.Numeric
	if modifier < modifierHeader {
		return true
	}
	precision := (modifier - modifierHeader) >> 16 & 0xffff
	scale := ((modifier-modifierHeader)&0x7ff ^ 1024) - 1024 // eleven bits, signed
	if scale < 0 {
		return false // the server rounds before the point
	}
	c.Limit = scale
	if precision <= abstract.MaxPrecision && scale <= precision {
		c.Type = abstract.Decimal(precision, scale)
	}
	return true
}

func unfillable(column, shown string) error {
	return fmt.Errorf("column %q is %s, which Sluice cannot fill without changing values: load into a new table, or make the column one of "+
		"boolean, smallint, integer, bigint, real, double precision, numeric, date, time, timestamp, timestamptz, uuid, text, varchar, char, json, jsonb, bytea or an enum",
		column, shown)
}
