package cli

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// demoFile is a generated file and what it holds, which is the model that the
// table is compared with.
type demoFile struct {
	name  string
	rows  int64
	cents int64 // the sum of the column cents
}

// demoShares is how the demo's rows are spread over files: one big file, and
// smaller ones of every kind, in thousandths.
var demoShares = []struct {
	name  string
	share int64
}{
	{"orders-2026-01.csv", 350}, {"orders-2026-02.jsonl", 90}, {"orders-2026-03.csv.gz", 120},
	{"orders-2026-04.parquet", 60}, {"orders-2026-05.jsonl.gz", 80}, {"orders-2026-06.csv", 50},
	{"orders-2026-07.csv.gz", 70}, {"orders-2026-08.parquet", 40}, {"orders-2026-09.jsonl", 60},
	{"orders-2026-10.csv", 50}, {"orders-2026-11.csv.gz", 29}, {"orders-2026-12.jsonl", 1},
}

// writeDemo writes the demo's files, rows of them in all, into dir.
func writeDemo(dir string, rows int64) ([]demoFile, error) {
	files := make([]demoFile, 0, len(demoShares))
	var id int64
	for i, s := range demoShares {
		file := demoFile{name: s.name, rows: rows * s.share / 1000}
		if i == len(demoShares)-1 {
			file.rows = rows - id
		}
		if err := writeDemoFile(dir, &file, id); err != nil {
			return nil, fmt.Errorf("write %s: %w", file.name, err)
		}
		id += file.rows
		files = append(files, file)
	}
	return files, nil
}

// writeDemoFile writes a file in the format that its name says.
func writeDemoFile(dir string, file *demoFile, firstID int64) (err error) {
	f, err := os.Create(filepath.Join(dir, file.name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var w io.Writer = f
	plain, zipped := strings.CutSuffix(file.name, ".gz")
	if zipped {
		zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, zip.Close()) }()
		w = zip
	}
	encode, finish := demoEncoder(w, filepath.Ext(plain))
	random := rand.New(rand.NewPCG(1, uint64(firstID)))
	for id := firstID + 1; id <= firstID+file.rows; id++ {
		row := randomOrder(id, random)
		file.cents += row.Cents
		if err := encode(row); err != nil {
			return err
		}
	}
	return finish()
}
