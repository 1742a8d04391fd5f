package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestParseSchema(t *testing.T) {
	want := abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "a \"price\", é", Type: abstract.Decimal(12, 2)}}
	printed, err := json.MarshalIndent(want, "", "  ") // as a dry run does
	if err != nil {
		t.Fatal(err)
	}
	list := `[{"name":"id","type":"int64"},{"type":"decimal(12, 2)","nullable":true,"name":"a \"price\", é"}]`
	for _, text := range []string{string(printed), list, ` { "columns" : ` + list + "}\n"} {
		got, err := ParseSchema("f.json", []byte(text))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestParseSchemaErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                               `f.json:1:1: the file breaks off`,
		`[]`:                             `f.json:1:1: it has no columns`,
		`{"columns":[]}`:                 `f.json:1:1: it has no columns`,
		`"x"`:                            `f.json:1:1: a list of columns`,
		`{"fields":[]}`:                  `f.json:1:2: the key "columns" is expected`,
		`{"columns":{}}`:                 `f.json:1:12: a list of columns`,
		`{"columns":[],"version":1}`:     `f.json:1:15: nothing but "columns" is expected`,
		`[{"name":"a","type":"text"}`:    `f.json:1:28: the file breaks off`,
		`[{"name":"a","type":"text"}] x`: `f.json:1:29: something follows`,
		`["a"]`:                          `f.json:1:2: a column is expected`,
		"[\n  {\"name\": \"a\"}\n]":      `f.json:2:3: column "a" has no "type"`,
		"[\n  {\"type\": \"text\"}\n]":   `f.json:2:3: the column has no "name"`,
		"[{\"name\":\"a\",\n\"typ\":1}]": `f.json:2:1: unknown key "typ"`,
		"[{\"name\":\"a\",\n\"type\":\n  \"string\"}]": `f.json:3:3: unknown type "string"`,
		`[{"name":"a","name":"b"}]`:                    `f.json:1:14: key "name" is there twice`,
		`[{"name":1}]`:                                 `f.json:1:10: "name" must be a text`,
		`[{"name":""}]`:                                `f.json:1:10: "" cannot be the name`,
		`[{"name":"a\u0000"}]`:                         `f.json:1:10: "a\x00" cannot be the name`,
		`[{"nullable":false}]`:                         `f.json:1:14: "nullable" can only be true`,
		`[{"name":"a","type":"decimal(50,2)"}]`:        `f.json:1:21: type "decimal(50,2)": write`,
		"[{\"name\":\"a\",\"type\":\"text\"},\n{\"name\":\"a\",\"type\":\"text\"}]": `f.json:2:1: column "a" is there twice`,
		"[{\"name\":\"a\",\n }]": `f.json:2:2: `,
		"[\n{name:\"a\"}]":       `f.json:2:2: `,
	} {
		got, err := ParseSchema("f.json", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, error %v, want %s…", text, got, err, want)
		}
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add(`[{"name":"id","type":"int64","nullable":true}]`)
	f.Add(`{"columns":[{"name":"id","type":"decimal(3,1)"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		schema, err := ParseSchema("f", []byte(text))
		if err != nil {
			return
		}
		printed, err := json.Marshal(schema)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseSchema("f", printed); err != nil || fmt.Sprint(again) != fmt.Sprint(schema) {
			t.Errorf("%q gives %v, which gives %v, %v", text, schema, again, err)
		}
	})
}
