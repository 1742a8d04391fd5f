package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// textTable prints columns, aligned.
type textTable struct{ w *tabwriter.Writer }

func (a *app) table(header ...string) *textTable {
	t := &textTable{tabwriter.NewWriter(a.Out, 0, 8, 2, ' ', 0)}
	t.row(header...)
	return t
}

func (t *textTable) row(cells ...string) error {
	_, err := fmt.Fprintln(t.w, strings.Join(cells, "\t"))
	return err
}

func (t *textTable) flush() error { return t.w.Flush() }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// oneLine keeps a reason from breaking a table.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
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
