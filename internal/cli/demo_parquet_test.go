//go:build cgo

package cli

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

var rewrite = flag.Bool("rewrite", false, "write demo.parquet anew, with DuckDB")

// TestDemoParquet reads the demo's Parquet file with DuckDB: its rows are what
// the demo says they are. With -rewrite it makes the file.
func TestDemoParquet(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if *rewrite {
		lines := filepath.Join(t.TempDir(), "demo.jsonl")
		var text bytes.Buffer
		encode, _ := demoEncoder(&text, ".jsonl")
		for row := range demoOrders(0, demoArchived) {
			if err := encode(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(lines, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`COPY (SELECT * FROM read_json('` + lines + `', columns = {order_id: 'BIGINT', ordered_at: 'TIMESTAMP', customer: 'VARCHAR',
			country: 'VARCHAR', product: 'VARCHAR', quantity: 'BIGINT', cents: 'BIGINT', paid: 'BOOLEAN', note: 'VARCHAR'}))
			TO 'demo.parquet' (FORMAT parquet, COMPRESSION zstd)`); err != nil {
			t.Fatal(err)
		}
		t.Fatal("demo.parquet is written: test again, without -rewrite")
	}
	rows, err := db.Query(`SELECT to_json(r)::VARCHAR FROM read_parquet('demo.parquet') r ORDER BY order_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for want := range demoOrders(0, demoArchived) {
		var text string
		if !rows.Next() {
			t.Fatalf("no row %d", want.ID)
		}
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		expected, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(text); got != string(expected) {
			t.Fatalf("the row is %s, want %s", got, expected)
		}
	}
	if rows.Next() {
		t.Error("there are more rows")
	}
}
