package reader

import (
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// MaxColumns is the largest number of columns that a file may have, unless
// [Bounds] say another.
const MaxColumns = 4096

// MaxFlatten is the largest number of levels of objects that can be flattened.
const MaxFlatten = 100

// Matcher finds a table's columns by the names that files give them.
type Matcher struct {
	schema abstract.Schema
	exact  map[string]int
	folded map[string][]int
}

// NewMatcher returns a matcher for the columns of a table.
func NewMatcher(schema abstract.Schema) *Matcher {
	m := &Matcher{schema: schema, exact: make(map[string]int, len(schema)), folded: make(map[string][]int, len(schema))}
	for i, c := range schema {
		m.exact[c.Name] = i
		m.folded[FoldName(c.Name)] = append(m.folded[FoldName(c.Name)], i)
	}
	return m
}

// Find is the place of the column of that name, else of the only one that
// differs from it in case alone. Where there is none, the error says what to
// do about the file, which it fails.
func (m *Matcher) Find(name string) (int, error) {
	if place, ok := m.exact[name]; ok {
		return place, nil
	}
	similar := m.folded[FoldName(name)]
	switch len(similar) {
	case 1:
		return similar[0], nil
	case 0:
		return 0, FileOnly("column %s of the file is not in the table: add it to the table, or remove it from the file", Quote([]byte(name)))
	}
	return 0, FileOnly("column %s of the file may be any of the table's %s: rename it to one of them", Quote([]byte(name)), list(m.schema, similar))
}

// Lacks tells that the table has no column for that name, nor several.
func (m *Matcher) Lacks(name string) bool { return len(m.folded[FoldName(name)]) == 0 }

// LeavesOut tells whether a column of the file is to be left out.
func (r *Request) LeavesOut(name string) bool { return r.LeaveOut != nil && r.LeaveOut(name) }

// Match finds the place in the Schema of each of a file's columns, as
// [Matcher.Find] does, and gives -1 for one that is to be left out, or [Rescued]. No
// two may be the same.
func (r *Request) Match(names []string) ([]int, error) {
	schema := r.Schema
	m := NewMatcher(schema)
	rescue, err := r.RescuePlace()
	if err != nil {
		return nil, err
	}
	target := make([]int, len(names))
	owner := make(map[int]string, len(names))
	for i, name := range names {
		if r.LeavesOut(name) {
			target[i] = -1
			continue
		}
		place, err := m.Find(name)
		if rescue >= 0 && (err != nil || place == rescue) && strings.IndexByte(name, 0) < 0 { // which no JSON can have
			target[i] = Rescued
			continue
		}
		if err != nil {
			return nil, err
		}
		if other, taken := owner[place]; taken {
			return nil, FileOnly("columns %s and %s of the file are both the table's %s: rename one",
				Quote([]byte(other)), Quote([]byte(name)), Quote([]byte(schema[place].Name)))
		}
		owner[place] = name
		target[i] = place
	}
	return target, nil
}

// CheckTypes refuses a schema that a text format, of that name, cannot fill.
func CheckTypes(schema abstract.Schema, format string) error {
	for _, c := range schema {
		if c.Type.Arrow() == nil {
			return fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type)
		}
		if c.Type == abstract.Bytes {
			return FileOnly("column %q is of type bytes, for which %s files have no notation: make it text", c.Name, format)
		}
	}
	return nil
}

// FoldName is what names that differ only in case have in common.
func FoldName(name string) string { return strings.ToLower(name) }

// Distinct renames, in place, every name that an earlier one equals but for the case of
// its letters. A name that the file has itself is not given to another.
func Distinct(names []string) []string {
	taken := make(map[string]bool, len(names))
	twin := make([]bool, len(names))
	for i, name := range names {
		twin[i] = taken[FoldName(name)]
		taken[FoldName(name)] = true
	}
	next := make(map[string]int)
	for i, name := range names {
		if !twin[i] {
			continue
		}
		n := max(next[FoldName(name)], 2)
		for taken[FoldName(fmt.Sprintf("%s_%d", name, n))] {
			n++
		}
		names[i] = fmt.Sprintf("%s_%d", name, n)
		taken[FoldName(names[i])] = true
		next[FoldName(name)] = n + 1
	}
	return names
}

// list names some columns.
func list(schema abstract.Schema, places []int) string {
	names := make([]string, len(places))
	for i, place := range places {
		names[i] = Quote([]byte(schema[place].Name))
	}
	return strings.Join(names, ", ")
}
