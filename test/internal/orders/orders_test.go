package orders

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// TestFilesHoldTheModel reads each format with DuckDB, so that what the loader
// is tested with does not rest on the loader.
func TestFilesHoldTheModel(t *testing.T) {
	dir := t.TempDir()
	const columns = `{'id': 'BIGINT', 'n': 'BIGINT', 'x': 'DOUBLE', 'day': 'DATE', 'at': 'TIMESTAMP', 'ok': 'BOOLEAN', 'name': 'VARCHAR', 'note': 'VARCHAR'}`
	for extension, from := range map[string]string{
		".csv":      `read_csv('%s', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, columns = ` + columns + `)`,
		".csv.gz":   `read_csv('%s', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, columns = ` + columns + `)`,
		".jsonl":    `read_json('%s', format = 'newline_delimited', columns = ` + columns + `)`,
		".jsonl.gz": `read_json('%s', format = 'newline_delimited', columns = ` + columns + `)`,
		".parquet":  `read_parquet('%s')`,
	} {
		path := filepath.Join(dir, "orders"+extension)
		const rows = rowGroup + 1000
		if err := WriteFile(path, 0, rows); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("duckdb", "")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := Compare(db, fmt.Sprintf(from, quoted(path)), rows); err != nil {
			t.Errorf("%s: %v", extension, err)
		}
		if err := Compare(db, fmt.Sprintf(from, quoted(path)), rows-1); err == nil {
			t.Errorf("%s: one row too many is not noticed", extension)
		}
	}
}
