package readertest

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// WideningRecord is a record of [Widening]: a number; a value of the column that
// is to be made wider; one of a column that stays int64; and whether it is to be
// written as no record at all.
type WideningRecord struct {
	N        int
	Value    string // a number, true, a date or letters; NULL if it is empty
	Fixed    string // a number, or letters
	Unformed bool
}

// Widening reads random files whose values want a column to be wider and wider,
// in batches of all sizes, and gives it each type that is asked for: every record
// is read once, as a row with its value, or is rejected, whatever becomes of bad
// ones. write makes a file of the records, with the columns n, v and fixed.
func Widening(t *testing.T, f reader.Format, write func([]WideningRecord) []byte) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 3))
		var records []WideningRecord
		bad, at := random.IntN(4), 1+random.IntN(100)
		for n := range random.IntN(300) {
			r := WideningRecord{N: n, Value: fmt.Sprint(random.IntN(1000)), Fixed: "7"}
			if random.IntN(at) == 0 {
				values := []string{"1.5", "-0.25", "99999999999999999999", "x", "2024-01-02", "1e400", "true"}
				r.Value = values[random.IntN(1+min(n/30, len(values)-1))]
			}
			switch random.IntN(25) {
			case 0:
				r.Unformed = bad > 0
			case 1:
				if bad > 1 {
					r.Fixed = "no"
				}
			case 2, 3, 4:
				r.Value = "" // NULL
			}
			records = append(records, r)
		}
		widening(t, f, fmt.Sprintf("seed %d", seed), records, write(records), random)
	}
}

func widening(t *testing.T, f reader.Format, name string, records []WideningRecord, data []byte, random *rand.Rand) {
	t.Helper()
	bucket := &Bucket{Files: map[string][]byte{"f": data}}
	file := reader.File{Bucket: bucket, Info: bucket.Info("f")}
	sample, err := f.Sample(t.Context(), file, reader.Hints{DialectOnly: true})
	if err != nil {
		return // there is no record that could be read
	}
	schema := abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "v", Type: abstract.Int64}, {Name: "fixed", Type: abstract.Int64}}
	req := reader.Request{
		File: file, Dialect: sample.Dialect, Schema: schema, Table: "t", Rejects: "r", Limits: reader.NewLimits(64<<10, 2),
		OnBadRow: reader.OnBadRow(random.IntN(3)), BatchRows: random.IntN(3) * 7, Locate: random.IntN(2) == 0,
	}
	req.Widen = func(e reader.Evidence) bool {
		return e.Name == "v" && e.Widen(req.Schema[1].Type) != req.Schema[1].Type
	}
	at := 0 // of the records
	for {
		got, err := Read(t.Context(), t, f, req, nil)
		for _, row := range got.Rows {
			for at < len(records) && (records[at].Unformed || records[at].Fixed != "7") {
				at++
			}
			if at == len(records) || row[0] != int64(records[at].N) || !sameValue(fmt.Sprint(row[1]), records[at].Value) {
				t.Fatalf("%s: row %v where record %d is %+v", name, row, at, records[min(at, len(records)-1)])
			}
			at++
		}
		if len(got.Stops) > 0 {
			req.Offset = got.Stops[len(got.Stops)-1].Offset
		}
		req.Records += got.Records()
		var news *reader.NewColumnsError
		switch {
		case errors.As(err, &news):
			before := req.Schema[1].Type
			if len(news.Narrow) != 1 || len(news.Columns) > 0 || !req.Widen(news.Narrow[0]) {
				t.Fatalf("%s: it asks for %+v", name, news)
			}
			wide := slices.Clone(req.Schema)
			wide[1].Type = news.Narrow[0].Widen(before)
			req.Schema = wide
			continue
		case err != nil && req.OnBadRow != reader.FailFile:
			t.Fatalf("%s: %v", name, err)
		case err != nil:
			if at = int(req.Records); at >= len(records) || !records[at].Unformed && records[at].Fixed == "7" {
				t.Fatalf("%s: it fails at record %d: %v", name, at, err)
			}
		case req.Records != int64(len(records)):
			t.Fatalf("%s: %d records are read, of %d", name, req.Records, len(records))
		}
		return
	}
}

// sameValue tells whether two texts are the same, or the same number.
func sameValue(got, want string) bool {
	a, ok1 := new(big.Rat).SetString(got)
	b, ok2 := new(big.Rat).SetString(want)
	return got == want || got == fmt.Sprint(nil) && want == "" || ok1 && ok2 && a.Cmp(b) == 0
}
