package scalar

import (
	"math/big"
	"strings"
	"testing"
)

func TestDecimalBounds(t *testing.T) {
	for _, test := range []struct {
		text             string
		precision, scale int
		want             string // "" where it is refused
	}{
		{"0", 1, 0, "0"}, {"-0.00", 4, 1, "0"}, {"9.99", 3, 2, "999"}, {"-9.99", 3, 2, "-999"},
		{"1.5", 4, 2, "150"}, {"1.500", 3, 1, "15"}, {"1e2", 3, 0, "100"}, {"1.5E-1", 3, 2, "15"}, {"1500e-3", 2, 1, "15"},
		{".5", 1, 1, "5"}, {"120", 3, 0, "120"}, {"100.10", 4, 1, "1001"},
		{strings.Repeat("9", 38), 38, 0, strings.Repeat("9", 38)}, {"-0." + strings.Repeat("9", 38), 38, 38, "-" + strings.Repeat("9", 38)},
		{"1." + strings.Repeat("0", 100), 1, 0, "1"},
		{"999999999999999", 19, 4, "9999999999999990000"}, {"-0", 1, 0, "0"}, {"99999999999.9999", 15, 4, "999999999999999"},
		{"10", 1, 0, ""}, {"100000000000000", 14, 0, ""}, {"99999.99", 6, 2, ""}, {"-1", 4, 4, ""}, {"0.", 3, 0, ""}, {"00.5", 3, 1, ""}, {"1.2.3", 9, 3, ""}, {"1.55", 4, 1, ""}, {"1", 38, 38, ""}, {strings.Repeat("9", 39), 38, 0, ""}, {"1e38", 38, 0, ""}, {"1e-1", 38, 0, ""},
		{"1e999999999999", 38, 0, ""}, {"01", 3, 0, ""}, {"+1", 3, 0, ""}, {"", 3, 0, ""}, {"-", 3, 0, ""}, {"1.", 3, 0, ""}, {"NaN", 3, 0, ""}, {"1,5", 3, 1, ""},
	} {
		v, ok := Decimal(test.precision, test.scale)([]byte(test.text))
		if got := v.BigInt().String(); ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s as decimal(%d,%d): %s, %v; want %q", test.text, test.precision, test.scale, got, ok, test.want)
		}
	}
}

// FuzzDecimal compares with exact rational numbers.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1.5", "-.5e-7", "123456789012345678901234567890.5", "1e22", "0.1", "100e-2", "-99999999999999999999999999999999999999"} {
		f.Add(s, byte(37), byte(10))
		f.Add(s, byte(7), byte(2))
	}
	f.Fuzz(func(t *testing.T, s string, p, q byte) {
		precision := int(p)%38 + 1
		scale := int(q) % (precision + 1)
		v, ok := Decimal(precision, scale)([]byte(s))
		d, grammar := scanDecimal([]byte(s))
		if !grammar {
			if ok {
				t.Fatalf("%q is taken for %s", s, v.BigInt())
			}
			return
		}
		if d.exp < -1000 || d.exp > 1000 {
			return // the exact number would fill the memory
		}
		exact, isNumber := new(big.Rat).SetString(s)
		if !isNumber {
			t.Fatalf("%q: a number to us, not to math/big", s)
		}
		units := exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision)), nil)
		fits := units.IsInt() && new(big.Int).Abs(units.Num()).Cmp(limit) < 0
		if ok != fits || ok && v.BigInt().Cmp(units.Num()) != 0 {
			t.Errorf("%s as decimal(%d,%d): %s, %v; exactly %s", s, precision, scale, v.BigInt(), ok, units)
		}
	})
}

func TestTimeOfDay(t *testing.T) {
	for s, want := range map[string]int64{
		"00:00": 0, "23:59:59.999999": day - 1, "12:34:56.5": 12*hour + 34*minute + 56*second + 500_000, "01:02:03": hour + 2*minute + 3*second,
	} {
		if v, ok := Time([]byte(s)); !ok || v != want {
			t.Errorf("%s: %d, %v; want %d", s, v, ok, want)
		}
	}
	for _, s := range []string{"", "1:00", "24:00", "12:60", "12:00:60", "12:00:00.", "12:00:00.1234567", "12:00:00Z", "12-00", "12:00 "} {
		if v, ok := Time([]byte(s)); ok {
			t.Errorf("%q is taken for %d", s, v)
		}
	}
}

func TestUUID(t *testing.T) {
	want := [16]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	for _, s := range []string{"01234567-89ab-cdef-0123-456789abcdef", "01234567-89AB-CDEF-0123-456789ABCDEF"} {
		if v, ok := UUID([]byte(s)); !ok || v != want {
			t.Errorf("%s: %x, %v", s, v, ok)
		}
	}
	for _, s := range []string{"", "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdeg", "01234567-89ab-cdef-0123-456789abcde",
		"{1234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-01234-56789abcdef", "0123456--89ab-cdef-0123-456789abcdef"} {
		if v, ok := UUID([]byte(s)); ok {
			t.Errorf("%q is taken for %x", s, v)
		}
	}
}
