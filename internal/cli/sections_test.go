package cli_test

import (
	"strings"
	"testing"
)

// TestHelpInSections: every flag is shown once, below a title; what was forgotten
// would be among the other flags.
func TestHelpInSections(t *testing.T) {
	for _, command := range []string{"load", "inspect"} {
		help := sluice(t, t.TempDir(), command, "--help").expect(t, 0).out
		_, other, _ := strings.Cut(help, "\nOther flags:\n")
		if other != "  -h, --help   help for "+command+"\n" {
			t.Errorf("%s: the last section is %q", command, other)
		}
		for _, flag := range []string{"format", "column", "max-ratio", "endpoint", "json"} {
			if n := strings.Count(help, "\n      --"+flag+" "); n != 1 {
				t.Errorf("%s: --%s is there %d times", command, flag, n)
			}
		}
		if titles := strings.Count(help, ":\n      --"); titles < 5 {
			t.Errorf("%s: %d sections:\n%s", command, titles, help)
		}
	}
}
