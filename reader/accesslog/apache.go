package accesslog

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
)

// apache takes a LogFormat apart.
func (p *pattern) apache(format string) error {
	for at := 0; at < len(format); {
		switch rest := format[at:]; rest[0] {
		case '\n', '\r', 0:
			return errors.New("a record is one line: a format cannot have line ends or NUL bytes")
		case '\\':
			n, err := p.escaped(rest)
			if err != nil {
				return err
			}
			at += n
		case '%':
			n, err := p.directive(rest)
			if err != nil {
				return err
			}
			at += n
		default:
			p.literal(rest[:1])
			at++
		}
	}
	return nil
}

// directive adds the directive that the text begins with, and returns its
// length. Conditions such as !200,304 and the modifiers < and > say when and of
// which request a value is written, and are skipped.
func (p *pattern) directive(text string) (n int, err error) {
	if strings.HasPrefix(text, "%%") {
		p.literal("%")
		return 2, nil
	}
	n = 1
	skip := func() {
		for n < len(text) && strings.IndexByte("!0123456789,<>", text[n]) >= 0 {
			n++
		}
	}
	skip()
	argument, named := "", n < len(text) && text[n] == '{'
	if named {
		end := strings.IndexByte(text[n:], '}')
		if end < 0 {
			return 0, fmt.Errorf("no } follows at %s", reader.Quote([]byte(text)))
		}
		argument = text[n+1 : n+end]
		n += end + 1
		skip()
	}
	letters := 1
	if strings.HasPrefix(text[n:], "^t") {
		letters = 3
	}
	if n+letters > len(text) {
		return 0, fmt.Errorf("no directive follows the %% at %s", reader.Quote([]byte(text)))
	}
	directive := text[n : n+letters]
	n += letters
	v, ok := apacheValue(directive)
	if named {
		v, ok = apacheNamed(directive, argument)
	}
	if !ok {
		return 0, fmt.Errorf("there is no directive %s", reader.Quote([]byte(text[:n])))
	}
	if v.kind == clock { // which Apache writes in brackets
		p.literal("[")
		defer p.literal("]")
	}
	p.value(v)
	return n, nil
}
