package cli

import (
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
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

// demoParquet is the demo's Parquet file, of demoArchived rows: Sluice reads
// Parquet and does not write it. TestDemoParquet tells how it was made.
//
//go:embed demo.parquet
var demoParquet []byte

const (
	demoArchive  = "orders-2025.parquet"
	demoArchived = 500
)

// demoShares is how the demo's other rows are spread over files: one big file,
// and smaller ones of every kind, in thousandths.
var demoShares = []struct {
	name  string
	share int64
}{
	{"orders-2026-01.csv", 350}, {"orders-2026-02.jsonl", 90}, {"orders-2026-03.csv.gz", 120},
	{"orders-2026-04.csv", 60}, {"orders-2026-05.jsonl.gz", 80}, {"orders-2026-06.csv", 50},
	{"orders-2026-07.csv.gz", 70}, {"orders-2026-08.jsonl", 40}, {"orders-2026-09.jsonl.gz", 60},
	{"orders-2026-10.csv", 50}, {"orders-2026-11.csv.gz", 29}, {"orders-2026-12.jsonl", 1},
}

// writeDemo writes the demo's files, rows of them in all, into dir.
func writeDemo(dir string, rows int64) ([]demoFile, error) {
	if err := os.WriteFile(filepath.Join(dir, demoArchive), demoParquet, 0o644); err != nil {
		return nil, fmt.Errorf("write %s: %w", demoArchive, err)
	}
	archive := demoFile{name: demoArchive}
	for row := range demoOrders(0, demoArchived) {
		archive.rows++
		archive.cents += row.Cents
	}
	files := []demoFile{archive}
	id := archive.rows
	for i, s := range demoShares {
		file := demoFile{name: s.name, rows: (rows - archive.rows) * s.share / 1000}
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
	for row := range demoOrders(firstID, file.rows) {
		file.cents += row.Cents
		if err := encode(row); err != nil {
			return err
		}
	}
	return finish()
}
