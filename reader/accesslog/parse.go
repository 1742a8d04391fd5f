package accesslog

import (
	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
)

// parser makes rows of lines. It is for one goroutine.
type parser struct {
	*pattern
	notText string // what a line that is no text is
	found   [][]byte
	scratch []byte
}

// parse is the [rows.Parse].
func (p *parser) parse(line []byte, row *rows.Row) (col int, reason string) {
	if reason := rows.Unstorable(line, p.notText); reason != "" {
		return -1, reason
	}
	if p.found, col, reason = p.match(line, p.found[:0]); reason != "" {
		return col, reason
	}
	for i := range p.values {
		v := &p.values[i]
		if col, reason := p.put(row, v, p.found[i]); reason != "" {
			return col, reason
		}
	}
	return -1, ""
}

// put puts a value into a row.
func (p *parser) put(row *rows.Row, v *value, text []byte) (col int, reason string) {
	typ := row.Type(v.column)
	if string(text) == "-" {
		return v.column, ""
	}
	switch {
	case v.kind == request:
		return p.request(row, v, unescape(text, &p.scratch))
	case typ == "", len(text) == 0 && typ != abstract.Text:
		return v.column, ""
	case v.kind == clock && typ != abstract.Text:
		iso, ok := isoTime(text, p.scratch[:0])
		p.scratch = iso
		if !ok || row.Text(v.column, iso) != "" {
			return v.column, reader.Quote(text) + " is not " + reader.A(typ)
		}
		return v.column, ""
	case v.kind == status && typ != abstract.Text:
		for len(text) > 1 && text[0] == '0' {
			text = text[1:]
		}
	}
	return v.column, row.Text(v.column, unescape(text, &p.scratch))
}

// request puts a request and its parts.
func (p *parser) request(row *rows.Row, v *value, text []byte) (col int, reason string) {
	if typ := row.Type(v.column); typ == abstract.Text || typ != "" && len(text) > 0 {
		if reason := row.Text(v.column, text); reason != "" {
			return v.column, reason
		}
	}
	parts, ok := split(text)
	if !ok {
		return v.column, ""
	}
	for k, col := range p.parts {
		if col < 0 {
			continue
		}
		if reason := row.Text(col, parts[k]); reason != "" {
			return col, reason
		}
	}
	return v.column, ""
}
