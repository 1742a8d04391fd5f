package reader

import "github.com/seed-ede61cd5/sluice/abstract"

// Rescued is what [Request.Match] says of a file's column that the Schema has no
// place for, if its values are to be rescued; see [Dialect.Rescue].
const Rescued = -2

// RescuePlace is the place in the Schema of the column for what fits no other, -1
// if none is asked for; see [Dialect.Rescue].
func (r *Request) RescuePlace() (int, error) {
	name := r.Dialect.Rescue
	if name == "" {
		return -1, nil
	}
	place, err := NewMatcher(r.Schema).Find(name)
	if err != nil {
		return -1, FileOnly("column %s is to take what does not fit, and the table has none for it: add it, of type json", Quote([]byte(name)))
	}
	if c := r.Schema[place]; c.Type != abstract.JSON && c.Type != abstract.Text {
		return -1, FileOnly("column %q is to take what does not fit: make it json, not %s", c.Name, c.Type)
	}
	return place, nil
}

// CheckRescue refuses a file whose own column has the name of the one for what does
// not fit.
func (d *Dialect) CheckRescue(columns []string) error {
	for _, name := range columns {
		if d.Rescue != "" && FoldName(name) == FoldName(d.Rescue) {
			return FileOnly("column %s of the file has the name of the one for what does not fit: call that something else with --rescue=NAME", Quote([]byte(name)))
		}
	}
	return nil
}

// WithRescue adds the column for what does not fit to those of a file, if it has any.
func (d *Dialect) WithRescue(columns []Evidence) []Evidence {
	if d.Rescue == "" || len(columns) == 0 {
		return columns
	}
	e := Evidence{Name: d.Rescue}
	e.Declare(abstract.JSON)
	return append(columns, e)
}
