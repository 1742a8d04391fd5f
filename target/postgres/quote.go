package postgres

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName is how many bytes a name may have. The server cuts a longer one off,
// and two names could become one.
const maxName = 63

// quote writes an identifier so that SQL reads back exactly these bytes: in
// double quotes, with double quotes doubled. It is the one place that does.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// checkName refuses names that cannot be an identifier as they are.
func checkName(kind, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a %s needs a name", kind)
	case !utf8.ValidString(name):
		return fmt.Errorf("%s name %q is not valid UTF-8", kind, name)
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("%s name %q contains a NUL byte", kind, name)
	case len(name) > maxName:
		return fmt.Errorf("%s name %q has %d bytes: PostgreSQL cuts names off after %d", kind, name, len(name), maxName)
	}
	return nil
}
