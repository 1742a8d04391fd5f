package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestAvroTwins loads the files of arrow-testing that say in Avro what those of
// parquet-testing say: the tables are the same.
func TestAvroTwins(t *testing.T) {
	dir := readertest.Corpus(t)
	files, err := filepath.Glob(filepath.Join(dir, "arrow-testing/data/avro/*.avro"))
	if err != nil {
		t.Fatal(err)
	}
	twins := 0
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".avro")
		twin := filepath.Join(dir, "parquet-testing/data", name+".parquet")
		if _, err := os.Stat(twin); err != nil {
			continue
		}
		differs := map[string]struct {
			rows int64 // that are in the Avro file alone
			why  string
		}{
			"alltypes_plain.snappy": {6, "they are other rows"},
			"nullable.impala":       {1, "a map has its keys in another order"},
		}
		twins++
		t.Run(name, func(t *testing.T) { sameTables(t, path, twin, differs[name].rows) })
	}
	if twins < 15 {
		t.Errorf("only %d twins were found", twins)
	}
}

// TestAvroWeather loads the same records, with each codec and as JSON lines.
func TestAvroWeather(t *testing.T) {
	data := filepath.Join(readertest.Corpus(t), "avro/share/test/data")
	for _, name := range []string{"weather", "weather-deflate", "weather-snappy", "weather-zstd", "weather-sorted"} {
		t.Run(name, func(t *testing.T) {
			sameTables(t, filepath.Join(data, name+".avro"), filepath.Join(data, "weather.json"), 0)
		})
	}
}

// sameTables loads two files and compares columns and rows, of which that many may
// be in the first alone. What has a zone in Avro has none in INT96.
func sameTables(t *testing.T, left, right string, alone int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "twins.duckdb")
	for table, source := range map[string]string{"l": left, "r": right} {
		sluice(t, "load", source, "--to", "duckdb:"+path, "--table", table, "--no-file-id").expect(t, 0)
	}
	db := openDB(t, path)
	l, r := columns(t, db, "l"), columns(t, db, "r")
	if l = strings.Replace(l, "timestamp_col TIMESTAMP WITH TIME ZONE", "timestamp_col TIMESTAMP", 1); l != r {
		t.Errorf("columns\n%s\nand\n%s", l, r)
	}
	if scalarOf(t, db, `SELECT count(*) FROM l`) == 0 {
		t.Error("no rows")
	}
	const except = `SELECT count(*) FROM (FROM %s EXCEPT ALL FROM %s)`
	if n := scalarOf(t, db, fmt.Sprintf(except, "l", "r")); n != alone {
		t.Errorf("%d rows are in the first alone", n)
	}
	if n := scalarOf(t, db, fmt.Sprintf(except, "r", "l")); n > alone {
		t.Errorf("%d rows are in the second alone", n)
	}
}
