package reader

import "strings"

// NewColumnsError ends the reading of a file before a record with a value that
// the table has no column for; see [Request.NewColumn]. What was read before it
// was emitted, and once the table has the columns the file can be read on.
type NewColumnsError struct {
	// Columns are what the table lacks, as far as that was looked for, with what
	// was seen of their values.
	Columns []Evidence
}

func (e *NewColumnsError) Error() string {
	names := make([]string, 0, len(e.Columns))
	for i := range e.Columns {
		if i == maxNamed {
			names = append(names, "…")
			break
		}
		names = append(names, Quote([]byte(e.Columns[i].Name)))
	}
	return "the table lacks columns of the file: " + strings.Join(names, ", ")
}

// maxNamed is how many columns an error names.
const maxNamed = 10
