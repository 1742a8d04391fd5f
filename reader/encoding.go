package reader

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader/internal/charset"
)

// Encodings are the values of [Hints.Encoding]: "utf-8", "utf-16", which is
// either of "utf-16le" and "utf-16be" as a byte order mark says, and others.
func Encodings() []string { return charset.Names() }

// ParseEncoding finds an encoding by one of its names.
func ParseEncoding(name string) (string, error) {
	found := charset.Lookup(name)
	if found == "" {
		return "", fmt.Errorf("encoding %q is not known: use one of %s", name, strings.Join(Encodings(), ", "))
	}
	return found, nil
}

// CheckEncoding refuses to go on with a file in another encoding than the one it
// was begun in: offsets are those of its text, and would mean other places.
func (h Hints) CheckEncoding(d Dialect) error {
	began := d.Encoding
	if began == "" {
		began = charset.UTF8
	}
	if h.Encoding == "" || h.Encoding == began || h.Encoding == charset.UTF16 && slices.Contains([]string{charset.UTF16LE, charset.UTF16BE}, began) {
		return nil
	}
	return FileOnly("loading of it began in the encoding %s, and now it is said to be %s", began, h.Encoding)
}

// NotText is the reason for a text that is broken: "not valid UTF-8".
func (d Dialect) NotText() string {
	if d.Encoding == "" {
		return "not valid UTF-8"
	}
	return "not valid " + strings.ToUpper(d.Encoding)
}
