package orders

import (
	"database/sql"
	"fmt"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

// rowGroup is the number of rows in a row group, small enough that a file has
// several.
const rowGroup = 50_000

// writeParquet has DuckDB make a Parquet file of a CSV file that it writes
// beside it and removes again.
func writeParquet(name string, first, n int64) (err error) {
	lines := name + ".csv"
	if err := WriteFile(lines, first, n); err != nil {
		return err
	}
	defer os.Remove(lines)
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(fmt.Sprintf(`COPY (SELECT * FROM read_csv('%s', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, allow_quoted_nulls = false,
		columns = {'id': 'BIGINT', 'n': 'BIGINT', 'x': 'DOUBLE', 'day': 'DATE', 'at': 'TIMESTAMP', 'ok': 'BOOLEAN', 'name': 'VARCHAR', 'note': 'VARCHAR'}))
		TO '%s' (FORMAT parquet, ROW_GROUP_SIZE %d)`, quoted(lines), quoted(name), rowGroup))
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// quoted is a path as it stands in an SQL string.
func quoted(path string) string { return strings.ReplaceAll(path, "'", "''") }
