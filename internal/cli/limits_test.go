package cli_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimitsAtTheirEdge: what is as large as its limit is loaded, what is
// larger by one is refused, or a bad row, by name.
func TestLimitsAtTheirEdge(t *testing.T) {
	text := strings.Repeat("x", 100)
	object := `{"a":"` + text[8:] + `"}` // 100 bytes
	for _, c := range []struct {
		flag, file, content string
		most                int
		want                string
	}{
		{"--max-record", "a.csv", "a\n" + text + "\n1\n", 100, "longer than 99 bytes, the most a record may have (--max-record, and --memory)"},
		{"--max-record", "a.jsonl", object + "\n{\"a\":1}\n", 100, "longer than 99 bytes"},
		// In place of the line end, which is looked for, it may have a byte more.
		{"--max-record", "a.json", "[" + object + ",\n{\"a\":1}]\n", 99, "longer than 98 bytes"},
		{"--max-columns", "a.csv", "a,b,c\n1,2,3\n", 3, "more than 2 columns are not read (--max-columns)"},
		{"--max-columns", "a.tsv", "a\tb\tc\n1\t2\t3\n", 3, "more than 2 columns are not read (--max-columns)"},
		{"--max-columns", "a.jsonl", `{"a":1,"b":2,"c":3}`, 3, "it has more than 2 keys (--max-columns)"},
		{"--max-columns", "a.jsonl", "{\"a\":1,\"b\":2}\n{\"c\":3}\n", 3, "more than 2 different keys: more columns are not read (--max-columns)"},
		{"--max-columns", "a.json", `[{"a":1,"b":2,"c":3}]`, 3, "it has more than 2 keys (--max-columns)"},
		{"--max-nesting", "a.jsonl", `{"a":[{"b":["[[[[\"[["]}]}`, 3, `the value of key "a" is nested more than 2 levels deep (--max-nesting)`},
		{"--max-nesting", "a.json", `[{"a":[{"b":["[[[["]}]}]`, 3, `the value of key "a" is nested more than 2 levels deep (--max-nesting)`},
		{"--max-nesting", "b.json", "{\"x\":[[1]],\n\"r\":[{\"a\":1}]}", 3, "nested more than 2 levels deep (--max-nesting)"},
	} {
		dir := t.TempDir()
		write(t, dir, c.file, c.content)
		args := []string{"load", dir + "/" + c.file, "--to", "stdout:"}
		if c.file == "b.json" {
			args = append(args, "--records-path", "r")
		}
		at := sluice(t, dir, append(args, c.flag, fmt.Sprint(c.most))...)
		if at.expect(t, 0); strings.Count(at.out, "\n") == 0 {
			t.Errorf("%s %d: no rows of %s", c.flag, c.most, c.file)
		}
		below := sluice(t, dir, append(args, c.flag, fmt.Sprint(c.most-1))...).expect(t, 3)
		if !strings.Contains(below.err, c.want) {
			t.Errorf("%s %d, %s: %s, want …%s", c.flag, c.most-1, c.file, below.err, c.want)
		}
	}
}
