package csv

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
		folded[fold(c.Name)] = append(folded[fold(c.Name)], i)
	}
	target := make([]int, len(names))
	owner := make(map[int]string, len(names))
	for i, name := range names {
		place, ok := exact[name]
		if !ok {
			similar := folded[fold(name)]
			if len(similar) == 0 {
				return nil, reader.FileOnly("column %q of the file is not in the table: add it to the table, or remove it from the file", name)
			}
			if len(similar) > 1 {
				return nil, reader.FileOnly("column %q of the file may be any of the table's %s: rename it to one of them", name, list(schema, similar))
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

// list names some columns.
func list(schema abstract.Schema, places []int) string {
	names := make([]string, len(places))
	for i, place := range places {
		names[i] = reader.Quote([]byte(schema[place].Name))
	}
	return strings.Join(names, ", ")
}
