package accesslog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// The formats that have a name.
const (
	Common   = `%h %l %u %t "%r" %>s %b`
	Combined = Common + ` "%{Referer}i" "%{User-Agent}i"`
)

// pattern is a format made ready for use. It is not changed any more.
type pattern struct {
	values  []value
	tail    string   // the text behind the last value
	columns []string // the file's columns
	types   []abstract.Type
	// parts are the columns that method, path and protocol of the request go
	// to, -1 for none.
	parts [3]int
}

// value is one of a line's values.
type value struct {
	name   string
	typ    abstract.Type
	kind   kind
	column int // its place among the columns

	before string // the text ahead of it
	until  string // the text behind it; empty: the line ends
	quoted bool   // it stands in double quotes
	list   bool   // " : " is a part of it
}

// parts are the columns that are made of a request.
var partNames = [3]string{"method", "path", "protocol"}

// compile makes a format ready. What is wrong with it is not the file's fault.
func compile(format string) (*pattern, error) {
	p := &pattern{}
	var err error
	switch format {
	case "", "combined":
		err = p.apache(Combined)
	case "common":
		err = p.apache(Common)
	default:
		if i := strings.IndexByte(format, '$'); i >= 0 && nginxName(format[i+1:]) != "" {
			err = p.nginx(format)
		} else {
			err = p.apache(format)
		}
	}
	if err == nil {
		err = p.link()
	}
	if err != nil {
		return nil, fmt.Errorf("access log format %s: %w", reader.Quote([]byte(format)), err)
	}
	return p, nil
}

// link tells each value what is around it, and names the columns.
func (p *pattern) link() error {
	if len(p.values) == 0 {
		return errors.New("it has no value: use combined, common, a log_format of nginx ($remote_addr …) or a LogFormat of Apache (%h …)")
	}
	for i := range p.values {
		v := &p.values[i]
		v.until = p.tail
		if i+1 < len(p.values) {
			next := &p.values[i+1]
			if v.until = next.before; v.until == "" {
				return fmt.Errorf("there is no text between %s and %s, to tell where one ends", v.name, next.name)
			}
		}
		v.quoted = strings.HasSuffix(v.before, `"`) && strings.HasPrefix(v.until, `"`)
		v.list = strings.HasPrefix(v.name, "upstream_")
	}
	p.name()
	if len(p.columns) > reader.MaxColumns {
		return fmt.Errorf("it has %d columns: more than %d are not read", len(p.columns), reader.MaxColumns)
	}
	return nil
}

// name makes the columns: one for each value, and those of the request's parts
// behind it.
func (p *pattern) name() {
	taken := func(name string) bool {
		return slices.ContainsFunc(p.values, func(v value) bool { return reader.FoldName(v.name) == name })
	}
	add := func(name string, typ abstract.Type) int {
		p.columns, p.types = append(p.columns, name), append(p.types, typ)
		return len(p.columns) - 1
	}
	p.parts = [3]int{-1, -1, -1}
	split := false
	for i := range p.values {
		v := &p.values[i]
		v.column = add(v.name, v.typ)
		if v.kind != request {
			continue
		}
		for k, part := range partNames {
			if !split && !taken(part) {
				p.parts[k] = add(part, abstract.Text)
			}
		}
		if split {
			v.kind = plain
		}
		split = true
	}
	p.columns = reader.Distinct(p.columns)
}

// literal adds a piece of text to what is ahead of the next value.
func (p *pattern) literal(text string) { p.tail += text }

// value adds a value.
func (p *pattern) value(v value) {
	v.before += p.tail
	p.values = append(p.values, v)
	p.tail = ""
}

// escaped adds what a backslash in a configuration's string stands for, and
// returns how long that is.
func (p *pattern) escaped(text string) (n int, err error) {
	if len(text) < 2 {
		p.literal(text)
		return len(text), nil
	}
	switch text[1] {
	case '"', '\'', '\\':
		p.literal(text[1:2])
	case 't':
		p.literal("\t")
	case 'n', 'r':
		return 0, errors.New("a record is one line: a format cannot have line ends")
	default:
		p.literal(text[:2])
	}
	return 2, nil
}
