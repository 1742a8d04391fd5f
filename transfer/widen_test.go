//go:build cgo

package transfer_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/parquet"
	"github.com/seed-ede61cd5/sluice/transfer"
)

func widening(cfg *transfer.Config) {
	cfg.OnTypeConflict, cfg.OnNewColumn, cfg.Workers = transfer.Widen, transfer.AddNew, 1
	cfg.Format = func(key string) (reader.Format, error) {
		if strings.HasSuffix(key, ".parquet") {
			return parquet.New(), nil
		}
		return formatOf(key)
	}
}

// parquet writes the answer to a query as a file.
func (r *rig) parquet(name, query string) {
	r.t.Helper()
	db, err := sql.Open("duckdb", "")
	if err == nil {
		_, err = db.Exec("COPY (" + query + ") TO '" + filepath.Join(r.data, name) + "' (FORMAT parquet)")
	}
	if err := errors.Join(err, db.Close()); err != nil {
		r.t.Fatal(err)
	}
}

// TestWidenTypes: columns whose types do not hold what a file begins with get
// types that do, files of all forms; the others stay.
func TestWidenTypes(t *testing.T) {
	for _, follow := range []bool{false, true} {
		r := newRig(t)
		run := func() transfer.Result {
			engine := runLoad
			if follow {
				engine = runFollow
			}
			db := r.open()
			defer r.close(db)
			result, err := r.run(engine, db, widening)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		r.write("a.csv", "id,word,i,j,k,d,b\n0,word 0,1,2,3,2024-01-02,true\n")
		run()
		r.write("b.csv", "ID,b,word,I,d,new\n1,TRUE,word 1,1.50,2024-01-03,1\n")
		r.write("c.jsonl", `{"id":2,"word":"word 2","i":"7","j":{"x":1},"d":"2024-01-02T03:04:05","b":"false"}`+"\n")
		r.parquet("d.parquet", "SELECT 3::BIGINT AS id, 'word 3' AS word, 1234567.0::DOUBLE AS k")
		if result := run(); result.FilesFailed > 0 {
			t.Fatalf("%+v", result)
		}
		want := "id=int64 word=text i=decimal(20,1) j=text k=text d=text b=bool new=int64"
		if got := r.columnsOf(); got != want {
			t.Errorf("the table has\n%s, want\n%s", got, want)
		}
		got := r.ints(`SELECT count(*), count(*) FILTER (id = 0 AND i = 1 AND j = '2' AND k = '3' AND d = '2024-01-02' AND b),
			count(*) FILTER (id = 1 AND i = 1.5 AND d = '2024-01-03' AND b AND new = 1),
			count(*) FILTER (id = 2 AND i = 7 AND j = '{"x":1}' AND d = '2024-01-02T03:04:05' AND NOT b),
			count(*) FILTER (id = 3 AND k = '1.234567e+06') FROM t`, 5)
		if fmt.Sprint(got) != "[4 1 1 1 1]" {
			t.Errorf("values: %v", got)
		}
		r.wantRows(4)
	}
}

// TestWidenInTheMiddle: a value that does not fit where the file is read already
// widens its column as well. The types that the user fixed stay, and so do all of
// them where a file fails anyway, where nothing is to be widened, and where what
// does not fit is rescued.
func TestWidenInTheMiddle(t *testing.T) {
	r := newRig(t)
	r.write("a.csv", "id,word,v,w\n0,word 0,1,1\n")
	r.mustLoad(nil)
	var b strings.Builder
	b.WriteString("id,word,v,w\n")
	const many = 21_000
	for i := 1; i < many; i++ {
		fmt.Fprintf(&b, "%d,word %d,%d.5,1\n", i, i, i)
	}
	b.WriteString("21000,word 21000,1,w\n21000,word 21000,x,1\n21001,word 21001,,1\n")
	r.write("b.csv", b.String())
	r.write("c.csv", "id,word,v,w,more\n1,word 1,y,y,1\n")
	if result := r.mustLoad(func(cfg *transfer.Config) { cfg.OnTypeConflict, cfg.OnNewColumn = transfer.BadRow, transfer.FailNew }); result.FilesFailed != 2 {
		t.Errorf("%+v", result)
	}
	result := r.mustLoad(func(cfg *transfer.Config) {
		widening(cfg)
		cfg.OnNewColumn, cfg.OnBadRow, cfg.Columns = transfer.FailNew, reader.SkipRow, abstract.Schema{{Name: "w", Type: abstract.Int64}}
	})
	if result.FilesFailed != 1 || result.RowsRejected != 1 {
		t.Errorf("%+v", result)
	}
	if got := r.columnsOf(); got != "id=int64 word=text v=text w=int64" {
		t.Errorf("the table has %s", got)
	}
	r.wantRows(many + 2)
	r.write("d.csv", "id,word,v,w\n21000,word 21000,1,w\n")
	r.mustLoad(func(cfg *transfer.Config) {
		widening(cfg)
		cfg.OnNewColumn, cfg.OnBadRow, cfg.Columns = transfer.FailNew, reader.SkipRow, abstract.Schema{{Name: "w", Type: abstract.Int64}}
	})
	if got := r.columnsOf(); got != "id=int64 word=text v=text w=int64" {
		t.Errorf("the table has %s", got)
	}
}
