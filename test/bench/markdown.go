package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func seconds(s float64) string { return fmt.Sprintf("%.2f", s) }

// markdown is a table that can be read as it is, too. Columns in which nothing
// but 0 stands are left out.
func markdown(lines [][]string) string {
	var text strings.Builder
	for i, line := range lines {
		text.WriteString("|")
		rule := "|"
		for c := range line {
			width, zeros := 3, true
			for j, other := range lines {
				width = max(width, utf8.RuneCountInString(other[c]))
				zeros = zeros && (j == 0 || strings.Trim(other[c], "0. %") == "")
			}
			if zeros && len(lines) > 1 {
				continue
			}
			text.WriteString(" " + line[c] + strings.Repeat(" ", width-utf8.RuneCountInString(line[c])) + " |")
			rule += strings.Repeat("-", width+2) + "|"
		}
		text.WriteString("\n")
		if i == 0 {
			text.WriteString(rule + "\n")
		}
	}
	return text.String()
}
