package orders

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// WriteFile writes the rows from first on, n of them, in the format that the
// name's extension says: .csv or .jsonl, with gzip if .gz follows; or .parquet.
func WriteFile(name string, first, n int64) (err error) {
	switch base := strings.TrimSuffix(name, ".gz"); filepath.Ext(base) {
	case ".csv":
		return writeLines(name, Header, AppendLine, first, n)
	case ".jsonl":
		return writeLines(name, "", appendObject, first, n)
	case ".parquet":
		return writeParquet(name, first, n)
	default:
		return fmt.Errorf("write %s: no such format", name)
	}
}

// writeLines writes a line for each row behind the header.
func writeLines(name, header string, appendRow func(b []byte, id int64) []byte, first, n int64) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	var out io.Writer = f
	if strings.HasSuffix(name, ".gz") {
		zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		if err != nil {
			return err
		}
		defer func() {
			if closeErr := zip.Close(); err == nil {
				err = closeErr
			}
		}()
		out = zip
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if _, err := w.WriteString(header); err != nil {
		return err
	}
	var line []byte
	for id := first; id < first+n; id++ {
		line = appendRow(line[:0], id)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// part is a share of the rows in a big file of its own.
type part struct {
	name  string
	share int64 // in percent
}

// WriteFolder spreads rows 0 to total over one big file, and many small ones
// with and without gzip.
func WriteFolder(dir string, total int64) error {
	return writeParts(dir, total, []part{{"big.csv", 50}, {"big.csv.gz", 20}}, []string{".csv.gz", ".csv", ".csv"})
}

// WriteMixedFolder does so over all formats.
func WriteMixedFolder(dir string, total int64) error {
	return writeParts(dir, total,
		[]part{{"big.csv", 20}, {"big.jsonl", 20}, {"big.jsonl.gz", 15}, {"big.parquet", 25}},
		[]string{".csv", ".jsonl", ".parquet", ".jsonl.gz", ".csv.gz"})
}

// writeParts writes the big files, and the rest of the rows in 60 small ones,
// whose extensions take turns.
func writeParts(dir string, total int64, big []part, extensions []string) error {
	first := int64(0)
	for _, p := range big {
		n := total * p.share / 100
		if err := WriteFile(filepath.Join(dir, p.name), first, n); err != nil {
			return err
		}
		first += n
	}
	const small = 60
	rest := total - first
	for i := range int64(small) {
		n := rest / small
		if i == small-1 {
			n = rest - n*(small-1)
		}
		name := fmt.Sprintf("small-%03d%s", i, extensions[i%int64(len(extensions))])
		if err := WriteFile(filepath.Join(dir, name), first, n); err != nil {
			return err
		}
		first += n
	}
	return nil
}
