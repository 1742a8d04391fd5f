// Package badrows makes files in which some records are bad, some are refused
// by the table, and the rest is good, and knows what must become of each.
package badrows

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Create is the table to load into, for DuckDB and PostgreSQL alike.
const Create = `CREATE TABLE t (id BIGINT UNIQUE, word VARCHAR CHECK (word NOT LIKE 'refused%'), _sluice_file BIGINT)`

// Record is a record that must be rejected.
type Record struct {
	Object  string
	Number  int64
	Offset  int64
	Raw     string
	Refused bool // by the table
}

// Model is what the files hold.
type Model struct {
	Good     int64 // rows, with the ids 0 to Good-1 and the words "w" and the id
	Rejected map[string]Record
}

// writer makes one file.
type writer struct {
	model   *Model
	random  *rand.Rand
	path    string
	text    bytes.Buffer
	number  int64
	hasGood bool // there is a good record
}

// Write makes a folder with that many records in each of four files, of which
// bad out of 10,000 are bad and refused out of 10,000 are refused.
func Write(dir string, random *rand.Rand, records, bad, refused int) (*Model, error) {
	m := &Model{Rejected: map[string]Record{}}
	for _, name := range []string{"a.csv", "b.csv.gz", "c.jsonl", "d.csv"} {
		w := &writer{model: m, random: random, path: filepath.Join(dir, name)}
		jsonl := filepath.Ext(name) == ".jsonl"
		if !jsonl {
			w.text.WriteString("id,word\n")
		}
		for range records {
			switch n := random.IntN(10_000); {
			case n < bad && jsonl:
				w.reject(badJSON[random.IntN(len(badJSON))], false)
			case n < bad:
				w.reject(badCSV[random.IntN(len(badCSV))], false)
			case n < bad+refused:
				w.refuse(jsonl)
			default:
				w.good(jsonl)
			}
		}
		if err := w.save(filepath.Ext(name) == ".gz"); err != nil {
			return nil, err
		}
	}
	return m, nil
}

var badCSV = []string{"x%d,word", "%d,a,b", "%d", "%d,\"a\"b", "%d,nul \x00", "%d,invalid \xff\xfe", "x%d,\"two\nlines\"", "%d,\x80"}
var badJSON = []string{`{"id":%d`, `[%d]`, `{"id":"x%d"}`, `{"id":%d,"word":"\u0000"}`, "{\"id\":%d,\"word\":\"\xff\"}", `{"id":%d,"id":2}`, `nonsense %d`}

func (w *writer) good(jsonl bool) {
	id := w.model.Good
	w.model.Good++
	w.hasGood = true
	w.number++
	if jsonl {
		fmt.Fprintf(&w.text, `{"id":%d,"word":"w%d"}`, id, id)
	} else {
		fmt.Fprintf(&w.text, "%d,w%d", id, id)
	}
	w.endLine()
}

// refuse writes a row that violates the CHECK, or has an id that is there.
func (w *writer) refuse(jsonl bool) {
	id, word := w.random.Int64N(1<<40)+1<<40, "refused"
	if w.random.IntN(2) == 0 && w.hasGood {
		// Not one of another file: which of the two came first would not be known.
		id, word = w.model.Good-1, "again"
	}
	if jsonl {
		w.reject(fmt.Sprintf(`{"word":"%s","id":%d}`, word, id), true)
	} else {
		w.reject(fmt.Sprintf("%d,%s", id, word), true)
	}
}

func (w *writer) reject(raw string, refused bool) {
	w.number++
	if !refused {
		raw = fmt.Sprintf(raw, w.number)
	}
	r := Record{Object: w.path, Number: w.number, Offset: int64(w.text.Len()), Raw: raw, Refused: refused}
	w.model.Rejected[r.key()] = r
	w.text.WriteString(raw)
	w.endLine()
}

func (w *writer) endLine() {
	w.text.WriteString([]string{"\n", "\r\n", "\n\n"}[w.random.IntN(3)])
}

func (w *writer) save(compressed bool) error {
	if !compressed {
		return os.WriteFile(w.path, w.text.Bytes(), 0o600)
	}
	f, err := os.Create(w.path)
	if err != nil {
		return err
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	if _, err := z.Write(w.text.Bytes()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

func (r Record) key() string { return fmt.Sprintf("%s %d", r.Object, r.Number) }
