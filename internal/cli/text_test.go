package cli

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain, with ünïcode and 李": "plain, with ünïcode and 李",
		"a\nb\r\x1b[31m\x00":        `a\nb\r\x1b[31m\x00`,
		"c1 \u009b bidi \u202e.":    `c1 \u009b bidi \u202e.`,
		"invalid \xff\xfe":          `invalid \xff\xfe`,
		`back\slash "quote"`:        `back\slash "quote"`,
	} {
		if got := oneLine(in); got != want {
			t.Errorf("oneLine(%q) = %s, want %s", in, got, want)
		}
	}
}

// TestShellWord has a shell read back what was quoted for it.
func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"duckdb:a/b-c_d.duckdb": "duckdb:a/b-c_d.duckdb",
		"":                      "''",
		"it's $HOME; `x` *":     `'it'\''s $HOME; ` + "`x` *'",
		"a\nb'\\\x1b\xff":       `$'a\x0ab\x27\x5c\x1b\xff'`,
		"ünï":                   "'ünï'",
	} {
		got := shellWord(word)
		if got != want {
			t.Errorf("shellWord(%q) = %s, want %s", word, got, want)
		}
		bash, err := exec.LookPath("bash")
		if err != nil {
			continue
		}
		if out, err := exec.Command(bash, "-c", "printf %s "+got).Output(); err != nil || string(out) != word {
			t.Errorf("bash reads %s as %q, want %q (%v)", got, out, word, err)
		}
	}
}

// TestTableDoesNotHoldEverything prints long lists in pieces.
func TestTableDoesNotHoldEverything(t *testing.T) {
	var out strings.Builder
	table := (&app{Streams: Streams{Out: &out}}).table("A", "B")
	for range alignedRows {
		if err := table.row("x", "y\nz"); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "\n"); n != alignedRows {
		t.Errorf("%d lines are printed after %d rows", n, alignedRows)
	}
	if !strings.Contains(out.String(), `x  y\nz`) {
		t.Errorf("a cell breaks its line:\n%.100s", out.String())
	}
}

func TestFlagLike(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, name := range []string{"format", "on-bad-row", "to", "table"} {
		flags.String(name, "", "")
	}
	for name, want := range map[string]string{
		"formt": "format", "fromat": "format", "on-bad-rows": "on-bad-row", "tabel": "table", "xyzzy": "", "delimiter": "",
	} {
		if got := flagLike(flags, name); got != want {
			t.Errorf("flagLike(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	if got := plural(1, "row") + ", " + plural(0, "row") + ", " + plural(1234, "row"); got != "1 row, 0 rows, 1,234 rows" {
		t.Errorf("plural prints %s", got)
	}
	if got := rate(300, 2*time.Second); got != 150 {
		t.Errorf("rate is %d", got)
	}
	if rate(1, 0) != 0 || bytesText(-1) != "0 B" {
		t.Error("before anything has happened, there is nothing to divide by")
	}
}

// TestErrorsKeepTheirLines indents what follows the first line.
func TestErrorsKeepTheirLines(t *testing.T) {
	var out strings.Builder
	printError(&out, errors.Join(errors.New("one\x1b"), errors.New("two")))
	if want := "sluice: one\\x1b\n  two\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}
