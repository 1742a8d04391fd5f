package parquet

import (
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// match finds the place in schema of each of the file's columns: that of the
// same name, else of the only one that differs from it in case alone.
func match(names []string, schema abstract.Schema) ([]int, error) {
	exact := make(map[string]int, len(schema))
	folded := make(map[string][]int, len(schema))
	for i, c := range schema {
		exact[c.Name] = i
		folded[strings.ToLower(c.Name)] = append(folded[strings.ToLower(c.Name)], i)
	}
	target := make([]int, len(names))
	owner := make(map[int]string, len(names))
	for i, name := range names {
		place, ok := exact[name]
		if !ok {
			similar := folded[strings.ToLower(name)]
			if len(similar) == 0 {
				return nil, reader.FileOnly("column %q of the file is not in the table: add it to the table, or remove it from the file", name)
			}
			if len(similar) > 1 {
				return nil, reader.FileOnly("column %q of the file may be any of %d in the table: rename it to one of them", name, len(similar))
			}
			place = similar[0]
		}
		if other, taken := owner[place]; taken {
			return nil, reader.FileOnly("columns %q and %q of the file are both the table's %q: rename one", other, name, schema[place].Name)
		}
		owner[place] = name
		target[i] = place
	}
	return target, nil
}

// distinct renames every name that an earlier one equals but for the case of
// its letters: the second "a" is "a_2". A name that the file has itself is not
// given to another.
func distinct(names []string) []string {
	taken := make(map[string]bool, len(names))
	twin := make([]bool, len(names))
	for i, name := range names {
		twin[i] = taken[strings.ToLower(name)]
		taken[strings.ToLower(name)] = true
	}
	next := make(map[string]int)
	for i, name := range names {
		if !twin[i] {
			continue
		}
		n := max(next[strings.ToLower(name)], 2)
		for taken[strings.ToLower(fmt.Sprintf("%s_%d", name, n))] {
			n++
		}
		names[i] = fmt.Sprintf("%s_%d", name, n)
		taken[strings.ToLower(names[i])] = true
		next[strings.ToLower(name)] = n + 1
	}
	return names
}
