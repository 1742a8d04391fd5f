package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// textTable prints columns, aligned.
type textTable struct {
	w    *tabwriter.Writer
	rows int
}

// alignedRows is how many rows are aligned with one another. They are held in
// memory until then, and a ledger may have millions.
const alignedRows = 1000

func (a *app) table(header ...string) *textTable {
	t := &textTable{w: tabwriter.NewWriter(a.Out, 0, 8, 2, ' ', 0)}
	_ = t.row(header...) // is written to memory; flush tells of errors
	return t
}

func (t *textTable) row(cells ...string) error {
	for i, cell := range cells {
		cells[i] = oneLine(cell)
	}
	if _, err := fmt.Fprintln(t.w, strings.Join(cells, "\t")); err != nil {
		return err
	}
	if t.rows++; t.rows%alignedRows == 0 {
		return t.flush()
	}
	return nil
}

func (t *textTable) flush() error { return t.w.Flush() }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// oneLine shows what is no printable character escaped, as Go writes it: names
// and values come from outside, and must neither break a line nor command the
// terminal.
func oneLine(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if unprintable(r) || r == utf8.RuneError && size == 1 {
			quoted := strconv.Quote(s[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

func unprintable(r rune) bool { return !strconv.IsPrint(r) }

// shellWord writes an argument so that it can be pasted into a shell.
func shellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,"
	switch {
	case s != "" && strings.Trim(s, plain) == "":
		return s
	case oneLine(s) == s:
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c >= 0x7f || c == '\'' || c == '\\' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}

// count prints a number with thousands separated.
func count(n int64) string { return humanize.Comma(n) }

// plural prints a number of things.
func plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(n) + " " + thing + "s"
}

// bytesText prints a size.
func bytesText(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

// rate is n per second.
func rate(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}
