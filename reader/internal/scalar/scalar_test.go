package scalar

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestInt64Bounds(t *testing.T) {
	for _, s := range []string{"0", "7", "-1", "12345678", "123456789", "-1234567890123456",
		"9223372036854775807", "-9223372036854775808", "1234567890123456789"} {
		want, _ := strconv.ParseInt(s, 10, 64)
		if v, ok := Int64([]byte(s)); !ok || v != want {
			t.Errorf("%s: %d, %v", s, v, ok)
		}
	}
	for _, s := range []string{"", "-", "-0", "00", "01", "+1", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999", "1234567a", "12345678a", "1:345678", "1/345678", "1_000", " 1"} {
		if v, ok := Int64([]byte(s)); ok {
			t.Errorf("%q is taken for %d", s, v)
		}
	}
}

// The rule for integers in float columns.
func TestFloat64KeepsIntegers(t *testing.T) {
	for s, want := range map[string]bool{
		"9007199254740992": true, "9007199254740993": false, "9007199254740994": true, "-9007199254740993": false,
		"9223372036854775808": true, "9223372036854775807": false, "100000000000000000000": true, "100000000000000000001": false,
		"9007199254740993.0": true, // a float by its own word, rounded as floats are
	} {
		if _, ok := Float64([]byte(s)); ok != want {
			t.Errorf("%s: taken %v, want %v", s, ok, want)
		}
	}
}

func FuzzInt64(f *testing.F) {
	f.Add("-123456789012345678")
	f.Fuzz(func(t *testing.T, s string) {
		want, err := strconv.ParseInt(s, 10, 64)
		takes := err == nil && strconv.FormatInt(want, 10) == s
		if v, ok := Int64([]byte(s)); ok != takes || ok && v != want {
			t.Errorf("%q: %d, %v; strconv %d, %v", s, v, ok, want, err)
		}
	})
}

func FuzzFloat64(f *testing.F) {
	for _, s := range []string{"1.5", "-.5e-7", "123456789012345678901234567890.5", "1e22", "1e23", "0.1", ".1.5", "1.2.3", "-.25", "4.9e-324", "1.7976931348623157e308"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := Float64([]byte(s))
		want, err := strconv.ParseFloat(s, 64)
		if !ok {
			// What is refused is not a number, has another form, or would change.
			if err == nil && !math.IsInf(want, 0) && strconv.FormatFloat(want, 'f', -1, 64) == s && !strings.Contains(s, "N") {
				exact, _ := new(big.Float).SetPrec(2000).SetString(s)
				if exact != nil && exact.Cmp(big.NewFloat(want)) == 0 {
					t.Errorf("%q is refused", s)
				}
			}
			return
		}
		if err != nil || v != want || math.Signbit(v) != math.Signbit(want) {
			t.Errorf("%q: %v, strconv %v, %v", s, v, want, err)
		}
	})
}

func FuzzTimes(f *testing.F) {
	for _, s := range []string{"2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31 23:59:59.999999", "2024-02-30",
		"2024-01-01T00:00Z", "2024-01-01 00:00:00.5+14:00", "0001-01-01 00:00+01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := time.Parse("2006-01-02", s)
		takes := err == nil && want.Year() > 0
		if days, ok := Date([]byte(s)); ok != takes || ok && int64(days)*86400 != want.Unix() {
			t.Errorf("date %q: %d, %v; time %v, %v", s, days, ok, want, err)
		}
		clock := strings.Replace(s, "T", " ", 1)
		if len(s) > 10 && s[10] == ' ' {
			clock = s
		}
		compare(t, s, clock, Timestamp, "2006-01-02 15:04", "2006-01-02 15:04:05")
		compare(t, s, clock, TimestampTZ, "2006-01-02 15:04Z07:00", "2006-01-02 15:04Z0700", "2006-01-02 15:04Z07",
			"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07")
	})
}

// compare checks that what parse takes, package time takes with one of the
// layouts and for the same instant.
func compare(t *testing.T, s, clock string, parse func([]byte) (int64, bool), layouts ...string) {
	micros, ok := parse([]byte(s))
	if !ok {
		return
	}
	for _, layout := range layouts {
		if want, err := time.Parse(layout, clock); err == nil {
			if want.UnixMicro() != micros {
				t.Errorf("%q: %d, time %v", s, micros, want)
			}
			return
		}
	}
	t.Errorf("%q is taken for %d", s, micros)
}
