package shape

import (
	"strconv"
	"time"

	"github.com/seed-ede61cd5/sluice/reader"
)

// extra is a column that is not from a file's contents.
type extra struct {
	name     string
	evidence reader.Evidence // for its type
	row      bool            // it has the numbers of the records
	null     bool            // it is NULL in all rows
	value    string          // of all rows, if it is neither
	from     string          // what has the value, in errors
	remedy   string          // what to do if the file has a column of that name
}

// extras is the columns that the shaping adds to those of a file.
func extras(s *reader.Shaping, file reader.File) ([]extra, error) {
	var list []extra
	if s.Hive {
		var err error
		if list, err = partitions(file.Info.Key); err != nil {
			return nil, err
		}
	}
	for _, m := range s.Meta {
		e := extra{name: m.Name, from: "--meta " + m.What, remedy: "call it something else with --meta " + m.What + "=NAME"}
		e.evidence.Declare(m.Type())
		switch m.What {
		case reader.MetaFile:
			e.value = file.ID().String()
		case reader.MetaRow:
			e.row = true
		case reader.MetaModTime:
			e.value, e.null = moment(file.Info.ModTime), file.Info.ModTime.IsZero()
		case reader.MetaSize:
			e.value = strconv.FormatInt(file.Info.Size, 10)
		case reader.MetaLoadedAt:
			e.value = moment(s.LoadedAt)
		default:
			return nil, reader.FileOnly("its dialect has a column of %q, which this version does not know", m.What)
		}
		list = append(list, e)
	}
	for i := range list {
		list[i].evidence.Name = list[i].name
	}
	return list, nil
}

// moment writes a time the way that columns of every type of time, but for one
// without a zone, read it: in UTC, to the microsecond.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z07:00") }

// distinct checks that none of the file's columns, by the names that they are
// loaded under, is one that is added.
func distinct(list []extra, names []string) error {
	has := make(map[string]bool, len(names)+len(list))
	for _, name := range names {
		has[reader.FoldName(name)] = name != ""
	}
	for _, e := range list {
		if has[reader.FoldName(e.name)] {
			return reader.FileOnly("column %s of the file has the name of one from %s: %s", reader.Quote([]byte(e.name)), e.from, e.remedy)
		}
	}
	return nil
}
