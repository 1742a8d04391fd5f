package jsonrow

import (
	"bytes"
	stdjson "encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
)

// FuzzJ14AgreesWithEncodingJSON compares every line's rows with what the
// standard library makes of it, where the rules are the same.
func FuzzJ14AgreesWithEncodingJSON(f *testing.F) {
	for _, line := range []string{
		`{"i":1,"f":1.5,"b":true,"d":"2024-02-29","s":"x","j":{"a":[1, 2]}}`, `{"j":[ ],"s":"q\"\\\u00e9\ud83d\ude00\n","f":-3}`,
		`{"a":1,"a":2}`, `{"\u0061":"\ud83d\ude00"}`, `[1]`, `{`, `{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{"a":"\u0000"}`, `{"a":-0,"b":1e400}`,
		`{"a":{"b":[null,true,"x"]}}`, `{"a":null}{"a":1}`, "\t{ \"a\" :1 } \r", `{"":null}`, `{"a":01}`, `{"n":1.30,"s":true}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) > 4096 || bytes.IndexByte(line, '\n') >= 0 || !utf8.Valid(line) || bytes.HasPrefix(line, []byte(reader.BOM)) {
			return
		}
		w := NewSampler(Lines{}, 0, reader.Bounds{}).walker
		in := newRecords(reader.Block{Data: bytes.Clone(line), Offset: 1}, Lines{}, "") // it writes behind the data
		first, ok := in.next()
		if !ok {
			return
		}
		reason := in.read(&w, first)
		var want map[string]stdjson.RawMessage
		err := stdjson.Unmarshal(line, &want)
		if err == nil && want == nil {
			return // null
		}
		if reason != "" {
			// Stricter by a stated rule, or not JSON there either.
			for _, rule := range []string{"twice", "same column", "surrogate", "1024 levels", "empty", "NUL"} {
				if strings.Contains(reason, rule) {
					return
				}
			}
			if err == nil {
				t.Errorf("%q: %s; encoding/json takes it", line, reason)
			}
			return
		}
		if err != nil || len(w.fields) != len(want) {
			t.Fatalf("%q: %d fields; encoding/json %d, %v", line, len(w.fields), len(want), err)
		}
		for _, field := range w.fields {
			value, ok := want[field.as.name]
			if !ok {
				t.Errorf("%q: key %q", line, field.as.name)
			}
			if got := in.data[field.at:field.end]; field.kind != 4 && field.kind != 5 && !bytes.Equal(got, value) {
				t.Errorf("%q: %q is %q, encoding/json %q", line, field.as.name, got, value)
			}
		}
	})
}
