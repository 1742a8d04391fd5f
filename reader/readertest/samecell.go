package readertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// SameCell compares a cell, or a part of a nested one, with what hyparquet's
// lists of expected rows have for it, decoded with [json.Decoder.UseNumber].
// Those write neither NaN nor NULL members of a group, and bytes as numbers.
func SameCell(got, want any) bool {
	switch w := want.(type) {
	case nil:
		f, isFloat := got.(float64)
		return got == nil || isFloat && math.IsNaN(f) || got == "NaN"
	case bool:
		return got == w
	case json.Number:
		return sameNumber(got, w)
	case string:
		return sameText(got, w)
	}
	switch g := got.(type) {
	case []byte:
		return sameBytes(g, want)
	case string:
		var nested any
		decoder := json.NewDecoder(strings.NewReader(g))
		decoder.UseNumber()
		if decoder.Decode(&nested) == nil {
			if _, text := nested.(string); !text {
				return SameCell(nested, want)
			}
		}
		raw, err := base64.StdEncoding.DecodeString(g)
		return err == nil && sameBytes(raw, want)
	case []any:
		return sameList(g, want)
	case map[string]any:
		return sameObject(g, want)
	}
	return false
}

func sameNumber(got any, want json.Number) bool {
	text := fmt.Sprint(got)
	if text == want.String() {
		return true
	}
	a, err1 := strconv.ParseFloat(text, 64)
	b, err2 := want.Float64()
	return err1 == nil && err2 == nil && (a == b || math.Abs(a-b) < 1e-12*math.Abs(b))
}

func sameText(got any, want string) bool {
	switch g := got.(type) {
	case string:
		return g == want || strings.NewReplacer("T", " ", ".000Z", "Z", "+0", "").Replace(want) == g
	case []byte:
		return string(g) == want
	case time.Time:
		parsed, err := time.Parse(time.RFC3339Nano, want)
		return err == nil && parsed.Equal(g)
	}
	return false
}

func sameList(got []any, want any) bool {
	w, ok := want.([]any)
	if !ok || len(got) != len(w) {
		return false
	}
	for i := range got {
		if !SameCell(got[i], w[i]) {
			return false
		}
	}
	return true
}

func sameObject(got map[string]any, want any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		return false
	}
	for k, v := range got {
		if !SameCell(v, w[k]) {
			return false
		}
	}
	for k := range w {
		if _, ok := got[k]; !ok {
			return false
		}
	}
	return true
}

func sameBytes(got []byte, want any) bool {
	w, ok := want.([]any)
	if !ok || len(got) != len(w) {
		return false
	}
	for i := range w {
		if w[i] != json.Number(strconv.Itoa(int(got[i]))) {
			return false
		}
	}
	return true
}
