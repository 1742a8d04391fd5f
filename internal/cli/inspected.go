package cli

import (
	"fmt"
	"strconv"

	"github.com/seed-ede61cd5/sluice/internal/inspect"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// inspected is what inspect shows of a file, and prints as JSON.
type inspected struct {
	Object string `json:"object"`
	Size   int64  `json:"size"`
	// Error is why the file cannot be read, or not further.
	Error string `json:"error,omitempty"`
	// Report is what was found, nil if that is nothing.
	*inspect.Report
}

// print shows the file to people.
func (i *inspected) print(a *app) {
	say := func(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }
	say("%s, %s", oneLine(i.Object), bytesText(i.Size))
	if i.Error != "" {
		say("  cannot be read: %s", oneLine(i.Error))
	}
	if i.Report == nil {
		return
	}
	say("  read as: %s", oneLine(transfer.SampledFile{Dialect: i.Dialect}.Describe()))
	switch d := i.Detected; {
	case d == nil:
	case len(d.Flags) > 0:
		say("  looks like: %s (give these flags, or --dialect auto)", flagsText(d))
	default:
		say("  looks like: the same")
	}
	for _, note := range i.Notes {
		say("  note: %s", oneLine(note))
	}
	of := "first"
	if i.Complete {
		of = "all"
	}
	say("  %s %s: %s, %s bad", of, plural(i.Records, "record"), plural(i.RowCount, "row"), count(i.BadCount))
	i.printColumns(a)
	i.printRows(a)
	i.printBad(a)
}

func (i *inspected) printColumns(a *app) {
	g := grid{header: []string{"COLUMN", "TYPE", "NULLS"}, width: a.Width}
	for _, c := range i.Columns {
		g.rows = append(g.rows, []string{c.Name, string(c.Type), count(c.Nulls)})
	}
	i.section(a, "", &g)
}

func (i *inspected) printRows(a *app) {
	g := grid{width: a.Width}
	for _, c := range i.Columns {
		g.header = append(g.header, c.Name)
	}
	for _, row := range i.Rows {
		cells := make([]string, len(row))
		for n, v := range row {
			cells[n] = shownValue(v)
		}
		g.rows = append(g.rows, cells)
	}
	i.section(a, "first rows", &g)
}

func (i *inspected) printBad(a *app) {
	g := grid{header: []string{"RECORD", "BYTE", "COLUMN", "REASON"}, width: a.Width, open: true}
	for _, b := range i.Bad {
		offset := ""
		if b.Offset != nil {
			offset = strconv.FormatInt(*b.Offset, 10)
		}
		g.rows = append(g.rows, []string{strconv.FormatInt(b.Record, 10), offset, b.Column, b.Reason})
	}
	i.section(a, "first bad rows", &g)
}

// section prints a table, if there is anything in it.
func (i *inspected) section(a *app, title string, g *grid) {
	if len(g.rows) == 0 {
		return
	}
	fmt.Fprintln(a.Out)
	if title != "" {
		fmt.Fprintf(a.Out, "%s:\n", title)
	}
	if hidden := g.print(a.Out); hidden > 0 {
		fmt.Fprintf(a.Out, "(%s more to the right: see --json)\n", plural(int64(hidden), "column"))
	}
}

// shownValue is a value as the table shows it: texts that would be taken for nothing
// are in quotes.
func shownValue(v inspect.Value) string {
	switch {
	case v.Null:
		return "NULL"
	case v.Text == "" || v.Text == "NULL":
		return strconv.Quote(v.Text)
	}
	return v.Text
}
