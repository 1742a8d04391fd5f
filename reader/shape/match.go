package shape

import "github.com/seed-ede61cd5/sluice/reader"

// matched is where the columns of a schema are from.
type matched struct {
	names []string // the names that a file's columns have there
	extra []*extra // nil for the columns of the file
}

// nowhere makes a name that no column of a file has.
const nowhere = "\x00"

// match finds where the columns of the schema are from.
func match(req *reader.Request) (m matched, err error) {
	s := req.Dialect.Shaping
	added, err := extras(s, req.File)
	if err != nil {
		return m, err
	}
	from, to, err := fileColumns(req)
	if err != nil {
		return m, err
	}
	known := len(to)
	table := reader.NewMatcher(req.Schema)
	for _, e := range added {
		if _, err := table.Find(e.name); err != nil && !req.LeavesOut(e.name) {
			return m, reader.FileOnly("column %s is from %s, and the table has none for it: add it", reader.Quote([]byte(e.name)), e.from)
		}
		to = append(to, e.name)
	}
	places, err := req.Match(to)
	if err != nil {
		return m, err
	}
	m.extra = make([]*extra, len(req.Schema))
	for i, place := range places[known:] {
		if place >= 0 {
			m.extra[place] = &added[i]
		}
	}
	m.names = make([]string, len(req.Schema))
	taken := make(map[string]bool, len(from))
	for i, name := range from {
		taken[reader.FoldName(name)] = true
		if i < known && places[i] >= 0 {
			m.names[places[i]] = name
		}
	}
	for i, c := range req.Schema {
		switch {
		case m.names[i] != "":
		case taken[reader.FoldName(c.Name)]: // by a column that has another name now
			m.names[i] = c.Name + nowhere
		default:
			m.names[i] = c.Name
		}
	}
	return m, nil
}

// fileColumns is the columns of the file that are loaded, as far as they are
// known beforehand, and the names they get. Of a file whose columns are not
// known, it is the ones that are renamed; those that the table lacks come last
// and without a name, as nothing is wrong until a record has one.
func fileColumns(req *reader.Request) (from, to []string, err error) {
	s, columns := req.Dialect.Shaping, req.Dialect.Columns
	if len(columns) > 0 {
		names, err := s.Arrange(columns, false)
		if err != nil {
			return nil, nil, err
		}
		for i, name := range names {
			if name != "" {
				from, to = append(from, columns[i]), append(to, name)
			}
		}
		return from, to, nil
	}
	m := reader.NewMatcher(req.Schema)
	var lacked []string
	for _, r := range s.Rename {
		if _, err := m.Find(r.To); err != nil {
			lacked = append(lacked, r.From)
			continue
		}
		from, to = append(from, r.From), append(to, r.To)
	}
	return append(from, lacked...), to, nil
}
