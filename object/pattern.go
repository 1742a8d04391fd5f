package object

import (
	"fmt"
	"strings"
)

// Pattern is a set of keys, written the way shells write sets of paths:
//
//	?       one character
//	*       any run of characters within one path element, also none
//	**      as a whole element: any number of elements, also none;
//	        as the last one: everything below
//	[a-z]   one character of a set; [!a-z] or [^a-z] one outside it
//	{a,b}   either text; it may be empty, nest, and hold slashes
//	\       takes the next character as it is, also within [ ]
//	dir/    the same as dir/**
//
// Nothing but ** matches a slash, and ** stands alone between slashes. As in
// shells, a wildcard at the start of an element does not match a dot there:
// *.csv leaves out .x.csv, and .*.csv finds it. ** walks down the way a
// directory is loaded: it matches no element that starts with a dot or an
// underscore, which is how other tools mark their temporary files. Everything
// else finds _x.csv like any other name. A key that ends in a slash marks a
// directory and is in no pattern.
//
// Keys are bytes. Valid UTF-8 is matched by characters, and each byte that is
// not part of any is one character of its own, equal only to itself. Nothing
// is normalised and case counts.
//
// Matching takes time in proportion to the pattern times the key at worst,
// whatever the pattern. A Pattern is immutable; its zero value matches nothing.
type Pattern struct {
	text string
	alts []alternative
}

// maxPattern is the longest pattern taken, in bytes: four times the longest
// key of any store, so that one with every character escaped still fits.
const maxPattern = 4 << 10

// ParsePattern reads a pattern. The empty one stands for every key that **
// matches.
func ParsePattern(text string) (Pattern, error) {
	if len(text) > maxPattern {
		return Pattern{}, fmt.Errorf("pattern of %d bytes: at most %d are allowed", len(text), maxPattern)
	}
	texts, err := expandBraces(text)
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	p := Pattern{text: text, alts: make([]alternative, len(texts))}
	for i, t := range texts {
		if p.alts[i], err = parseAlternative(t); err != nil {
			return Pattern{}, fmt.Errorf("pattern %q: %w", text, err)
		}
	}
	return p, nil
}

// KeyPattern is the pattern of exactly one key, whatever bytes it holds.
func KeyPattern(key string) Pattern {
	return Pattern{text: QuotePattern(key), alts: []alternative{{dir: key}}}
}

// QuotePattern escapes what has a meaning in patterns, so that the result
// matches s as it is, alone or as part of a longer pattern.
func QuotePattern(s string) string {
	const special = `*?[]{},\`
	if !strings.ContainsAny(s, special) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(special, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// String is the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Match tells whether key is in the pattern.
func (p Pattern) Match(key string) bool {
	for _, alt := range p.alts {
		if alt.match(key) {
			return true
		}
	}
	return false
}

// MayMatchBelow tells whether a key that starts with dir and a slash may be
// in the pattern. False is certain; true is not.
func (p Pattern) MayMatchBelow(dir string) bool {
	for _, alt := range p.alts {
		if alt.mayMatchBelow(dir + "/") {
			return true
		}
	}
	return false
}

// Key is the one key in the pattern; ok is false where there may be several.
func (p Pattern) Key() (key string, ok bool) {
	if len(p.alts) != 1 || len(p.alts[0].elems) > 0 {
		return "", false
	}
	return p.alts[0].dir, true
}

// Prefix is the longest text that every key in the pattern is known to start
// with: what to list by. It ends between two characters.
func (p Pattern) Prefix() string {
	if len(p.alts) == 0 {
		return ""
	}
	prefix := p.alts[0].prefix()
	for _, alt := range p.alts[1:] {
		prefix = commonPrefix(prefix, alt.prefix())
	}
	return prefix
}

// commonPrefix is what a and b both start with, in whole characters.
func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) {
		ca, size := decode(a[n:])
		if cb, _ := decode(b[n:]); ca != cb {
			break
		}
		n += size
	}
	return a[:n]
}
