package reader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Shaping is which of a file's columns are loaded, and under which names, as
// package shape does it for every format. Names are those in the file; as two
// columns of a file never differ in case alone, case does not count. The zero
// value changes nothing.
type Shaping struct {
	// Select is the columns to load, in the order for a new table; empty: all.
	Select []string `json:"select,omitempty"`
	// Exclude is the columns to leave out.
	Exclude []string `json:"exclude,omitempty"`
	// Rename is the columns that get other names.
	Rename []Rename `json:"rename,omitempty"`
}

// Rename gives a column another name.
type Rename struct {
	From string `json:"from"` // in the file
	To   string `json:"to"`
}

// IsZero tells whether the shaping changes nothing.
func (s *Shaping) IsZero() bool {
	return len(s.Select) == 0 && len(s.Exclude) == 0 && len(s.Rename) == 0
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
	return errors.Join(errs...)
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
	return strings.Join(words, ", ")
}

// Namer tells what becomes of a file's columns. Its method may be called
// concurrently.
type Namer struct {
	selected, excluded map[string]bool
	renamed            map[string]string
}

// NewNamer returns the namer of a shaping, which may be nil.
func NewNamer(s *Shaping) *Namer {
	n := &Namer{}
	if s == nil {
		return n
	}
	n.selected, _ = once("", s.Select)
	n.excluded, _ = once("", s.Exclude)
	n.renamed = make(map[string]string, len(s.Rename))
	for _, r := range s.Rename {
		n.renamed[FoldName(r.From)] = r.To
	}
	return n
}

// Column is the name under which the file's column of that name is loaded.
// kept is false if it is left out.
func (n *Namer) Column(name string) (column string, kept bool) {
	folded := FoldName(name)
	if n.excluded[folded] || len(n.selected) > 0 && !n.selected[folded] {
		return "", false
	}
	if to, renamed := n.renamed[folded]; renamed {
		return to, true
	}
	return name, true
}

// Arrange gives the names under which a file's columns are loaded, "" for one
// that is left out. Unless the file is sparse, it must have every column that
// the shaping names. No two may get the same name.
func (s *Shaping) Arrange(columns []string, sparse bool) ([]string, error) {
	has := make(map[string]bool, len(columns))
	for _, name := range columns {
		has[FoldName(name)] = true
	}
	if !sparse {
		named := slices.Concat(s.Select, s.Exclude)
		for _, r := range s.Rename {
			named = append(named, r.From)
		}
		for _, name := range named {
			if !has[FoldName(name)] {
				return nil, FileOnly("the file has no column %s, which --select, --exclude or --rename names: it has %s",
					Quote([]byte(name)), Quote([]byte(strings.Join(columns, ", "))))
			}
		}
	}
	namer := NewNamer(s)
	names := make([]string, len(columns))
	owner := make(map[string]string, len(columns))
	for i, name := range columns {
		to, kept := namer.Column(name)
		if !kept {
			continue
		}
		if other, taken := owner[FoldName(to)]; taken {
			return nil, FileOnly("columns %s and %s of the file are both to be named %s: exclude one, or give it another name with --rename",
				Quote([]byte(other)), Quote([]byte(name)), Quote([]byte(to)))
		}
		owner[FoldName(to)], names[i] = name, to
	}
	return names, nil
}
