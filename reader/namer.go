package reader

import (
	"slices"
	"strings"
)

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

// RowColumns is the columns of a file's rows, as far as they are known before
// the file is read: those of the file that are loaded, under the names that they
// are loaded under, and those that are added. Of a file whose records name their
// columns themselves it is the added ones alone.
func (d *Dialect) RowColumns() (list []string) {
	namer := NewNamer(d.Shaping)
	for _, name := range d.Columns {
		if column, kept := namer.Column(name); kept {
			list = append(list, column)
		}
	}
	return append(list, d.AddedColumns()...)
}

// AddedColumns is those columns of a file's rows that are none of the file's own.
func (d *Dialect) AddedColumns() (list []string) {
	if d.Rescue != "" {
		list = append(list, d.Rescue)
	}
	if d.Shaping != nil {
		list = append(list, d.Shaping.Added...)
	}
	return list
}
