package cli

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// demoFile is a generated file and what it holds, which is the model that the
// table is compared with.
type demoFile struct {
	name  string
	rows  int64
	cents int64 // the sum of the column cents
}

// demoShares is how the demo's rows are spread over files: one big file, and
// smaller ones of both kinds, in thousandths.
var demoShares = []struct {
	name  string
	share int64
}{
	{"orders-2026-01.csv", 350}, {"orders-2026-02.csv", 90}, {"orders-2026-03.csv.gz", 120},
	{"orders-2026-04.csv", 60}, {"orders-2026-05.csv.gz", 80}, {"orders-2026-06.csv", 50},
	{"orders-2026-07.csv.gz", 70}, {"orders-2026-08.csv", 40}, {"orders-2026-09.csv.gz", 60},
	{"orders-2026-10.csv", 50}, {"orders-2026-11.csv.gz", 29}, {"orders-2026-12.csv", 1},
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

func writeDemoFile(dir string, file *demoFile, firstID int64) (err error) {
	f, err := os.Create(filepath.Join(dir, file.name))
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	var w io.Writer = f
	if filepath.Ext(file.name) == ".gz" {
		zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		if err != nil {
			return err
		}
		defer func() {
			if closeErr := zip.Close(); err == nil {
				err = closeErr
			}
		}()
		w = zip
	}
	buffered := bufio.NewWriterSize(w, 1<<20)
	if _, err := buffered.WriteString("order_id,ordered_at,customer,country,product,quantity,cents,paid,note\n"); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, uint64(firstID)))
	var line []byte
	for id := firstID + 1; id <= firstID+file.rows; id++ {
		var cents int64
		line, cents = appendOrder(line[:0], id, random)
		file.cents += cents
		if _, err := buffered.Write(line); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// appendOrder appends one order as a line of CSV, with the things that real
// exports have: quotes, commas and line breaks inside of fields, empty fields.
func appendOrder(b []byte, id int64, random *rand.Rand) (line []byte, cents int64) {
	customers := [...]string{"Ada Lovelace", `"Turing, Alan"`, "Grace Hopper", "Noether", `"O""Neil, Kate"`, "Dijkstra", "Ноздрёв", "李小龍"}
	countries := [...]string{"DE", "US", "BR", "IN", "JP", "NG", "FR", ""}
	products := [...]string{"lamp", "desk", "chair, red", "shelf", "rug", "mirror", "clock", "vase"}
	notes := [...]string{"", "", "", "gift", `"leave at door, please"`, "\"two\nlines\"", `"says ""hello"""`, "urgent"}
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(330*24*3600)) * time.Second)
	cents = 100 + random.Int64N(250_000)

	b = strconv.AppendInt(b, id, 10)
	b = append(b, ',')
	b = day.AppendFormat(b, "2006-01-02 15:04:05")
	b = append(b, ',')
	b = append(b, customers[random.IntN(len(customers))]...)
	b = append(b, ',')
	b = append(b, countries[random.IntN(len(countries))]...)
	b = append(b, `,"`...)
	b = append(b, products[random.IntN(len(products))]...)
	b = append(b, `",`...)
	b = strconv.AppendInt(b, 1+random.Int64N(9), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, cents, 10)
	b = append(b, ',')
	b = strconv.AppendBool(b, random.IntN(10) > 0)
	b = append(b, ',')
	b = append(b, notes[random.IntN(len(notes))]...)
	return append(b, '\n'), cents
}
