package pgcopy

import (
	"math/big"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// numericOf reads a field by pgx's decoder. scale is the field's own.
func numericOf(t *testing.T, field []byte) (value *big.Rat, scale int) {
	t.Helper()
	var n pgtype.Numeric
	if err := pgtype.NewMap().Scan(pgtype.NumericOID, pgtype.BinaryFormatCode, field[4:], &n); err != nil {
		t.Fatalf("%x: %v", field, err)
	}
	value = new(big.Rat).SetInt(n.Int)
	power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n.Exp, -n.Exp))), nil))
	if n.Exp < 0 {
		value.Quo(value, power)
	} else {
		value.Mul(value, power)
	}
	return value, int(field[10])<<8 | int(field[11])
}

// normal checks what the server asks of the digits.
func normal(t *testing.T, field []byte) {
	t.Helper()
	digits := field[12:]
	if n := len(digits); n > 0 && (digits[0] == 0 && digits[1] == 0 || digits[n-2] == 0 && digits[n-1] == 0) {
		t.Errorf("%x has zeros at an end", field)
	}
}

func FuzzDecimal(f *testing.F) {
	for _, scale := range []uint8{0, 1, 2, 3, 4, 5, 37, 38} {
		f.Add(int64(0), uint64(1), scale)
		f.Add(int64(-1), uint64(0), scale)
		f.Add(int64(1), uint64(1<<63), scale)
		f.Add(int64(0x4b3b4ca85a86c47a), uint64(0x098a223fffffffff), scale) // 10^38 - 1
		f.Add(int64(-1<<63), uint64(0), scale)
		f.Add(int64(0), uint64(100_000_000), scale)
	}
	f.Fuzz(func(t *testing.T, hi int64, lo uint64, scale uint8) {
		scale %= abstract.MaxPrecision + 1
		n := decimal128.New(hi, lo)
		field, err := (&decimals{[]decimal128.Num{n}, int(scale)}).append(nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, gotScale := numericOf(t, field)
		want := new(big.Rat).SetFrac(n.BigInt(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		if got.Cmp(want) != 0 || gotScale != int(scale) {
			t.Errorf("%s, scale %d: written as %s, scale %d (%x)", n.BigInt(), scale, got, gotScale, field)
		}
		normal(t, field)
	})
}

func FuzzNumericText(f *testing.F) {
	for _, text := range []string{
		"0", "-0.00", "1", "10000", "0.0001", "00012.3400", "1e5", "1.5E-7", "-99999999.99999999", ".5", "5.", " 7 ", "+1",
		"123456789012345678901234567890123456789012345678901234567890.5", "1e-20", "12e3", "1e", "", ".", "--1", "1_0", "0x1", "0e10", "0.0e-3",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 100 {
			return
		}
		column := column(abstract.Text, Numeric, NoLimit)
		fields, err := encode(t, column, batch(t, abstract.Text, text), false)
		trimmed := strings.TrimSpace(text)
		if _, ok := special([]byte(trimmed)); ok || text == "NULL" {
			return
		}
		plain := trimmed != "" && strings.Trim(trimmed, "0123456789+-.eE") == ""
		want, ok := new(big.Rat).SetString(trimmed)
		switch {
		case err != nil && plain && ok && len(trimmed) < 8 && !strings.ContainsAny(trimmed, "eE"):
			t.Errorf("%q is refused: %v", text, err)
		case err != nil:
		case !ok || !plain:
			t.Errorf("%q is taken", text)
		default:
			field := append([]byte{0, 0, 0, 0}, fields[0]...)
			if got, _ := numericOf(t, field); got.Cmp(want) != 0 {
				t.Errorf("%q is written as %s", text, got)
			}
			normal(t, field)
		}
	})
}

// TestNumericTextScale: a number keeps the digits that it is written with.
func TestNumericTextScale(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "0.00": 2, "1.50": 2, "1e3": 0, "1.5e-3": 4, "150e-2": 2, "0e-5": 5, "-0.0": 1} {
		fields, err := encode(t, column(abstract.Text, Numeric, 5), batch(t, abstract.Text, text), false)
		if err != nil {
			t.Fatal(err)
		}
		if _, scale := numericOf(t, append([]byte{0, 0, 0, 0}, fields[0]...)); scale != want {
			t.Errorf("%q has %d digits behind the point, want %d", text, scale, want)
		}
	}
	for _, text := range []string{"NaN", "-Infinity", "inf"} {
		fields, err := encode(t, column(abstract.Text, Numeric, NoLimit), batch(t, abstract.Text, text), false)
		if err != nil {
			t.Fatal(err)
		}
		var n pgtype.Numeric
		if err := pgtype.NewMap().Scan(pgtype.NumericOID, pgtype.BinaryFormatCode, fields[0], &n); err != nil || !n.NaN && n.InfinityModifier == 0 {
			t.Errorf("%q is %+v, %v", text, n, err)
		}
	}
}
