package object

import (
	"errors"
	"fmt"
	"strings"
)

// token is the smallest part of a pattern.
type token struct {
	kind tokenKind
	char char // of one
	set  *set // of oneOf
}

type tokenKind int

const (
	one    tokenKind = iota // char
	anyOne                  // ?
	anyRun                  // *
	oneOf                   // [ ]
)

// match tells whether the token stands for c, which is never a slash.
func (t token) match(c char) bool {
	switch t.kind {
	case one:
		return t.char == c
	case oneOf:
		return t.set.match(c)
	default:
		return t.kind == anyOne
	}
}

// parseToken reads the token that s, which is not empty, begins with.
func parseToken(s string) (t token, rest string, err error) {
	switch s[0] {
	case '*':
		return token{kind: anyRun}, s[1:], nil
	case '?':
		return token{kind: anyOne}, s[1:], nil
	case '[':
		set, rest, err := parseSet(s)
		return token{kind: oneOf, set: set}, rest, err
	}
	c, rest, err := parseChar(s)
	return token{char: c}, rest, err
}

// parseChar reads one character, escaped or not.
func parseChar(s string) (c char, rest string, err error) {
	if s[0] == '\\' {
		if s = s[1:]; s == "" {
			return 0, "", errors.New(`it ends in \: write \\ for the character itself`)
		}
		if s[0] == '/' {
			return 0, "", errors.New(`a slash cannot be escaped: write / for it`)
		}
	}
	c, size := decode(s)
	return c, s[size:], nil
}

// set is what stands in [ ].
type set struct {
	negated bool
	ranges  [][2]char // from, to
}

func (s *set) match(c char) bool {
	for _, r := range s.ranges {
		if r[0] <= c && c <= r[1] {
			return !s.negated
		}
	}
	return s.negated
}

// parseSet reads a set. A ] that comes first stands for itself, as in shells.
func parseSet(text string) (result *set, rest string, err error) {
	s := text[1:]
	result = &set{}
	if s != "" && (s[0] == '!' || s[0] == '^') {
		result.negated = true
		s = s[1:]
	}
	for first := true; s != "" && (first || s[0] != ']'); first = false {
		if strings.HasPrefix(s, "[:") {
			return nil, "", errors.New(`classes such as [:digit:] are not supported: write [0-9]`)
		}
		var from, to char
		if from, s, err = parseChar(s); err != nil {
			return nil, "", err
		}
		to = from
		if len(s) > 1 && s[0] == '-' && s[1] != ']' {
			if to, s, err = parseChar(s[1:]); err != nil {
				return nil, "", err
			}
		}
		if from == '/' || to == '/' {
			return nil, "", errors.New("[ ] cannot hold a slash: it matches within one path element")
		}
		if from > to {
			return nil, "", fmt.Errorf("range %q: its ends are the wrong way round", text[1:len(text)-len(s)])
		}
		result.ranges = append(result.ranges, [2]char{from, to})
	}
	if s == "" {
		return nil, "", errors.New(`[ without ]: write \[ for the character itself`)
	}
	return result, s[1:], nil
}
