package jsonrow

import (
	"errors"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// Check refuses what cannot be read into the schema that is asked for, in a format
// of that name.
func Check(req reader.Request, format string) error {
	if err := reader.CheckTypes(req.Schema, format); err != nil || req.Dialect.Rescue == "" {
		return err
	}
	if req.Dialect.Flatten > 0 {
		return errors.New("a dialect with both rescue and flatten")
	}
	_, err := req.RescuePlace()
	return err
}

// save puts a key and its value, as they are in the file, among what is
// rescued of the record.
func (b *batch) save(data []byte, f *field) {
	at, end := f.at, f.end
	if f.kind == json.String || f.kind == json.Escaped {
		at, end = at-1, end+1
	}
	opening := byte(',')
	if len(b.saved) == 0 {
		opening = '{'
	}
	b.saved = append(append(b.saved, opening), f.as.quoted...)
	b.saved = append(append(b.saved, ':'), data[at:end]...)
}

// rescueSaved ends the object of what was saved, and writes it.
func (b *batch) rescueSaved() {
	b.columns[b.rescue].put(b.rows, append(b.saved, '}'), json.Object, &b.scratch)
	b.saved = b.saved[:0]
}
