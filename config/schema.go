package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// ParseSchema reads the columns of a table, in their order, from JSON:
//
//	[{"name": "id", "type": "int64"}, {"name": "price", "type": "decimal(12,2)", "nullable": true}]
//
// or an object that has that list as its only member, "columns". Errors name
// the file, as it is called by name, with line and column.
func ParseSchema(name string, data []byte) (abstract.Schema, error) {
	p := &schemaParser{name: name, data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	schema, err := p.file()
	if err != nil {
		return nil, err
	}
	if len(schema) == 0 {
		return nil, p.at(0, "it has no columns")
	}
	return schema, nil
}

// schemaParser goes through the file token by token, for the places of what is
// wrong.
type schemaParser struct {
	name    string
	data    []byte
	decoder *json.Decoder
	begins  int64 // where the last token does
}

// at is an error about the byte at that offset.
func (p *schemaParser) at(offset int64, format string, args ...any) error {
	before := p.data[:min(offset, int64(len(p.data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %s", p.name, line, column, fmt.Sprintf(format, args...))
}

// wrong is an error about the last token.
func (p *schemaParser) wrong(format string, args ...any) error {
	return p.at(p.begins, format, args...)
}

// next is the next token.
func (p *schemaParser) next() (json.Token, error) {
	end := p.decoder.InputOffset()
	rest := p.data[end:]
	p.begins = end + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n,:")))
	token, err := p.decoder.Token()
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, p.at(int64(len(p.data)), "the file breaks off")
	}
	if err != nil {
		return nil, p.wrong("%s", err)
	}
	return token, nil
}

// expect takes a token that must be that one.
func (p *schemaParser) expect(want json.Token, what string) error {
	token, err := p.next()
	if err == nil && token != want {
		err = p.wrong("%s is expected", what)
	}
	return err
}

const aList = `a list of columns, as in [{"name": "id", "type": "int64"}],`

func (p *schemaParser) file() (schema abstract.Schema, err error) {
	token, err := p.next()
	switch {
	case err != nil:
		return nil, err
	case token == json.Delim('['):
		schema, err = p.list()
	case token == json.Delim('{'):
		if err = p.expect("columns", `the key "columns"`); err == nil {
			err = p.expect(json.Delim('['), aList)
		}
		if err == nil {
			schema, err = p.list()
		}
		if err == nil {
			err = p.expect(json.Delim('}'), `nothing but "columns"`)
		}
	default:
		return nil, p.wrong("%s is expected", aList)
	}
	if err != nil {
		return nil, err
	}
	if end := p.decoder.InputOffset(); len(bytes.TrimSpace(p.data[end:])) > 0 {
		return nil, p.at(end, "something follows the columns")
	}
	return schema, nil
}

// list reads columns up to the end of their list.
func (p *schemaParser) list() (schema abstract.Schema, err error) {
	seen := map[string]bool{}
	for {
		token, err := p.next()
		switch {
		case err != nil:
			return nil, err
		case token == json.Delim(']'):
			return schema, nil
		case token != json.Delim('{'):
			return nil, p.wrong(`a column is expected, as in {"name": "id", "type": "int64"}`)
		}
		begins := p.begins
		column, err := p.column()
		switch {
		case err != nil:
			return nil, err
		case column.Name == "":
			return nil, p.at(begins, `the column has no "name"`)
		case column.Type == "":
			return nil, p.at(begins, `column %q has no "type"`, column.Name)
		case seen[column.Name]:
			return nil, p.at(begins, "column %q is there twice", column.Name)
		}
		seen[column.Name] = true
		schema = append(schema, column)
	}
}

// column reads a column up to its end.
func (p *schemaParser) column() (c abstract.Column, err error) {
	seen := map[string]bool{}
	for {
		token, err := p.next()
		if err != nil || token == json.Delim('}') {
			return c, err
		}
		key, _ := token.(string)
		if seen[key] {
			return c, p.wrong("key %q is there twice", key)
		}
		seen[key] = true
		switch key {
		case "name", "type", "nullable":
		default:
			return c, p.wrong("unknown key %q: a column has name and type, and may say that it is nullable", key)
		}
		value, err := p.next()
		if err != nil {
			return c, err
		}
		if err := p.set(&c, key, value); err != nil {
			return c, err
		}
	}
}

// set takes the value of a key of a column.
func (p *schemaParser) set(c *abstract.Column, key string, value json.Token) (err error) {
	if key == "nullable" {
		if value != true {
			return p.wrong(`"nullable" can only be true: Sluice makes no other columns`)
		}
		return nil
	}
	text, ok := value.(string)
	switch {
	case !ok:
		return p.wrong("%q must be a text", key)
	case key == "type":
		if c.Type, err = abstract.ParseType(text); err != nil {
			return p.wrong("%s", err)
		}
	case text == "" || strings.ContainsRune(text, 0):
		return p.wrong("%q cannot be the name of a column", text)
	default:
		c.Name = text
	}
	return nil
}
