package reader

import "strings"

// NewColumnsError ends the reading of a file before a record with a value that
// the table has no column for, or one that does not hold it; see [Request.NewColumn]
// and [Request.Widen]. What was read before it
// was emitted, and once the table has the columns the file can be read on.
type NewColumnsError struct {
	// Columns are what the table lacks, as far as that was looked for, with what
	// was seen of their values.
	Columns []Evidence
	// Narrow are columns that the table has with a type that does not hold what was
	// seen of them: see [Evidence.Widen].
	Narrow []Evidence
}

func (e *NewColumnsError) Error() string {
	var what []string
	if len(e.Columns) > 0 {
		what = append(what, "the table lacks columns of the file: "+names(e.Columns))
	}
	if len(e.Narrow) > 0 {
		what = append(what, "the table has other types than the file for columns: "+names(e.Narrow))
	}
	return strings.Join(what, "; ")
}

func names(columns []Evidence) string {
	var list []string
	for i := range columns {
		if i == maxNamed {
			list = append(list, "…")
			break
		}
		list = append(list, Quote([]byte(columns[i].Name)))
	}
	return strings.Join(list, ", ")
}

// maxNamed is how many columns an error names.
const maxNamed = 10
