package avro

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// Named types are found by their names, in the name space where they are used;
// they may lead to themselves.
func TestA02NamedTypes(t *testing.T) {
	schema := `{"type":"record","name":"r","namespace":"a","aliases":["old"],"fields":[
		{"name":"e","type":{"type":"enum","name":"E","symbols":["x","y"],"default":"x"},"default":"x","order":"ignore","aliases":["z"]},
		{"name":"f","type":"a.E"},
		{"name":"g","type":{"type":"record","name":"b.R","fields":[
			{"name":"e","type":"a.E"},{"name":"h","type":{"type":"fixed","name":"F","size":1}}]}},
		{"name":"i","type":"b.F"},
		{"name":"j","type":{"type":"fixed","name":"F","namespace":"","size":2}},
		{"name":"k","type":["null","r"]},
		{"name":"l","type":{"type":"E"}}]}`
	inner := join(long(0), long(1), long(1), []byte("p"), []byte("q"), []byte("rs"), long(0), long(0))
	data := blockOf(schema, 1, long(1), long(0), long(0), []byte("t"), []byte("u"), []byte("vw"), long(1), inner, long(1))
	_, got, err := readAll(t.Context(), t, data, nil)
	want := [][]any{{"y", "x", `{"e":"x","h":"dA=="}`, []byte("u"), []byte("vw"),
		`{"e":"x","f":"y","g":{"e":"y","h":"cA=="},"i":"cQ==","j":"cnM=","k":null,"l":"x"}`, "y"}}
	if diff := readertest.Diff(got.Rows, want); err != nil || diff != "" {
		t.Errorf("error %v, %s", err, diff)
	}
}

// Columns whose names are the same but for case are told apart.
func TestB12CaseTwins(t *testing.T) {
	schema, _, err := readAll(t.Context(), t, blockOf(fieldsOf(`{"name":"a","type":"int"},{"name":"A","type":"int"}`), 0), nil)
	if err != nil || schema[0].Name != "a" || schema[1].Name != "A_2" {
		t.Errorf("error %v, columns %v", err, schema)
	}
}

// A schema that cannot be is refused with what is wrong with it.
func TestSchemasRefused(t *testing.T) {
	deep := func(n int) string {
		return strings.Repeat(`{"type":"array","items":`, n) + `"int"` + strings.Repeat("}", n)
	}
	for schema, want := range map[string]string{
		``:                             "EOF",
		`{`:                            "EOF",
		`"int" "int"`:                  "something follows",
		`5`:                            "is no type",
		`"\xff"`:                       "invalid character",
		"\"\xff\"":                     "UTF-8",
		`"colour"`:                     `the type "colour" is not known`,
		`[]`:                           "no types",
		`[["int"]]`:                    "directly within another",
		`{}`:                           "is no type",
		`{"type":"record"}`:            "has no name",
		`{"type":"record","name":"r"}`: "a record has no fields",
		`{"type":"record","name":"r","fields":[{}]}`:                                     "is no type",
		`{"type":"record","name":"r","fields":[5]}`:                                      "field 1 is no object",
		`{"type":"array"}`:                                                               "items of array",
		`{"type":"map","values":"x"}`:                                                    "values of map",
		`{"type":"enum","name":"e"}`:                                                     "no symbols",
		`{"type":"enum","name":"e","symbols":[1]}`:                                       "no string",
		`{"type":"fixed","name":"f","size":-1}`:                                          "has the size",
		`{"type":"fixed","name":"f","size":1.5}`:                                         "has the size",
		`[{"type":"fixed","name":"f","size":1},{"type":"enum","name":"f","symbols":[]}]`: "is there twice",
		`{"type":"record","name":"r","fields":[]}`:                                       "no fields",
		deep(MaxDepth + 2):                                                               "nested more than",
	} {
		_, _, err := readAll(t.Context(), t, blockOf(schema, 1, long(0)), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: error %v, want …%s", schema, err, want)
		}
	}
}
