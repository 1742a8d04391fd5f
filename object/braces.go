package object

import (
	"errors"
	"fmt"
	"strings"
)

// Braces multiply: twenty groups of two are a million texts. Rather than
// search so many for every key, a pattern that goes past either limit is
// refused.
const (
	maxTexts     = 1000     // how many texts the braces of a pattern may stand for
	maxTextBytes = 64 << 10 // how long they may be together
)

// expandBraces returns the texts that a pattern with {a,b} groups stands for.
func expandBraces(text string) ([]string, error) {
	open, err := indexOutside(text, '{')
	if err != nil {
		return nil, err
	}
	if open < 0 {
		return []string{text}, nil
	}
	var inner []string
	rest := text[open+1:]
	for more := true; more; {
		var option string
		option, rest, more, err = cutOption(rest)
		if err != nil {
			return nil, err
		}
		texts, err := expandBraces(option)
		if err != nil {
			return nil, err
		}
		inner = append(inner, texts...)
	}
	tails, err := expandBraces(rest)
	if err != nil {
		return nil, err
	}
	return product(text[:open], inner, tails)
}

// product joins head, each of the middles and each of the tails.
func product(head string, middles, tails []string) ([]string, error) {
	n := len(middles) * len(tails)
	size := len(head)*n + totalLen(middles)*len(tails) + totalLen(tails)*len(middles)
	if n > maxTexts || size > maxTextBytes {
		return nil, fmt.Errorf("its braces stand for more than %d texts or %d KiB: write fewer alternatives, or several sources",
			maxTexts, maxTextBytes>>10)
	}
	texts := make([]string, 0, n)
	for _, m := range middles {
		for _, t := range tails {
			texts = append(texts, head+m+t)
		}
	}
	return texts, nil
}

func totalLen(texts []string) int {
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	return n
}

// cutOption splits the text after a { or a comma at the comma or } that ends
// the option. more tells that it was a comma.
func cutOption(s string) (option, rest string, more bool, err error) {
	depth := 0
	for i := 0; i < len(s); {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}' && depth > 0:
			depth--
		case depth == 0 && (s[i] == ',' || s[i] == '}'):
			return s[:i], s[i+1:], s[i] == ',', nil
		}
		n, err := unitLen(s[i:])
		if err != nil {
			return "", "", false, err
		}
		i += n
	}
	return "", "", false, errors.New(`{ without }: write \{ for the character itself`)
}

// indexOutside finds the first c that is neither escaped nor inside [ ],
// -1 where there is none.
func indexOutside(s string, c byte) (int, error) {
	for i := 0; i < len(s); {
		if s[i] == c {
			return i, nil
		}
		n, err := unitLen(s[i:])
		if err != nil {
			return 0, err
		}
		i += n
	}
	return -1, nil
}

// unitLen is the length of what s begins with: an escaped character, a
// [ ] set, or a single byte.
func unitLen(s string) (int, error) {
	switch s[0] {
	case '\\':
		if len(s) == 1 {
			return 0, errors.New(`it ends in \: write \\ for the character itself`)
		}
		return 2, nil
	case '[':
		_, rest, err := parseSet(s)
		return len(s) - len(rest), err
	default:
		return 1, nil
	}
}

// lastLiteral is the last path element of a pattern that holds no wildcard,
// without its escapes. isDir tells that more of the path follows it.
func lastLiteral(text string) (name string, isDir bool) {
	depth, wild, start := 0, false, 0
	for i := 0; i <= len(text); {
		if i == len(text) || text[i] == '/' && depth == 0 {
			if !wild && i > start {
				name, isDir = unescape(text[start:i]), i < len(text)
			}
			start, wild = i+1, false
			i++
			continue
		}
		switch text[i] {
		case '*', '?', '[':
			wild = true
		case '{':
			depth, wild = depth+1, true
		case '}':
			depth = max(0, depth-1)
		}
		n, err := unitLen(text[i:])
		if err != nil {
			return "", false // not a text that ParsePattern took
		}
		i += n
	}
	return name, isDir
}

// unescape takes out the backslashes that protect other characters.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
