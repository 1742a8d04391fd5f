package readertest

import (
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// InMemory is a file with that name and content, in a bucket that holds nothing
// else and does not misbehave.
func InMemory[T string | []byte](name string, content T) reader.File {
	b := &Bucket{Files: map[string][]byte{name: []byte(content)}}
	return reader.File{Bucket: b, Info: b.Info(name)}
}

// Table is columns that are each written name=type, or name for a text.
func Table(columns ...string) abstract.Schema {
	schema := abstract.Schema{}
	for _, c := range columns {
		column := abstract.Column{Name: c, Type: abstract.Text}
		if i := strings.LastIndexByte(c, '='); i >= 0 { // a name may have one, too
			column = abstract.Column{Name: c[:i], Type: abstract.Type(c[i+1:])}
		}
		schema = append(schema, column)
	}
	return schema
}

// Suggested is the table that a sample suggests.
func Suggested(s reader.Sample) abstract.Schema {
	schema := abstract.Schema{}
	for _, c := range s.Columns {
		schema = append(schema, abstract.Column{Name: c.Name, Type: c.Type()})
	}
	return schema
}
