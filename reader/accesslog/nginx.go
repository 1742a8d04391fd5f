package accesslog

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
)

// nginx takes a log_format apart.
func (p *pattern) nginx(format string) error {
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
		case '$':
			name := nginxName(rest[1:])
			if name == "" {
				return fmt.Errorf("no variable follows the $ at %s", reader.Quote([]byte(rest)))
			}
			if at++; rest[1] == '{' {
				at += 2
			}
			at += len(name)
			p.value(nginxValue(strings.ToLower(name)))
		default:
			p.literal(rest[:1])
			at++
		}
	}
	return nil
}

// nginxName is the name of the variable that follows a $, or that is in braces
// there; empty if none does.
func nginxName(text string) string {
	inner, braces := strings.CutPrefix(text, "{")
	n := 0
	for n < len(inner) && (inner[n] == '_' || inner[n] >= '0' && inner[n] <= '9' || inner[n]|0x20 >= 'a' && inner[n]|0x20 <= 'z') {
		n++
	}
	if braces && (n == len(inner) || inner[n] != '}') {
		return ""
	}
	return inner[:n]
}
