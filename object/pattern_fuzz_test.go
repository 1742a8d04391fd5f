package object_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/object"
)

// FuzzMatch compares Match with the plainest matcher that can be written: it
// tries everything, one after the other, and takes as long as it takes.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"*.csv", "a.csv"}, {"**/a*/b", "x/ab/b"}, {"d/", "d/.a"}, {"{a,b{c,}}/**", "b/c"}, {"[!a-c]\\*", "d*"},
		{"**/*/_h/**/x", "a/_h/_h/x"}, {"?\xff*", "é\xff"}, {"[]-]", "-"}, {"{,a/}", "a/b"}, {"[a-]x", "-x"}, {"[^.]", "."},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, key string) {
		if len(pattern) > 24 || len(key) > 24 || strings.Count(pattern, "{")+strings.Count(pattern, ",") > 8 {
			return // too long for trying everything
		}
		var p object.Pattern
		var err error
		got := false
		alloctest.Check(t, len(pattern)+len(key), func() {
			if p, err = object.ParsePattern(pattern); err == nil {
				got = p.Match(key)
			}
		})
		if err != nil {
			return
		}
		want := naive(pattern, key)
		if got != want {
			t.Fatalf("%q matches %q: %v, want %v", pattern, key, got, want)
		}
		if !want {
			return
		}
		if !strings.HasPrefix(key, p.Prefix()) {
			t.Errorf("%q matches %q, but is listed by %q", pattern, key, p.Prefix())
		}
		for i := range key {
			if key[i] == '/' && !p.MayMatchBelow(key[:i]) {
				t.Errorf("%q matches %q, but %q is not searched", pattern, key, key[:i])
			}
		}
	})
}

func naive(pattern, key string) bool {
	for _, text := range naiveBraces(pattern) {
		if text == "" || strings.HasSuffix(text, "/") {
			text += "**"
		}
		if strings.HasSuffix(text, "/**") || text == "**" {
			text += "/" + visible // so that ** may match nothing everywhere
		}
		isKey := !strings.ContainsAny(naiveUnescaped(text), "*?[")
		if (isKey || key != "" && !strings.HasSuffix(key, "/")) && naivePath(strings.Split(text, "/"), strings.Split(key, "/")) {
			return true
		}
	}
	return false
}

// visible stands for one element of any name that ** passes.
const visible = "\x00visible"

// naiveUnescaped leaves out what is escaped.
func naiveUnescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// naiveBraces replaces the first group by each of its options in turn.
func naiveBraces(s string) []string {
	open, depth, inSet, first := -1, 0, false, 0
	var cuts []int
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case inSet:
			inSet = c != ']' || i == first
		case c == '[':
			inSet, first = true, i+1
			if first < len(s) && (s[first] == '!' || s[first] == '^') {
				first++
				i++
			}
		case c == '{':
			if depth++; depth == 1 {
				open = i
				cuts = []int{i}
			}
		case c == ',' && depth == 1:
			cuts = append(cuts, i)
		case c == '}' && depth > 0:
			if depth--; depth > 0 {
				continue
			}
			var all []string
			for j, from := range cuts {
				to := i
				if j+1 < len(cuts) {
					to = cuts[j+1]
				}
				all = append(all, naiveBraces(s[:open]+s[from+1:to]+s[i+1:])...)
			}
			return all
		}
	}
	return []string{s}
}

func naivePath(pattern, key []string) bool {
	if len(pattern) == 0 || len(key) == 0 {
		return len(key) == 0 && strings.Join(pattern, "") == strings.Repeat("**", len(pattern))
	}
	hidden := strings.HasPrefix(key[0], ".") || strings.HasPrefix(key[0], "_")
	switch pattern[0] {
	case "**":
		return naivePath(pattern[1:], key) || !hidden && naivePath(pattern, key[1:])
	case visible:
		return !hidden && naivePath(pattern[1:], key[1:])
	}
	dotted := strings.HasPrefix(key[0], ".") && !strings.HasPrefix(pattern[0], ".") && !strings.HasPrefix(pattern[0], `\.`)
	return !dotted && naiveName(pattern[0], key[0]) && naivePath(pattern[1:], key[1:])
}

func naiveName(pattern, name string) bool {
	if pattern == "" {
		return name == ""
	}
	if pattern[0] == '*' {
		return naiveName(pattern[1:], name) || name != "" && naiveName(pattern, name[naiveSize(name):])
	}
	if name == "" {
		return false
	}
	c, rest := name[:naiveSize(name)], name[naiveSize(name):]
	switch pattern[0] {
	case '?':
		return naiveName(pattern[1:], rest)
	case '[':
		ok, after := naiveSet(pattern[1:], c)
		return ok && naiveName(after, rest)
	case '\\':
		pattern = pattern[1:]
	}
	size := naiveSize(pattern)
	return pattern[:size] == c && naiveName(pattern[size:], rest)
}

// naiveSet compares as strings of code points: invalid bytes sort after all
// that are valid.
func naiveSet(s, c string) (ok bool, after string) {
	negated := s[0] == '!' || s[0] == '^'
	if negated {
		s = s[1:]
	}
	next := func() string {
		s = strings.TrimPrefix(s, `\`)
		if s == "" {
			return ""
		}
		size := naiveSize(s)
		x := s[:size]
		s = s[size:]
		return x
	}
	for first := true; first || s[0] != ']'; first = false {
		var from string
		if s[0] == '\\' && len(s) > 1 && s[1] == '\\' {
			from, s = `\`, s[2:]
		} else {
			from = next()
		}
		to := from
		if s[0] == '-' && s[1] != ']' {
			s = s[1:]
			if strings.HasPrefix(s, `\\`) {
				to, s = `\`, s[2:]
			} else {
				to = next()
			}
		}
		ok = ok || naiveRank(from) <= naiveRank(c) && naiveRank(c) <= naiveRank(to)
	}
	return ok != negated, s[1:]
}

func naiveRank(c string) int {
	if r, size := utf8.DecodeRuneInString(c); r != utf8.RuneError || size > 1 {
		return int(r)
	}
	return utf8.MaxRune + 1 + int(c[0])
}

func naiveSize(s string) int {
	_, size := utf8.DecodeRuneInString(s)
	return size
}
