package avro

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// parseSchema reads the schema that a file was written with. What only matters to
// programs with a schema of their own is not looked at: aliases, defaults, orders.
func parseSchema(text []byte) (*node, error) {
	root, err := parse(text)
	if err != nil {
		return nil, reader.FileOnly("the schema in the header cannot be read: %w", err)
	}
	return root, nil
}

func parse(text []byte) (*node, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not valid UTF-8")
	}
	var schema any
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&schema); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows it")
	}
	p := &parser{named: make(map[string]*node)}
	return p.node(schema, "", 0)
}

// parser reads one schema.
type parser struct {
	named map[string]*node // by full name
}

// spec is a type as it is written, in a name space.
type spec struct {
	attrs map[string]any
	space string
	depth int
}

func (o spec) text(attr string) string {
	s, _ := o.attrs[attr].(string)
	return s
}

// number reads an attribute that is a whole number, of at most 9 digits.
func (o spec) number(attr string) (int64, bool) {
	f, ok := o.attrs[attr].(float64)
	return int64(f), ok && f == float64(int64(f)) && f > -1e9 && f < 1e9
}

// node reads a type: a name, an object, or a union.
func (p *parser) node(schema any, space string, depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("it is nested more than %d deep", MaxDepth)
	}
	switch s := schema.(type) {
	case string:
		return p.byName(s, spec{space: space})
	case []any:
		return p.union(s, space, depth)
	case map[string]any:
		o := spec{attrs: s, space: space, depth: depth}
		if name, ok := s["type"].(string); ok {
			return p.byName(name, o)
		}
		if s["type"] != nil { // a type in a type
			return p.node(s["type"], space, depth+1)
		}
	}
	return nil, fmt.Errorf("%.60q is no type", fmt.Sprint(schema))
}

// byName reads a type that is called so. o has its attributes, if it has any.
func (p *parser) byName(name string, o spec) (*node, error) {
	switch name {
	case "record", "error", "enum", "fixed":
		return p.define(name, o)
	case "array", "map":
		return p.container(name, o)
	}
	for w := wireNull; w <= wireString; w++ {
		if name == w.String() {
			return finished(&node{wire: w, kind: plainKind(w)}, o), nil
		}
	}
	full := name
	if o.space != "" && !strings.Contains(name, ".") {
		full = o.space + "." + name
	}
	if n := p.named[full]; n != nil {
		return n, nil
	}
	if n := p.named[name]; n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("the type %.100q is not known", name)
}

func (p *parser) container(name string, o spec) (*node, error) {
	n, attr := &node{wire: wireArray}, "items"
	if name == "map" {
		n.wire, attr = wireMap, "values"
	}
	var err error
	if n.items, err = p.node(o.attrs[attr], o.space, o.depth+1); err != nil {
		return nil, fmt.Errorf("%s of %s: %w", attr, name, err)
	}
	return n, nil
}

func (p *parser) union(branches []any, space string, depth int) (*node, error) {
	n := &node{wire: wireUnion, kind: plainKind(wireNull)}
	if len(branches) == 0 {
		return nil, errors.New("a union has no types")
	}
	for _, branch := range branches {
		b, err := p.node(branch, space, depth+1)
		if err != nil {
			return nil, err
		}
		if b.wire == wireUnion {
			return nil, errors.New("a union is directly within another")
		}
		n.parts = append(n.parts, part{node: b})
	}
	return n, nil
}

// define reads a type with a name of its own.
func (p *parser) define(what string, o spec) (*node, error) {
	name, space := o.text("name"), o.space
	if name == "" {
		return nil, fmt.Errorf("a type %q has no name", what)
	}
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		space = name[:dot]
	} else {
		if s, ok := o.attrs["namespace"].(string); ok {
			space = s
		}
		if space != "" {
			name = space + "." + name
		}
	}
	if p.named[name] != nil {
		return nil, fmt.Errorf("the type %.100q is there twice", name)
	}
	n := &node{}
	p.named[name] = n // for the types within it as well
	o.space = space
	var err error
	switch what {
	case "enum":
		err = n.enum(o)
	case "fixed":
		err = n.fixed(o)
	default:
		n.wire = wireRecord
		err = p.fields(n, o)
	}
	if err != nil {
		return nil, fmt.Errorf("type %.100q: %w", name, err)
	}
	return n, nil
}

func (n *node) enum(o spec) error {
	n.wire, n.kind = wireEnum, typed.Kind{Meaning: typed.Text}
	symbols, ok := o.attrs["symbols"].([]any)
	if !ok {
		return errors.New("an enum has no symbols")
	}
	for _, s := range symbols {
		symbol, ok := s.(string)
		if !ok {
			return errors.New("a symbol of an enum is no string")
		}
		n.symbols = append(n.symbols, []byte(symbol))
	}
	finished(n, o)
	return nil
}

func (n *node) fixed(o spec) error {
	n.wire, n.kind = wireFixed, typed.Kind{Meaning: typed.Bytes}
	size, ok := o.number("size")
	if !ok || size < 0 {
		return fmt.Errorf("fixed has the size %.60q", fmt.Sprint(o.attrs["size"]))
	}
	n.size = size
	finished(n, o)
	return nil
}

func (p *parser) fields(n *node, o spec) error {
	fields, ok := o.attrs["fields"].([]any)
	if !ok {
		return errors.New("a record has no fields")
	}
	empty := true // a record within itself is not
	for i, f := range fields {
		attrs, ok := f.(map[string]any)
		if !ok {
			return fmt.Errorf("field %d is no object", i+1)
		}
		field := part{name: spec{attrs: attrs}.text("name")}
		var err error
		// A field's own type: {"name": "x", "type": "string"} is not a string.
		if field.node, err = p.node(attrs["type"], o.space, o.depth+1); err != nil {
			return fmt.Errorf("field %.100q: %w", field.name, err)
		}
		field.key = typed.AppendKey(nil, field.name)
		empty = empty && field.empty
		n.parts = append(n.parts, field)
	}
	n.empty = empty
	return nil
}
