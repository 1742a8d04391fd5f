package jsondoc

import (
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// outline goes through what is around the records of a document: it checks
// that this is JSON and looks for the path. It keeps none of it, so that it may
// be of any size, and can stop anywhere.
type outline struct {
	path    config.RecordsPath
	nesting int // the most brackets that may be open
	// open is the brackets that are open, from the outermost on.
	open []byte
	next token
	// matched is how many keys of the path led to the innermost object on it,
	// which is the one that open[matched] began.
	matched int
	on      bool     // the value that comes next is what the path leads to
	found   bool     // the records were met
	keys    []string // of the object that open[matched] began, the first few
	more    bool     // it has others

	inText, inKey bool   // in the middle of a string, which is a key
	key           []byte // what there was of it, if it matters
}

// token is what is expected next.
type token uint8

const (
	aValue token = iota
	aValueOrEnd
	aKey
	aKeyOrEnd
	aColon
	aComma  // or the end of the object or array
	nothing // the document is over
)

// keysShown is how many keys an error names.
const keysShown = 10

// keyBytes is how much of a key is kept, with its closing quote: enough to tell
// one of the path from any other, even if all of its characters are escaped.
const keyBytes = 6*config.MaxPathKey + 2

// walk goes on from pos to the records, which begin with the byte at end if ok,
// or else as far as it can: to the end of the document, or until more of it is
// there. data has padding behind its n bytes. Without an error end is where to go
// on; else it is where the fault is.
func (o *outline) walk(data []byte, n, pos int, atEOF bool) (end int, ok bool, err error) {
	for {
		if o.inText {
			if pos, err = o.text(data, n, pos, atEOF); err != nil || o.inText {
				return pos, false, err
			}
		}
		if pos = json.Space(data, pos, json.AcrossLines); pos >= n || o.next == nothing {
			return pos, false, nil
		}
		if o.on && o.next == aValue {
			if ok, err := o.reached(data[pos]); ok || err != nil {
				return pos, ok, err
			}
		}
		before := pos
		if pos, err = o.step(data, n, pos, atEOF); err != nil || pos == before {
			return pos, false, err
		}
	}
}

// step takes the token at pos. It stays where it is if the rest of it is not
// there yet.
func (o *outline) step(data []byte, n, pos int, atEOF bool) (end int, err error) {
	c := data[pos]
	switch {
	case o.next == aColon:
		if c != ':' {
			return pos, fault(json.FaultColon)
		}
		o.next = aValue
	case (c == '}' || c == ']') && (o.next == aComma || o.next == aKeyOrEnd && c == '}' || o.next == aValueOrEnd && c == ']'):
		if err := o.close(c); err != nil {
			return pos, err
		}
	case o.next == aComma:
		if c != ',' {
			return pos, fault("a comma or a closing bracket is expected after a value")
		}
		if o.next = aValue; o.inObject() {
			o.next = aKey
		}
	case o.next == aKey || o.next == aKeyOrEnd:
		if c != '"' {
			return pos, fault(json.FaultKey)
		}
		o.inText, o.inKey, o.key = true, true, o.key[:0]
	case c == '"':
		o.inText, o.inKey = true, false
	case c == '{' || c == '[':
		if len(o.open) == o.nesting {
			return pos, fault(json.Fault(fmt.Sprintf("it is nested more than %d levels deep (--max-nesting)", o.nesting)))
		}
		o.open = append(o.open, c)
		if o.next = aValueOrEnd; c == '{' {
			o.next = aKeyOrEnd
		}
	default:
		return o.scalar(data, n, pos, atEOF)
	}
	return pos + 1, nil
}

// scalar takes a number or a word.
func (o *outline) scalar(data []byte, n, pos int, atEOF bool) (end int, err error) {
	const longestWord = len("false")
	end, kind, what := json.Value(data, pos, json.AcrossLines)
	if !atEOF && (end >= n || kind != json.Number && n-pos < longestWord) {
		return pos, nil // it may go on
	}
	if what != "" {
		return end, fault(what)
	}
	o.next = aComma
	return end, nil
}

// text goes on in a string.
func (o *outline) text(data []byte, n, pos int, atEOF bool) (end int, err error) {
	end, closed, what := json.TextPart(data, n, pos, atEOF)
	if what != "" {
		return end, fault(what)
	}
	matters := o.inKey && o.onPath()
	if matters {
		part := data[pos:end]
		o.key = append(o.key, part[:min(len(part), keyBytes-len(o.key))]...)
	}
	if !closed {
		return end, nil
	}
	o.inText = false
	if !o.inKey {
		o.next = aComma
		return end, nil
	}
	o.next = aColon
	if matters {
		if err := o.named(); err != nil {
			return end - 1, err // the key's last byte: the next one may not be there yet
		}
	}
	return end, nil
}

// onPath tells whether the innermost bracket began the object in which the
// path goes on.
func (o *outline) onPath() bool { return len(o.open) == o.matched+1 && o.inObject() }

func (o *outline) inObject() bool { return o.open[len(o.open)-1] == '{' }

// named looks at a key of an object on the path.
func (o *outline) named() error {
	key := string(o.key)
	if len(o.key) < keyBytes {
		content := o.key[:len(o.key)-1] // without the quote
		key = string(content[:json.Unquote(content, content)])
	}
	if key != o.path[o.matched] {
		if len(o.keys) < keysShown {
			o.keys = append(o.keys, reader.Quote([]byte(key)))
		} else {
			o.more = true
		}
		return nil
	}
	if o.found {
		return fmt.Errorf("key %s, which leads to the records, is there twice", reader.Quote([]byte(key)))
	}
	o.on = true
	return nil
}

// reached looks at what the path leads to, which begins with that byte. ok
// tells that it is records.
func (o *outline) reached(c byte) (ok bool, err error) {
	if o.on = false; o.matched+1 < len(o.path) {
		if c != '{' {
			return false, fmt.Errorf("%s is %s, and %s is looked for in it",
				reader.Quote([]byte(o.path[:o.matched+1].String())), kindOf(c), reader.Quote([]byte(o.path[o.matched+1])))
		}
		o.matched++
		o.keys, o.more = o.keys[:0], false
		return false, nil
	}
	switch o.found = true; c {
	case '[', '{':
		return true, nil
	case 'n':
		return false, nil
	}
	return false, fmt.Errorf("%s is %s: records are the elements of an array, or one object", reader.Quote([]byte(o.path.String())), kindOf(c))
}

// close ends the innermost object or array.
func (o *outline) close(c byte) error {
	if c != o.open[len(o.open)-1]+2 { // in ASCII, } is { and two, and ] is [ and two
		return fault(json.FaultBracket)
	}
	if o.onPath() {
		if !o.found {
			return o.missing()
		}
		o.matched = max(o.matched-1, 0)
	}
	if o.open = o.open[:len(o.open)-1]; len(o.open) == 0 {
		o.next = nothing
		return nil
	}
	o.next = aComma
	return nil
}

// missing is the error of a path that leads nowhere.
func (o *outline) missing() error {
	keys := "it has no keys"
	if len(o.keys) > 0 {
		keys = "its keys are " + strings.Join(o.keys, ", ")
	}
	if o.more {
		keys += " …"
	}
	where := "the document"
	if o.matched > 0 {
		where = reader.Quote([]byte(o.path[:o.matched].String()))
	}
	return fmt.Errorf("--records-path: %s has no key %s: %s", where, reader.Quote([]byte(o.path[o.matched])), keys)
}

// fault is the error of what is no JSON.
func fault(what json.Fault) error { return fmt.Errorf("it is not JSON: %s", what) }

// kindOf names the value that begins with that byte.
func kindOf(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a bool"
	case 'n':
		return "null"
	}
	return "a number"
}
