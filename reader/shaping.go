package reader

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Shaping is which of a file's columns are loaded, under which names, and which
// are added, as package shape does it for every format. Names are those in the file; as two
// columns of a file never differ in case alone, case does not count. The zero
// value changes nothing.
type Shaping struct {
	// Select is the columns to load, in the order for a new table; empty: all.
	Select []string `json:"select,omitempty"`
	// Exclude is the columns to leave out.
	Exclude []string `json:"exclude,omitempty"`
	// Rename is the columns that get other names.
	Rename []Rename `json:"rename,omitempty"`
	// Meta is the columns to add of what is known of the file.
	Meta []Meta `json:"meta,omitempty"`
	// Hive adds the columns that the folders of a file's path have: year=2024/.
	Hive bool `json:"hive,omitempty"`
	// LoadedAt is what a [MetaLoadedAt] column has. A sample sets it.
	LoadedAt time.Time `json:"loaded_at,omitzero"`
}

// Rename gives a column another name.
type Rename struct {
	From string `json:"from"` // in the file
	To   string `json:"to"`
}

// IsZero tells whether the shaping changes nothing.
func (s *Shaping) IsZero() bool {
	return len(s.Select) == 0 && len(s.Exclude) == 0 && len(s.Rename) == 0 && len(s.Meta) == 0 && !s.Hive
}

// Check tells everything that is wrong with the shaping, whatever the files.
func (s *Shaping) Check() error {
	selected, errSelect := once("--select", s.Select)
	excluded, errExclude := once("--exclude", s.Exclude)
	errs := []error{errSelect, errExclude}
	var from, to []string
	for _, r := range s.Rename {
		from, to = append(from, r.From), append(to, r.To)
	}
	renamed, errFrom := once("--rename from", from)
	_, errTo := once("--rename to", to)
	errs = append(errs, errFrom, errTo)
	for _, name := range s.Exclude {
		if selected[FoldName(name)] {
			errs = append(errs, fmt.Errorf("column %q is to be selected and excluded: leave out one", name))
		}
	}
	for _, r := range s.Rename {
		switch {
		case excluded[FoldName(r.From)] || len(selected) > 0 && !selected[FoldName(r.From)]:
			errs = append(errs, fmt.Errorf("--rename %s=%s: the column is not to be loaded", r.From, r.To))
		case selected[FoldName(r.To)] && !renamed[FoldName(r.To)]:
			errs = append(errs, fmt.Errorf("--rename %s=%s: a column of that name is selected", r.From, r.To))
		}
	}
	return errors.Join(append(errs, s.checkMeta(to))...)
}

// once is the names, folded, none of which may be there twice.
func once(flag string, names []string) (map[string]bool, error) {
	var errs []error
	set := make(map[string]bool, len(names))
	for _, name := range names {
		switch {
		case name == "" || strings.IndexByte(name, 0) >= 0:
			errs = append(errs, fmt.Errorf("%s: %q is no name of a column", flag, name))
		case set[FoldName(name)]:
			errs = append(errs, fmt.Errorf("%s: column %q is given twice", flag, name))
		}
		set[FoldName(name)] = true
	}
	return set, errors.Join(errs...)
}

// String tells the shaping in words, as the flags do.
func (s *Shaping) String() string {
	var words []string
	if len(s.Select) > 0 {
		words = append(words, "select "+strings.Join(s.Select, ","))
	}
	if len(s.Exclude) > 0 {
		words = append(words, "exclude "+strings.Join(s.Exclude, ","))
	}
	for _, r := range s.Rename {
		words = append(words, "rename "+r.From+"="+r.To)
	}
	if s.Hive {
		words = append(words, "columns of the path")
	}
	for _, m := range s.Meta {
		words = append(words, m.Name+" is its "+m.What)
	}
	return strings.Join(words, ", ")
}
