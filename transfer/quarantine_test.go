//go:build cgo

package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/transfer"
)

func quarantine(c *transfer.Config) { c.OnBadRow = reader.Quarantine }

// exec runs a statement on the closed database.
func (r *rig) exec(statement string) {
	r.t.Helper()
	t := r.open()
	defer t.Close()
	err := t.(ledger.DB).Update(context.Background(), func(tx ledger.Tx) error {
		_, err := tx.Exec(context.Background(), statement)
		return err
	})
	if err != nil {
		r.t.Fatalf("%s: %v", statement, err)
	}
}

// rejected lists the rejected records of a file that are kept, and checks that
// their bytes are those of the file.
func (r *rig) rejected(path string) (numbers []int64, reasons []string) {
	r.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	t := r.open()
	defer t.Close()
	err = t.(ledger.DB).View(context.Background(), func(tx ledger.Tx) error {
		rows, err := tx.Query(context.Background(), `SELECT q.record, q.byte_offset, q.reason, q.raw
			FROM t_rejected q JOIN _sluice.ledger l ON l.id = q._sluice_file WHERE l.object_key = $1 AND q.object = $1 ORDER BY 1`, path)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var number, offset int64
			var reason string
			var raw []byte
			if err := rows.Scan(&number, &offset, &reason, &raw); err != nil {
				return err
			}
			if rest := content[offset:]; !bytes.HasPrefix(rest, raw) || rest[len(raw)] != '\n' {
				r.t.Errorf("record %d at byte %d is kept as %q", number, offset, raw)
			}
			numbers, reasons = append(numbers, number), append(reasons, reason)
		}
		return rows.Err()
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return numbers, reasons
}

func (r *rig) wantRejected(path string, want []int64) (reasons []string) {
	r.t.Helper()
	got, reasons := r.rejected(path)
	if !slices.Equal(got, want) {
		r.t.Errorf("%d records of %s are kept, want %d:\n%v\n%v", len(got), path, len(want), got, want)
	}
	if e := r.entry(path); e.Rejected != int64(len(want)) {
		r.t.Errorf("the ledger counts %d rejected, want %d", e.Rejected, len(want))
	}
	return reasons
}

// badNumbers is a CSV file of n records, of which every nth is bad. The good
// ones are numbered without gaps from first.
func badNumbers(first, n, nth int) (text string, bad []int64) {
	var b strings.Builder
	b.WriteString("id,word\n")
	for record := 1; record <= n; record++ {
		if record%nth == 0 {
			fmt.Fprintf(&b, "x%d,\"bad\n%d\"\n", record, record)
			bad = append(bad, int64(record))
			continue
		}
		fmt.Fprintf(&b, "%d,word %d\n", first, first)
		first++
	}
	return b.String(), bad
}

// TestQuarantineKeepsEveryBadRecord: some in every chunk, and none lost or
// doubled.
func TestQuarantineKeepsEveryBadRecord(t *testing.T) {
	r := newRig(t)
	text, bad := badNumbers(0, 10_000, 50)
	path := r.write("a.csv", text)
	clean := r.numbers("b.csv", 9_800, 200)
	result := r.mustLoad(func(c *transfer.Config) {
		quarantine(c)
		c.Columns = abstract.Schema{{Name: "id", Type: abstract.Int64}}
	})
	if result.RowsLoaded != 10_000 || result.RowsRejected != 200 || result.FilesFailed != 0 {
		t.Errorf("%+v", result.Stats)
	}
	r.wantRows(10_000)
	if reasons := r.wantRejected(path, bad); !strings.Contains(reasons[0], `column "id": "x50" is not an int64`) {
		t.Errorf("the first reason is %s", reasons[0])
	}
	r.wantRejected(clean, nil)
	if e := r.entry(path); !strings.Contains(e.Reason, "record 50 at byte") {
		t.Errorf("the ledger's reason is %s", e.Reason)
	}
}

// TestMaxBadRowsCountsFromTheLedger: how many bad records a file has had is
// not forgotten from one run to the next.
func TestMaxBadRowsCountsFromTheLedger(t *testing.T) {
	for _, policy := range []reader.OnBadRow{reader.SkipRow, reader.Quarantine} {
		r := newRig(t)
		text, bad := badNumbers(0, 10_000, 10)
		path := r.write("a.csv", text)
		limited := func(limit string) func(*transfer.Config) {
			return func(c *transfer.Config) {
				c.Columns = abstract.Schema{{Name: "id", Type: abstract.Int64}}
				c.OnBadRow = policy
				if err := c.MaxBadRows.Set(limit); err != nil {
					t.Fatal(err)
				}
			}
		}
		for run := range 3 {
			result := r.mustLoad(limited("300"))
			e := r.entry(path)
			if result.FilesFailed != 1 || !strings.Contains(e.Reason, "records are bad, and --max-bad-rows allows 300") {
				t.Fatalf("run %d: %+v: %s", run, result.Stats, e.Reason)
			}
			if e.Rejected > 300 || run > 0 && result.RowsRejected > 50 {
				t.Errorf("run %d: %d were rejected, %d before", run, result.RowsRejected, e.Rejected)
			}
			if policy == reader.Quarantine {
				r.wantRejected(path, bad[:e.Rejected])
			}
		}
		if result := r.mustLoad(limited("1000")); result.FilesLoaded != 1 {
			t.Fatalf("%+v", result.Stats)
		}
		r.wantRows(9_000)
		if policy == reader.Quarantine {
			r.wantRejected(path, bad)
		}
	}
}

// TestRefusedRowsAreIsolated: what the table refuses is rejected by itself,
// wherever it stands, and nothing else is.
func TestRefusedRowsAreIsolated(t *testing.T) {
	for name, columns := range map[string]string{
		"check":  "id BIGINT, word VARCHAR CHECK (word NOT LIKE 'refused%')",
		"unique": "id BIGINT, word VARCHAR, UNIQUE (word)",
		"cast":   "id INTEGER, word VARCHAR",
	} {
		for _, policy := range []reader.OnBadRow{reader.SkipRow, reader.Quarantine, reader.FailFile} {
			t.Run(fmt.Sprint(name, policy), func(t *testing.T) {
				r := newRig(t)
				r.exec("CREATE TABLE t (" + columns + ", _sluice_file BIGINT)")
				var b strings.Builder
				b.WriteString("id,word\n")
				refused := []int64{1, 2, 700, 1500, 1501, 1502, 2999, 3000}
				bad := []int64{701, 1400}
				n := 0
				for record := int64(1); record <= 3000; record++ {
					switch {
					case slices.Contains(bad, record):
						fmt.Fprintf(&b, "x,%d\n", record)
					case slices.Contains(refused, record) && name == "check":
						fmt.Fprintf(&b, "%d,refused %d\n", record, record)
					case slices.Contains(refused, record) && name == "cast":
						fmt.Fprintf(&b, "99999999999,%d\n", record)
					case slices.Contains(refused, record) && record > 2:
						b.WriteString("7,word 0\n")
					case slices.Contains(refused, record):
						fmt.Fprintf(&b, "%d,word x\n", record) // the first of them is good
					default:
						fmt.Fprintf(&b, "%d,word %d\n", n, n)
						n++
					}
				}
				path := r.write("a.csv", b.String())
				r.numbers("b.csv", n, 100)
				result := r.mustLoad(func(c *transfer.Config) { c.OnBadRow = policy })
				if policy == reader.FailFile {
					if result.FilesFailed != 1 || result.FilesLoaded != 1 {
						t.Errorf("%+v", result.Stats)
					}
					return
				}
				if name == "unique" { // "word x" was taken once
					r.exec("DELETE FROM t WHERE word = 'word x'")
					r.exec("UPDATE _sluice.ledger SET rows_loaded = rows_loaded - 1 WHERE object_key = '" + path + "'")
					refused = refused[1:]
				}
				want := append(slices.Clone(refused), bad...)
				slices.Sort(want)
				r.wantRows(int64(n + 100))
				if result.RowsRejected != int64(len(want)) || result.FilesFailed != 0 {
					t.Errorf("%+v, want %d rejected", result.Stats, len(want))
				}
				if policy == reader.Quarantine {
					if reasons := r.wantRejected(path, want); !strings.HasPrefix(reasons[0], "the table refuses it: ") {
						t.Errorf("the first reason is %s", reasons[0])
					}
				}
			})
		}
	}
}

// TestRefusedRowsCountAsBad: --max-bad-rows bounds them, too.
func TestRefusedRowsCountAsBad(t *testing.T) {
	r := newRig(t)
	r.exec("CREATE TABLE t (id BIGINT CHECK (id % 100 <> 99), word VARCHAR, _sluice_file BIGINT)")
	path := r.numbers("a.csv", 0, 1000)
	result := r.mustLoad(func(c *transfer.Config) {
		quarantine(c)
		c.MaxBadRows = config.CountOrPercent{}
		if err := c.MaxBadRows.Set("3"); err != nil {
			t.Fatal(err)
		}
	})
	if e := r.entry(path); result.FilesFailed != 1 || e.Rejected != 3 || e.Rows != 396+0 && e.Rows < 297 {
		t.Errorf("%+v: %+v", result.Stats, e)
	}
	r.wantRejected(path, []int64{100, 200, 300})
}

// TestQuarantineOfAReplacement: what was rejected of the old generation goes
// with its rows. A row that the table refuses fails the new one, since that is
// stored as a whole, and the old one stays.
func TestQuarantineOfAReplacement(t *testing.T) {
	r := newRig(t)
	r.exec("CREATE TABLE t (id BIGINT CHECK (id < 5000), word VARCHAR, _sluice_file BIGINT)")
	replace := func(c *transfer.Config) { c.OnBadRow, c.OnChange = reader.Quarantine, transfer.ReplaceChanged }
	first, bad := badNumbers(0, 1000, 100)
	path := r.write("a.csv", first)
	r.mustLoad(replace)
	r.wantRows(990)
	r.wantRejected(path, bad)

	r.write("a.csv", first+"5000,refused\n")
	if result := r.mustLoad(replace); result.FilesFailed != 1 {
		t.Errorf("%+v", result.Stats)
	}
	r.wantRows(990)
	if got, _ := r.rejected(path); !slices.Equal(got, bad) {
		t.Errorf("kept are %v", got)
	}

	second, bad := badNumbers(0, 2000, 40)
	r.write("a.csv", second)
	if result := r.mustLoad(replace); result.FilesLoaded != 1 {
		t.Errorf("%+v", result.Stats)
	}
	r.wantRows(1950)
	r.wantRejected(path, bad)
}
