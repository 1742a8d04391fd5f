package duckdb

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// quote writes an identifier so that SQL reads back exactly these bytes: in
// double quotes, with double quotes doubled. It is the one place that does.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// checkName refuses names that cannot be an identifier at all.
func checkName(kind, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a %s needs a name", kind)
	case !utf8.ValidString(name):
		return fmt.Errorf("%s name %q is not valid UTF-8", kind, name)
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("%s name %q contains a NUL byte", kind, name)
	}
	return nil
}
