package object_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/object"
)

func parse(t testing.TB, text string) object.Pattern {
	t.Helper()
	p, err := object.ParsePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMatch is S-39: what each piece of a pattern means. Words are separated
// by spaces: keys that match, then keys that do not.
func TestMatch(t *testing.T) {
	for _, test := range []struct{ pattern, match, other string }{
		// within a name
		{"a.csv", "a.csv", "a.csvx xa.csv a/csv A.csv a.csv/x"},
		{"*", "a ab a.b é _a", "a/b .a"},
		{"*.csv", "a.csv a.b.csv _a.csv", ".csv .a.csv d/a.csv a.csv.gz"},
		{"a*", "a ab a.b", "ba a/b"},
		{"a*b*c", "abc aXbXc abbcc abcbc", "abcX acb ab a/b/c"},
		{"?", "a é 日 😀", "ab . /"},
		{"a?c", "abc a.c aéc", "ac abbc a/c"},
		// directories
		{"d/*", "d/a", "d d/a/b d/.a"},
		{"d/*/x", "d/a/x d/_a/x", "d/x d/a/b/x d/.a/x"},
		{"d/", "d/a d/a/b d/a/b/c.csv", "d dd/a d/.a d/_a d/.git/a d/_tmp/a d/a/_tmp/b d/a/.b"},
		{"d/**", "d/a d/a/b", "d d/.a d/_a e/a"},
		{"d/**/x", "d/x d/a/x d/a/b/x", "d/xx d/.a/x d/_a/x x d/x/y"},
		{"d/**/_x", "d/_x d/a/_x", "d/_a/_x"},
		{"d/**/_x/**/y", "d/_x/y d/a/_x/b/y", "d/_x/_x/y"},
		{"**/*.csv", "a.csv d/a.csv d/e/a.csv d/_a.csv", "_d/a.csv .d/a.csv d/.a.csv"},
		{"**/a/**/b", "a/b x/a/b a/x/b x/a/a/y/b", "a b/a ab"},
		{"**/*/_h/**/x", "a/_h/_h/x a/_h/x", "_h/x"}, // where taking the first _h is a dead end
		{"", "a a/b", ".a _a/b"},
		{"**", "a a/b", ".a _a/b"},
		{".*", ".a .a.b", "a"},
		{"d/.*/x", "d/.a/x", "d/a/x"},
		{"/abs/*", "/abs/a", "abs/a"},
		{"a//b", "a//b", "a/b"},
		// sets
		{"[abc]", "a b c", "d ab ]"},
		{"[a-c]x", "ax bx cx", "dx -x"},
		{"[!a-c]", "d é", "a b c ."},
		{"[^a]", "b ^", "a"},
		{"[]a]", "] a", "b"},
		{"[!]a]", "b", "] a"},
		{"[a-]", "a -", "b"},
		{"[-a]", "a -", "b"},
		{`[\]]`, "]", `\ a`},
		{`[\-]`, "-", `\`},
		{"[.]a", "", ".a"}, // as in shells
		{"[é-ü]", "é ü ö", "e u"},
		{"x[.]a", "x.a", "xa"},
		// either
		{"{a,b}.csv", "a.csv b.csv", "c.csv {a,b}.csv ab.csv"},
		{"a{,b}", "a ab", "b"},
		{"{a,b{c,d}}", "a bc bd", "b ac"},
		{"{a/b,c}/*.csv", "a/b/x.csv c/x.csv", "a/x.csv b/x.csv"},
		{"{a,b/**}/x", "a/x b/x b/c/x", "a/c/x"},
		{"{a/,b}", "a/x a/y/z b", "a b/x"},
		{"{a}", "a", "{a}"},
		{"x{}y", "xy", "x{}y"},
		{"{[,]}", ",", "[ ]"},
		{"a}", "a}", "a"},
		{"{a,.b}*", "ax .bx", "b .ax"},
		// escapes
		{`\*`, "*", "a"},
		{`\?`, "?", "a"},
		{`a\[1].csv`, "a[1].csv", "a1.csv"},
		{`\{a,b}`, "{a,b}", "a b"},
		{`{a\,b,c}`, "a,b c", "a b"},
		{`\\`, `\`, `\\`},
		{`\a`, "a", `\a`},
		{`\.a`, ".a", "a"},
		// bytes
		{"\xff", "\xff", "\xfe \ufffd ÿ"},
		{"\ufffd", "\ufffd", "\xff"},
		{"?", "\xff", "\xff\xfe"},
		{"*\xff", "a\xff é\xff", "a\xfe"},
		{"[\xf0-\xff]", "\xf5", "\xe0 õ"},
		{"caf\u00e9", "caf\u00e9", "cafe\u0301"},
		{"?\u0301", "e\u0301", "\u00e9"},
	} {
		p := parse(t, test.pattern)
		for key := range strings.FieldsSeq(test.match) {
			if !p.Match(key) {
				t.Errorf("%q does not match %q", test.pattern, key)
			}
		}
		for key := range strings.FieldsSeq(test.other) {
			if p.Match(key) {
				t.Errorf("%q matches %q", test.pattern, key)
			}
		}
		if p.Match("") || p.Match("a/") || p.Match("d/a/") {
			t.Errorf("%q matches a directory", test.pattern)
		}
		if p.String() != test.pattern {
			t.Errorf("%q prints as %q", test.pattern, p)
		}
	}
	if (object.Pattern{}).Match("") || (object.Pattern{}).Prefix() != "" {
		t.Error("the zero Pattern matches something")
	}
}

func TestParsePatternErrors(t *testing.T) {
	for pattern, fix := range map[string]string{
		"[":                             `write \[`,
		"[]":                            `write \[`,
		"[!]":                           `write \[`,
		"a[b":                           `write \[`,
		"{a":                            `write \{`,
		"{a,{b}":                        `write \{`,
		`a\`:                            `write \\`,
		`[\`:                            `write \\`,
		`a\/b`:                          "write /",
		"[a/b]":                         "slash",
		"[z-a]":                         `"z-a"`,
		"[[:digit:]]":                   "write [0-9]",
		"**.csv":                        "write **/*.csv",
		"d/a**":                         "write **/*.csv",
		"***":                           "write **/*.csv",
		"{a,**}b":                       "write **/*.csv",
		strings.Repeat("a", 5000):       "at most",
		strings.Repeat("*/", 100) + "x": "at most",
		strings.Repeat("{a,b}", 10):     "fewer",
		strings.Repeat("{a,b}", 20):     "fewer",
		strings.Repeat("{a,b}", 800):    "fewer",
		strings.Repeat("{a,", 1000):     `write \{`,
		strings.Repeat("{a,", 1000) + strings.Repeat("}", 1000):         "fewer",
		"{" + strings.Repeat(",", 400) + "}" + strings.Repeat("a", 400): "fewer",
	} {
		start := time.Now()
		p, err := object.ParsePattern(pattern)
		if err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%.40q: %v, want an error that says %q", pattern, err, fix)
		}
		if p.Match("a") {
			t.Errorf("%.40q: refused, but matches", pattern)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%.40q: refused after %s", pattern, d)
		}
	}
}

// TestMatchTime is S-39: patterns on which a matcher that goes back and tries
// again takes longer than anyone lives.
func TestMatchTime(t *testing.T) {
	for _, test := range []struct{ pattern, key string }{
		{strings.Repeat("a*", 1000) + "b", strings.Repeat("a", 2000)},
		{strings.Repeat("*a", 1000) + "b", strings.Repeat("a", 2000)},
		{strings.Repeat("?*", 1000) + "b", strings.Repeat("é", 1000)},
		{strings.Repeat("**/", 60) + "b", strings.Repeat("a/", 2000) + "a"},
		{strings.Repeat("**/a*/", 30) + "b", strings.Repeat("a/", 2000) + "a"},
		{strings.Repeat("{a,b}", 9) + "*c", strings.Repeat("ab", 1000)},
		{strings.Repeat("{a*,b*}", 9) + "c", strings.Repeat("ab", 1000)},
		{strings.Repeat("{", 1000) + strings.Repeat("}", 1000) + "b", strings.Repeat("a", 2000)},
	} {
		start := time.Now()
		if parse(t, test.pattern).Match(test.key) {
			t.Errorf("%.40q matches", test.pattern)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%.40q took %s", test.pattern, d)
		}
	}
}

func TestPrefixAndKey(t *testing.T) {
	for _, test := range []struct {
		pattern, prefix string
		isKey           bool
	}{
		{"a/b.csv", "a/b.csv", true},
		{`a/\*.csv`, "a/*.csv", true},
		{"{a}", "a", true},
		{"\xff\xfe", "\xff\xfe", true},
		{"a/", "a/", false},
		{"", "", false},
		{"*", "", false},
		{"a/b*.csv", "a/b", false},
		{"a/**/b", "a/", false},
		{"a/b?c", "a/b", false},
		{"a/b[c]", "a/b", false},
		{"{2023,2024}/x", "202", false},
		{"{a/x,a/y*}", "a/", false},
		{"{a,b}", "", false},
		{"{a,a/}", "a", false},
		{"{é,è}", "", false}, // they share their first byte
		{"{\xff\xfe,\xff\xfd}", "\xff", false},
	} {
		p := parse(t, test.pattern)
		if got := p.Prefix(); got != test.prefix {
			t.Errorf("prefix of %q: %q, want %q", test.pattern, got, test.prefix)
		}
		key, ok := p.Key()
		if ok != test.isKey || ok && key != test.prefix {
			t.Errorf("key of %q: %q, %v", test.pattern, key, ok)
		}
	}
}

func TestMayMatchBelow(t *testing.T) {
	for _, test := range []struct{ pattern, yes, no string }{
		{"/d/*.csv", "/d", "/d/e /d/e/f /e /d.csv"},
		{"/d/*/x", "/d /d/e", "/d/e/f /d/.e"},
		{"/d/**", "/d /d/e /d/e/f", "/e /d/.e /d/_e /d/e/.git"},
		{"/d/e*/x", "/d /d/e /d/ef", "/d/f"},
		{"/d/{e,f/g}/*.csv", "/d /d/e /d/f /d/f/g", "/d/g /d/e/g"},
		{"/d/x.csv", "/d", "/d/x.csv /e"},
		{"/*", "", "/d"},
	} {
		p := parse(t, test.pattern)
		for dir := range strings.FieldsSeq(test.yes) {
			if !p.MayMatchBelow(dir) {
				t.Errorf("%q is not searched for %q", dir, test.pattern)
			}
		}
		for dir := range strings.FieldsSeq(test.no) {
			if p.MayMatchBelow(dir) {
				t.Errorf("%q is searched for %q", dir, test.pattern)
			}
		}
	}
}

func TestQuotePattern(t *testing.T) {
	for _, key := range []string{"a", "*", "a[1].csv", "{a,b}", `\`, `a\*`, "\xff*", ".x", "_x/.y", "**", "a?b]c}"} {
		p := parse(t, object.QuotePattern(key))
		if got, ok := p.Key(); !ok || got != key || !p.Match(key) {
			t.Errorf("quoted %q is the pattern of %q, %v", key, got, ok)
		}
		k := object.KeyPattern(key)
		if got, ok := k.Key(); !ok || got != key || !k.Match(key) || k.String() != p.String() {
			t.Errorf("KeyPattern of %q: %q, %v, %s", key, got, ok, k)
		}
	}
}

func TestTableName(t *testing.T) {
	for pattern, want := range map[string]string{
		"/work/data/*.csv":       "data",
		"/work/dir/":             "dir",
		"/work/orders.csv.gz":    "orders",
		"/work/orders.CSV.GZ":    "orders",
		"/work/orders.jsonl.zst": "orders",
		"/work/orders.csv.bz2":   "orders",
		"/work/orders.csv.LZ4":   "orders",
		"/work/orders.tsv.sz":    "orders",
		"/work/orders.csv.xz":    "orders",
		"/work/orders.2024.csv":  "orders.2024",
		"/work/orders":           "orders",
		"prefix/**/*.json.gz":    "prefix",
		"prefix/*/orders.csv":    "orders",
		"v1.2/*.csv":             "v1.2",
		"v1.2/":                  "v1.2",
		"a/{b,c}/*.csv":          "a",
		"a/{b/c,d}/*.csv":        "a",
		"a/{b/c,d}/e.csv":        "e",
		"{orders,items}.csv":     "",
		"a/[b]/":                 "a",
		`a/b\*.csv`:              "b*",
		"a/.csv":                 ".csv",
		"a/.hidden.csv":          ".hidden",
		"a/.gz":                  ".gz",
		"*.csv":                  "",
		"/*.csv":                 "",
		"":                       "",
		"**":                     "",
		"sales\xff.csv":          "sales\xff",
		"a//":                    "a",
	} {
		if got := parse(t, pattern).TableName(); got != want {
			t.Errorf("%q goes into table %q, want %q", pattern, got, want)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, pattern := range []string{"/data/*.csv", "/data/**/*.csv.gz", "/data/{2023,2024,2025}/**/part-[0-9]*.csv.gz"} {
		p := parse(b, pattern)
		b.Run(fmt.Sprintf("%q", pattern), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Match("/data/2024/month=11/day=07/part-00017.csv.gz")
			}
		})
	}
}
