package object

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// alternative is a pattern without braces: a literal beginning, and the path
// elements from the first wildcard on.
type alternative struct {
	dir   string    // up to and with the slash before elems; the whole key without elems
	elems []element // at most maxElements
}

// element is what stands between two slashes.
type element struct {
	kind   elementKind
	tokens []token // of a name
}

type elementKind int

const (
	name   elementKind = iota // the tokens
	deep                      // zero or more elements that are not hidden
	anyone                    // exactly one that is not hidden
)

// maxElements is what fits into the set of states of a match, a uint64.
const maxElements = 63

// parseAlternative reads a pattern without braces.
func parseAlternative(text string) (alternative, error) {
	if text == "" || strings.HasSuffix(text, "/") {
		text += "**"
	}
	var alt alternative
	for more := true; more; {
		var elem element
		var err error
		if elem, text, more, err = parseElement(text); err != nil {
			return alternative{}, err
		}
		literal, ok := elem.literal()
		switch {
		case ok && len(alt.elems) == 0:
			alt.dir += literal
			if more {
				alt.dir += "/"
			}
		case elem.kind == deep && !more:
			alt.elems = append(alt.elems, elem, element{kind: anyone})
		default:
			alt.elems = append(alt.elems, elem)
		}
	}
	if len(alt.elems) > maxElements {
		return alternative{}, fmt.Errorf("%d path elements after the first wildcard: at most %d are allowed", len(alt.elems), maxElements)
	}
	return alt, nil
}

// parseElement reads up to the next slash. more tells that there was one.
func parseElement(s string) (elem element, rest string, more bool, err error) {
	for s != "" && s[0] != '/' {
		var t token
		if t, s, err = parseToken(s); err != nil {
			return element{}, "", false, err
		}
		elem.tokens = append(elem.tokens, t)
	}
	for i := 1; i < len(elem.tokens); i++ {
		if elem.tokens[i].kind != anyRun || elem.tokens[i-1].kind != anyRun {
			continue
		}
		if len(elem.tokens) != 2 {
			return element{}, "", false, errors.New("** must stand alone between slashes: write **/*.csv, not **.csv")
		}
		elem = element{kind: deep}
	}
	if s == "" {
		return elem, "", false, nil
	}
	return elem, s[1:], true, nil
}

// literal is the element's text; ok is false if it holds a wildcard.
func (e element) literal() (text string, ok bool) {
	if e.kind != name {
		return "", false
	}
	var b []byte
	for _, t := range e.tokens {
		if t.kind != one {
			return "", false
		}
		b = t.char.append(b)
	}
	return string(b), true
}

// match runs the elements over the key's elements, keeping the set of all
// places that the match may have come to. No choice is ever taken back, so
// the time is bounded by pattern times key.
func (a alternative) match(key string) bool {
	if len(a.elems) == 0 {
		return key == a.dir
	}
	rest, ok := strings.CutPrefix(key, a.dir)
	if !ok || key == "" || strings.HasSuffix(key, "/") {
		return false
	}
	return a.run(rest)>>len(a.elems)&1 == 1
}

// mayMatchBelow tells whether a key that starts with dir, which ends in a
// slash, may match.
func (a alternative) mayMatchBelow(dir string) bool {
	if strings.HasPrefix(a.dir, dir) {
		return len(a.dir) > len(dir) || len(a.elems) > 0
	}
	rest, ok := strings.CutPrefix(dir, a.dir)
	if !ok || len(a.elems) == 0 {
		return false
	}
	whole := uint64(1) << len(a.elems)
	return a.run(strings.TrimSuffix(rest, "/"))&^whole != 0
}

// run returns the set of places to which the elements of path lead: bit i
// stands for "elems[:i] matched path", with a ** at i counted as begun.
func (a alternative) run(path string) uint64 {
	states := a.skipDeep(1)
	for elem := range strings.SplitSeq(path, "/") {
		var next uint64
		for i, e := range a.elems {
			if states>>i&1 == 0 {
				continue
			}
			switch {
			case e.kind == deep && !hidden(elem):
				next |= 1 << i
			case e.kind == anyone && !hidden(elem), e.kind == name && matchName(e.tokens, elem):
				next |= 1 << (i + 1)
			}
		}
		if next == 0 {
			return 0
		}
		states = a.skipDeep(next)
	}
	return states
}

// skipDeep adds the places behind each **, which may match nothing.
func (a alternative) skipDeep(states uint64) uint64 {
	for i, e := range a.elems {
		if e.kind == deep {
			states |= states >> i & 1 << (i + 1)
		}
	}
	return states
}

// prefix is what every match starts with.
func (a alternative) prefix() string {
	b := []byte(a.dir)
	if len(a.elems) > 0 {
		for _, t := range a.elems[0].tokens {
			if t.kind != one {
				break
			}
			b = t.char.append(b)
		}
	}
	return string(b)
}

// hidden tells whether ** passes over a name.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// matchName matches one path element. When it fails behind a star, the last
// star takes one character more: an earlier one never has to, for what it
// could take the last one can take as well.
func matchName(tokens []token, name string) bool {
	if strings.HasPrefix(name, ".") && (len(tokens) == 0 || tokens[0] != (token{char: '.'})) {
		return false
	}
	t, i := 0, 0
	star, from := -1, 0
	for i < len(name) {
		c, size := decode(name[i:])
		switch {
		case t < len(tokens) && tokens[t].kind == anyRun:
			star, from = t, i
			t++
		case t < len(tokens) && tokens[t].match(c):
			t++
			i += size
		case star >= 0:
			_, size = decode(name[from:])
			from += size
			t, i = star+1, from
		default:
			return false
		}
	}
	for t < len(tokens) && tokens[t].kind == anyRun {
		t++
	}
	return t == len(tokens)
}

// char is a character of a key: a code point, or badByte plus a byte that is
// not part of valid UTF-8. Two chars are equal exactly if their bytes are.
type char rune

const badByte = utf8.MaxRune + 1

func decode(s string) (c char, size int) {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		return badByte + char(s[0]), 1
	}
	return char(r), size
}

func (c char) append(b []byte) []byte {
	if c >= badByte {
		return append(b, byte(c-badByte))
	}
	return utf8.AppendRune(b, rune(c))
}
