package config_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
)

func TestParseColumn(t *testing.T) {
	for text, want := range map[string]abstract.Column{
		"zip=text":          {Name: "zip", Type: abstract.Text},
		"a=b=int64":         {Name: "a=b", Type: abstract.Int64},
		" with space =date": {Name: " with space ", Type: abstract.Date},
		"=x=bool":           {Name: "=x", Type: abstract.Bool},
	} {
		if got, err := config.ParseColumn(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, fix := range map[string]string{
		"": "name=type", "zip": "name=type", "=text": "name=type", "zip=": "int64", "zip=varchar": "int64", "zip=TEXT": "int64",
	} {
		if got, err := config.ParseColumn(text); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q: %+v, %v; want an error that says %q", text, got, err, fix)
		}
	}
}

func FuzzParseColumn(f *testing.F) {
	for _, text := range []string{"zip=text", "a=b=int64", "=", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.ParseColumn(text)
		if err == nil && c.Name+"="+string(c.Type) != text {
			t.Errorf("%q read as %+v", text, c)
		}
	})
}

func TestDelimiter(t *testing.T) {
	for text, want := range map[string]config.Delimiter{
		",": ',', ";": ';', "|": '|', " ": ' ', "\t": '\t', `\t`: '\t', "tab": '\t', "\x01": 1, `"`: '"', `\`: '\\',
	} {
		var d, again config.Delimiter
		if err := d.Set(text); err != nil || d != want {
			t.Errorf("%q: %q, %v; want %q", text, byte(d), err, byte(want))
		}
		if err := again.Set(d.String()); err != nil || again != d {
			t.Errorf("%q prints as %q, which reads as %q, %v", text, d, byte(again), err)
		}
	}
	for text, fix := range map[string]string{
		"": "single character", ",,": "single character", "§": "single character", `\n`: "single character",
		"\n": "ends records", "\r": "ends records", "\x00": "none", "\xff": "ASCII",
	} {
		var d config.Delimiter
		if err := d.Set(text); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q: %q, %v; want an error that says %q", text, byte(d), err, fix)
		}
	}
	if text := config.Delimiter(0).String(); text != "" {
		t.Errorf("none prints as %q", text)
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]config.Quote{"none": {None: true}, "'": {Byte: '\''}, `"`: {Byte: '"'}} {
		q := config.Quote{Byte: 'x', None: true} // what was set before is forgotten
		if err := q.Set(text); err != nil || q != want || q.String() != text {
			t.Errorf("%q: %+v, %v, prints as %q", text, q, err, q)
		}
	}
	var q config.Quote
	if err := q.Set("None"); err == nil || q.String() != "" {
		t.Errorf("%+v, %v", q, err)
	}
}

func TestCountOrPercent(t *testing.T) {
	for _, test := range []struct {
		text      string
		some, all int64
		early     bool // before a share can be judged
		want      bool
	}{
		{"", math.MaxInt64, 1, false, false}, // no limit
		{"0", 0, 10, false, false},
		{"0", 1, 10, false, true},
		{"100", 100, 100, false, false},
		{"100", 101, 1000, false, true},
		{"100", 101, 1000, true, true},
		{"0%", 0, 10, false, false},
		{"0%", 1, math.MaxInt64, false, true},
		{"10%", 1, 10, false, false},
		{"10%", 2, 19, false, true},
		{"10%", 2, 19, true, false},
		{"0.1%", 1, 1000, false, false},
		{"0.1%", 1, 999, false, true},
		{"0.001%", 1, 100_000, false, false},
		{"0.001%", 2, 199_999, false, true},
		{"100%", 10, 10, false, false},
		{"100%", math.MaxInt64, math.MaxInt64, false, false},
		{"99.999%", math.MaxInt64, math.MaxInt64, false, true},
	} {
		var c config.CountOrPercent
		if test.text != "" {
			if err := c.Set(test.text); err != nil {
				t.Errorf("%q: %v", test.text, err)
			}
		}
		if got := c.Exceeded(test.some, test.all, !test.early); got != test.want {
			t.Errorf("%q: %d of %d exceed it: %v, want %v", test.text, test.some, test.all, got, test.want)
		}
		if got := c.String(); got != test.text {
			t.Errorf("%q prints as %q", test.text, got)
		}
	}
	for text, fix := range map[string]string{
		"": "0.5%", "x": "0.5%", "-1": "0.5%", "1.5": "0.5%", "%": "0.5%", ".5%": "0.5%", "1 %": "0.5%", "1%%": "0.5%", "-1%": "0.5%",
		"99999999999999999999": "0.5%", "1.%": "three decimals", "1.2345%": "three decimals", "100.001%": "100% or less",
	} {
		var c config.CountOrPercent
		if err := c.Set(text); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q: %+v, %v; want an error that says %q", text, c, err, fix)
		}
	}
}

func FuzzCountOrPercent(f *testing.F) {
	for _, text := range []string{"100", "0.5%", "100%", "1.%", "%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c, again config.CountOrPercent
		if c.Set(text) != nil {
			return
		}
		if err := again.Set(c.String()); err != nil || again != c {
			t.Errorf("%q prints as %q, which is %+v, %v; want %+v", text, c, again, err, c)
		}
	})
}

func TestJ15RecordsPath(t *testing.T) {
	for text, want := range map[string][]string{
		"Records": {"Records"}, "a.b.c": {"a", "b", "c"}, "a b./c": {"a b", "/c"}, "/a.b/c": {"a.b", "c"}, "/": {""}, "/a//": {"a", "", ""},
		"/~0~1/~01": {"~/", "~1"}, "a~2": {"a~2"}, "$": {"$"}, "/~1x": {"/x"},
	} {
		var p, again config.RecordsPath
		if err := p.Set(text); err != nil || !slices.Equal(p, want) {
			t.Errorf("%q: %q, %v; want %q", text, []string(p), err, want)
		}
		if err := again.Set(p.String()); err != nil || !slices.Equal(again, p) {
			t.Errorf("%q prints as %q, which reads as %q, %v", text, p, []string(again), err)
		}
	}
	for text, fix := range map[string]string{
		"": "empty key", ".a": "JSON pointer", "a..b": "empty key", "a.": "empty key", "/a~b": "neither ~0", "/~": "neither ~0", "/~2": "neither ~0",
		strings.Repeat("a.", 100) + "a": "100 are the most", strings.Repeat("a", 1025): "1024 bytes",
	} {
		var p config.RecordsPath
		if err := p.Set(text); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%.20q: %q, %v; want an error that says %q", text, []string(p), err, fix)
		}
	}
}
