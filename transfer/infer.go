package transfer

import (
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// infer decides the columns of a new table from the samples of some files.
// The names are those that most of the files have, so that one stray file
// does not shape the table, and all that sparse samples have; each type is the
// narrowest one that holds every value seen in a column of that name, in
// whichever file. What the user fixed wins.
func infer(samples []*reader.Sample, fixed abstract.Schema) abstract.Schema {
	headers := make([][]string, len(samples))
	counts := map[string]int{}
	for i, s := range samples {
		for _, c := range s.Columns {
			headers[i] = append(headers[i], c.Name)
		}
		counts[joined(headers[i])]++
	}
	var columns []string
	most := 0
	for _, header := range headers {
		if n := counts[joined(header)]; n > most {
			most, columns = n, header
		}
	}
	for i, s := range samples {
		if s.Sparse {
			columns = union(columns, headers[i])
		}
	}
	evidence := make([]reader.Evidence, len(columns))
	for i, name := range columns {
		evidence[i].Name = name
	}
	for n, s := range samples {
		index := indexNames(headers[n])
		for i, name := range columns {
			if at := index.find(name); at >= 0 {
				evidence[i] = evidence[i].Merge(s.Columns[at])
			}
		}
	}
	schema := make(abstract.Schema, 0, len(columns)+len(fixed))
	for i, name := range columns {
		schema = append(schema, abstract.Column{Name: name, Type: evidence[i].Type()})
	}
	index := indexNames(columns)
	for _, c := range fixed {
		if i := index.find(c.Name); i >= 0 {
			schema[i].Type = c.Type
		} else {
			schema = append(schema, c)
		}
	}
	return schema
}

// union is the columns and what else a header has.
func union(columns, header []string) []string {
	index := indexNames(columns)
	columns = slices.Clone(columns)
	for _, name := range header {
		if index.find(name) < 0 {
			columns = append(columns, name)
		}
	}
	return columns
}

// joined is a header as one text.
func joined(header []string) string { return strings.Join(header, "\x00") }

// names finds columns the way that readers match a file's to a table's: by
// the same name, else by the only one that differs from it in case alone.
type names struct{ exact, folded map[string]int }

func indexNames(list []string) names {
	n := names{map[string]int{}, map[string]int{}}
	for i, name := range list {
		n.exact[name] = i
		lower := strings.ToLower(name)
		if _, twin := n.folded[lower]; twin {
			i = -1
		}
		n.folded[lower] = i
	}
	return n
}

// find is the position of a column, -1 where there is none.
func (n names) find(name string) int {
	if i, ok := n.exact[name]; ok {
		return i
	}
	if i, ok := n.folded[strings.ToLower(name)]; ok {
		return i
	}
	return -1
}
