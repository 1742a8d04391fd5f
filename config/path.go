package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// RecordsPath is the keys that lead into a JSON document, outermost first. The
// zero value leads nowhere.
type RecordsPath []string

// What a path may have.
const (
	MaxPathKeys = 100
	MaxPathKey  = 1024 // bytes
)

// pointer undoes what a JSON pointer (RFC 6901) writes differently, unpointer
// writes it.
var (
	pointer   = strings.NewReplacer("~1", "/", "~0", "~")
	unpointer = strings.NewReplacer("/", "~1", "~", "~0")
)

// Set reads keys with dots between them, as in detail.items, or the JSON
// pointer of keys that have dots or are empty, as in /detail/a.b.
func (p *RecordsPath) Set(text string) error {
	var keys []string
	if rest, ok := strings.CutPrefix(text, "/"); ok {
		keys = strings.Split(rest, "/")
		for i, key := range keys {
			if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(key), "~") {
				return fmt.Errorf("%q has a ~ that is neither ~0, for ~, nor ~1, for /", text)
			}
			keys[i] = pointer.Replace(key)
		}
	} else if keys = strings.Split(text, "."); slices.Contains(keys, "") {
		return fmt.Errorf("%q has an empty key: write the keys with a dot between them, as in detail.items, or a JSON pointer, as in /detail/items", text)
	}
	if len(keys) > MaxPathKeys {
		return fmt.Errorf("it has %d keys, and %d are the most", len(keys), MaxPathKeys)
	}
	if slices.ContainsFunc(keys, func(key string) bool { return len(key) > MaxPathKey }) {
		return errors.New("it has a key of more than 1024 bytes")
	}
	*p = keys
	return nil
}

// String is what Set reads as p, empty for the zero value.
func (p RecordsPath) String() string {
	plain := !slices.ContainsFunc(p, func(key string) bool { return key == "" || strings.Contains(key, ".") })
	if len(p) == 0 || plain && !strings.HasPrefix(p[0], "/") {
		return strings.Join(p, ".")
	}
	var b strings.Builder
	for _, key := range p {
		b.WriteString("/" + unpointer.Replace(key))
	}
	return b.String()
}

// Type is how the flag's help names the value.
func (*RecordsPath) Type() string { return "path" }
