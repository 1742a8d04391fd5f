package parquet

import (
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

// distinct refuses names that are the same but for the case of their letters:
// which column is which could only be guessed.
func distinct(names []string) error {
	taken := make(map[string]string, len(names))
	for _, name := range names {
		if other, twin := taken[strings.ToLower(name)]; twin {
			return reader.FileOnly("columns %q and %q differ in nothing but letter case, if at all: rename one", other, name)
		}
		taken[strings.ToLower(name)] = name
	}
	return nil
}
