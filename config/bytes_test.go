package config_test

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/config"
)

func TestBytes(t *testing.T) {
	for text, want := range map[string]config.Bytes{
		"0": 0, "0MiB": 0, "1": 1, "65536": 65536, "1B": 1, "1b": 1,
		"256MiB": 256 << 20, "256mib": 256 << 20, "256Mi": 256 << 20, "1GiB": 1 << 30, "1TiB": 1 << 40, "7EiB": 7 << 60,
		"1k": 1000, "1kB": 1000, "1KiB": 1024, "5MB": 5e6, "1.5GB": 1.5e9, "1.5KiB": 1536, "0.5KiB": 512, "1.0": 1,
		"9007199254740993":    9007199254740993, // not a float64
		"9223372036854775807": math.MaxInt64,
	} {
		var b config.Bytes
		if err := b.Set(text); err != nil || b != want {
			t.Errorf("%q: %d, %v; want %d", text, b, err, want)
		}
	}
	for text, fix := range map[string]string{
		"": "256MiB", " ": "256MiB", "MiB": "256MiB", "-1": "256MiB", "+1": "256MiB", "1,000": "256MiB", "1 MiB": "256MiB",
		"1e9": "256MiB", "0x10": "256MiB", "٣": "256MiB", "1MiBs": "256MiB", "1.MiB": "256MiB", ".5MiB": "256MiB", "1iB": "256MiB",
		"1.3KiB": "smaller unit", "0.5": "smaller unit",
		"8EiB": "too large", "9223372036854775808": "too large", "999999999999EB": "too large",
	} {
		b := config.Bytes(42)
		err := b.Set(text)
		if err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q: %d, %v; want an error that says %q", text, b, err, fix)
		}
		if b != 42 {
			t.Errorf("%q: refused, but the value is now %d", text, b)
		}
	}
}

func TestBytesText(t *testing.T) {
	for b, want := range map[config.Bytes]string{
		0: "0B", 1: "1B", 1000: "1000B", 1024: "1KiB", 1536: "1536B", 256 << 20: "256MiB", 7 << 60: "7EiB", math.MaxInt64: "9223372036854775807B",
	} {
		if got := b.String(); got != want {
			t.Errorf("%d prints as %q, want %q", int64(b), got, want)
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, text := range []string{"256MiB", "1.5GB", "65536", "", "1e9", "-1", "9223372036854775808"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b, again config.Bytes
		if b.Set(text) != nil {
			return
		}
		if b < 0 {
			t.Errorf("%q is %d", text, b)
		}
		if err := again.Set(b.String()); err != nil || again != b {
			t.Errorf("%q is %d, which prints as %q, which is %d, %v", text, b, b, again, err)
		}
	})
}
