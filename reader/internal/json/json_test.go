package json

import (
	"bytes"
	stdjson "encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// The names say what JSONTestSuite says of such texts; the suite itself is in
// the corpus.
func TestJ14Faults(t *testing.T) {
	for text, want := range map[string]Fault{
		``:               faultValue,
		`nul`:            faultWord,
		`NaN`:            faultWord,
		`// x`:           faultValue,
		`'a'`:            faultValue,
		`01`:             faultZero,
		`-012`:           faultZero,
		`+1`:             faultValue,
		`.5`:             faultValue,
		`1.`:             faultDigit,
		`-`:              faultDigit,
		`1e+`:            faultDigit,
		`0x1`:            FaultAfter,
		`1 2`:            FaultAfter,
		`truex`:          FaultAfter,
		`[1,]`:           faultValue,
		`[1 2]`:          faultInArray,
		`[1}`:            faultInArray,
		`[`:              faultValue,
		`{"a":1,}`:       FaultKey,
		`{"a" 1}`:        FaultColon,
		`{"a":1 "b":2}`:  FaultInObject,
		`{"a":1]`:        FaultInObject,
		`{a:1}`:          FaultKey,
		`"a`:             faultOpen,
		"\"a\tb\"":       faultControl,
		"\"a\nb\"":       faultOpen,
		`"\x"`:           faultEscape,
		`"\u12g4"`:       faultEscape,
		`"\ud800"`:       faultSurrogate,
		`"\ud800\ud800"`: faultSurrogate,
		`"\udc00\ud800"`: faultSurrogate,
		`"\udc00\udc00"`: faultSurrogate,
		`"\ud83d\ude00"`: "",
		"\v1":            faultValue,
		"\u00a01":        faultValue,
		" [ ] ":          "",
		"{ }":            "",
		"\n{\"a\" :\r[1\t, -0.5E-7]\n, \"\" : {} }": "",
	} {
		var c Checker
		if _, got := c.Check([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestJ05Depth(t *testing.T) {
	var c Checker
	for depth, want := range map[int]Fault{MaxDepth: "", MaxDepth + 1: faultDepth, 10_001: faultDepth, 1_000_000: faultDepth} {
		for _, open := range []string{"[", `{"a":`} {
			end := map[string]string{"[": "]"}[open]
			if end == "" {
				end = "}"
			}
			text := strings.Repeat(open, depth-1) + map[string]string{"]": "[]", "}": "{}"}[end] + strings.Repeat(end, depth-1)
			if _, got := c.Check([]byte(text)); got != want {
				t.Errorf("%d levels of %s: %q, want %q", depth, open, got, want)
			}
		}
	}
}

// A text that could go on is told from one that is wrong by where its fault is.
func TestCheckTellsAPrefix(t *testing.T) {
	const whole = `{"a": ["\u00e9\ud83d\ude00", -1.5e+3, true], "b": null}`
	var c Checker
	for n := 1; n < len(whole); n++ {
		at, fault := c.Check([]byte(whole[:n]))
		// An escape and a word are named where they begin.
		if fault == "" || at < n-12 {
			t.Errorf("%q: %q at byte %d", whole[:n], fault, at)
		}
	}
}

func TestUnquote(t *testing.T) {
	for content, want := range map[string]string{
		`\udbff\udfff\ud800\udc00`:             "\U0010ffff\U00010000",
		`\b\f\n\r\t\/\\\"é\u00E9\u0000.\uffff`: "\b\f\n\r\t/\\\"éé\x00.\uffff",
	} {
		to := []byte(content) // in place
		if got := string(to[:Unquote(to, to)]); got != want {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
}

// FuzzJ14AgreesWithEncodingJSON: what is JSON here is JSON there, and the
// other way round but for the stated rules; and strings mean the same.
func FuzzJ14AgreesWithEncodingJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,true,false,null,"x\n\u00e9\ud83d\ude00"]}`, `[[[]],{}]`, ` "\ud800" `, `{"a":{"b":[{}]},"":0}`, "\"\x00\"", "\"\xff\"", `[1,]`, `-0`, `1e999`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c Checker
		_, fault := c.Check(text)
		ours := fault == "" && utf8.Valid(text)
		if ours != c.Valid(text) {
			t.Errorf("%q: Valid and Check disagree", text)
		}
		theirs := stdjson.Valid(text)
		if ours && !theirs || !ours && theirs && utf8.Valid(text) && fault != faultSurrogate && fault != faultDepth {
			t.Errorf("%q: valid %v (%s), encoding/json %v", text, ours, fault, theirs)
		}
		text = bytes.Trim(text, " \t\r\n")
		if !ours || text[0] != '"' {
			return
		}
		var want string
		if err := stdjson.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		to := make([]byte, len(text)-2)
		if got := string(to[:Unquote(to, text[1:len(text)-1])]); got != want {
			t.Errorf("%q means %q, encoding/json %q", text, got, want)
		}
	})
}
