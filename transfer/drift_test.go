//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// columnsOf describes the table.
func (r *rig) columnsOf() string {
	r.t.Helper()
	db := r.open()
	defer db.Close()
	table, err := db.Describe(context.Background(), "t")
	if err != nil || table == nil {
		r.t.Fatalf("the table is %v, %v", table, err)
	}
	var list []string
	for _, c := range table.Schema {
		list = append(list, c.Name+"="+string(c.Type))
	}
	return strings.Join(list, " ")
}

// with is a load under a policy.
func with(policy transfer.OnNewColumn) func(*transfer.Config) {
	return func(cfg *transfer.Config) { cfg.OnNewColumn = policy }
}

// TestNewColumnTypes: a column that comes has the narrowest type for what its
// file has, and text where that is nothing; names are found as they always are.
func TestNewColumnTypes(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 1)
	r.mustLoad(nil)
	r.write("b.csv", "ID,i,f,d,empty,\"q\"\"x\",I\n1,5,1.5,2024-01-02,,x,1\n1,6,2,2024-01-03,,y,2\n")
	r.write("c.jsonl", `{"id":2,"deep":[1],"F":3,"word":null,"never":null}`+"\n"+`{"id":3,"z":1}`+"\n"+`{"id":4,"z":1.5,"day":"2024-02-03"}`+"\n")
	result := r.mustLoad(func(cfg *transfer.Config) {
		cfg.OnNewColumn, cfg.Workers = transfer.AddNew, 1
		cfg.Columns = abstract.Schema{{Name: "Day", Type: abstract.Text}, {Name: "none", Type: abstract.Bool}}
	})
	if result.FilesFailed > 0 {
		t.Fatalf("%+v", result)
	}
	want := `id=int64 word=text i=int64 f=float64 d=date empty=text q"x=text I_2=int64 deep=json z=float64 Day=text`
	if got := r.columnsOf(); got != want {
		t.Errorf("the table has\n%s, want\n%s", got, want)
	}
	got := r.ints(`SELECT count(*), count(i), count(empty), count(deep), count(z), sum(f * 2)::bigint FROM t`, 6)
	if fmt.Sprint(got) != "[6 2 0 1 2 13]" {
		t.Errorf("values: %v", got)
	}
}

// TestOwnColumnIsNotAdded: nor is any other of a file that names it.
func TestOwnColumnIsNotAdded(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 1)
	r.mustLoad(nil)
	r.write("b.jsonl", `{"id":1,"_SLUICE_file":1}`)
	r.write("c.csv", "z,_sluice_file\n1,2\n")
	if result := r.mustLoad(with(transfer.AddNew)); result.FilesFailed != 2 {
		t.Errorf("%+v", result)
	}
	if got := r.columnsOf(); got != "id=int64 word=text" {
		t.Errorf("the table has %s", got)
	}
}

// TestIgnoreNewColumns leaves them out, in every form, and fail is what was.
func TestIgnoreNewColumns(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 1)
	r.mustLoad(nil)
	r.write("b.csv", "x,id,word\n1,1,word 1\n")
	r.write("c.jsonl", `{"id":2,"word":"word 2","x":{"y":1},"X":3}`+"\n")
	if result := r.mustLoad(with(transfer.FailNew)); result.FilesFailed != 2 {
		t.Errorf("%+v", result)
	}
	if result := r.mustLoad(with(transfer.IgnoreNew)); result.FilesLoaded != 2 {
		t.Errorf("%+v", result)
	}
	r.wantRows(3)
	if got := r.columnsOf(); got != "id=int64 word=text" {
		t.Errorf("the table has %s", got)
	}
}

// TestNewColumnInTheMiddle: whatever becomes of bad rows, records with a new key
// are none; what is bad otherwise stays bad, and so do two keys for one column.
func TestNewColumnInTheMiddle(t *testing.T) {
	for _, follow := range []bool{false, true} {
		for _, policy := range []reader.OnBadRow{reader.SkipRow, reader.Quarantine} {
			r := newRig(t)
			r.numbers("a.csv", 0, 1)
			r.mustLoad(nil)
			var b strings.Builder
			for i := 1; i < 3000; i++ {
				switch {
				case i%1000 == 0:
					fmt.Fprintf(&b, "{\"id\":%d,\"word\":\"word %[1]d\",\"new%d\":%[1]d}\n", i, i/1000)
				case i == 1500:
					b.WriteString(`{"id":"x","new9":1}` + "\n" + `{"id":1,"twin":1,"Twin":2}` + "\n" + `{"new":` + "\n")
					fallthrough
				default:
					fmt.Fprintf(&b, "{\"id\":%d,\"word\":\"word %[1]d\"}\n", i)
				}
			}
			r.write("b.jsonl", b.String())
			change := func(cfg *transfer.Config) { cfg.OnNewColumn, cfg.OnBadRow = transfer.AddNew, policy }
			db := r.open()
			engine := engine(runLoad)
			if follow {
				engine = runFollow
			}
			result, err := r.run(engine, db, change)
			r.close(db)
			if err != nil || result.FilesLoaded != 1 || result.RowsRejected != 3 {
				t.Errorf("%+v, %v", result, err)
			}
			r.wantRows(3000)
			if got := r.columnsOf(); got != "id=int64 word=text new1=int64 new9=int64 new2=int64" {
				t.Errorf("the table has %s", got)
			}
			if got := r.ints("SELECT sum(new1), sum(new2), count(new9) FROM t", 3); fmt.Sprint(got) != "[1000 2000 0]" {
				t.Errorf("values: %v", got)
			}
		}
	}
}

// TestGrowWhileOthersRead: many files, read at the same time, bring the same
// columns and others, also while they are followed.
func TestGrowWhileOthersRead(t *testing.T) {
	for _, engine := range []engine{runLoad, runFollow} {
		r := newRig(t)
		r.numbers("a.csv", 0, 1)
		r.mustLoad(nil)
		for f := range 40 {
			var b strings.Builder
			for i := 1 + f*50; i < 51+f*50; i++ {
				switch {
				case f%4 == 0:
					fmt.Fprintf(&b, "%d,word %[1]d\n", i)
				case f%4 == 1:
					fmt.Fprintf(&b, "%d,word %[1]d,%[1]d\n", i)
				default:
					fmt.Fprintf(&b, "{\"id\":%d,\"word\":\"word %[1]d\",\"k%d\":%[1]d}\n", i, i%7)
				}
			}
			switch f % 4 {
			case 0:
				r.write(fmt.Sprintf("%d.csv", f), "id,word\n"+b.String())
			case 1:
				r.write(fmt.Sprintf("%d.csv", f), fmt.Sprintf("id,word,k%d\n", f%3)+b.String())
			default:
				r.write(fmt.Sprintf("%d.jsonl", f), b.String())
			}
		}
		db := r.open()
		result, err := r.run(engine, db, with(transfer.AddNew))
		r.close(db)
		if err != nil || result.FilesLoaded != 40 {
			t.Errorf("%+v, %v", result, err)
		}
		r.wantRows(2001)
		got := r.ints(`SELECT count(*) FILTER (coalesce(k0,k1,k2,k3,k4,k5,k6) <> id),
			count(*) FILTER (k0 IS NULL AND k1 IS NULL AND k2 IS NULL AND k3 IS NULL AND k4 IS NULL AND k5 IS NULL AND k6 IS NULL) FROM t`, 2)
		if got[0] != 0 || got[1] != 501 {
			t.Errorf("wrong values, rows without: %v", got)
		}
	}
}

// stubborn is a target that takes no columns, for good or for now.
type stubborn struct {
	target.Target
	err   error
	tries int
	most  int       // as often it fails
	until time.Time // or till then
}

func (s *stubborn) AddColumns(ctx context.Context, table string, columns abstract.Schema) error {
	if s.tries++; s.tries <= s.most || time.Now().Before(s.until) {
		return s.err
	}
	return s.Target.AddColumns(ctx, table, columns)
}

// TestColumnsThatCannotBeAdded: the file fails with the reason, or its records
// are bad rows, as if no columns were to be added; what passes is waited for.
func TestColumnsThatCannotBeAdded(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy reader.OnBadRow
		text   string
		err    error
		failed int64
		reason string
	}{
		{"b.csv", reader.FailFile, "id,word,x\n1,word 1,1\n", errors.New("must be owner"), 1, "must be owner: add them yourself, or load with --on-new-column ignore"},
		{"b.csv", reader.SkipRow, "id,word,x\n1,word 1,1\n", errors.New("must be owner"), 1, "must be owner"},
		{"b.jsonl", reader.FailFile, `{"id":1,"x":1}`, errors.New("must be owner"), 1, "must be owner"},
		{"b.jsonl", reader.SkipRow, `{"id":1,"x":1}`, errors.New("must be owner"), 0, ""},
		{"b.jsonl", reader.FailFile, `{"id":1,"word":"word 1","x":1}`, abstract.WithClass(abstract.Transient, errors.New("locked")), 0, ""},
		{"b.csv", reader.FailFile, "id,word,x\n1,word 1,1\n", abstract.WithClass(abstract.Transient, errors.New("locked")), 0, ""},
	} {
		r := newRig(t)
		r.numbers("a.csv", 0, 1)
		r.mustLoad(nil)
		r.write(test.name, test.text)
		db := r.open()
		s := &stubborn{Target: db, err: test.err, most: 100}
		if test.reason == "" {
			s.most = 2
		}
		result, err := r.loadInto(s, func(cfg *transfer.Config) { cfg.OnNewColumn, cfg.OnBadRow = transfer.AddNew, test.policy })
		r.close(db)
		if err != nil || result.FilesFailed != test.failed {
			t.Errorf("%+v: %+v, %v", test, result, err)
		}
		if test.failed > 0 && !strings.Contains(result.Failures[0].Reason(), test.reason) {
			t.Errorf("%+v: %v", test, result.Failures)
		}
	}
}

// TestColumnsThatCannotBeAddedAreRescued: with a column for what does not fit, a file
// whose columns the table does not get is loaded, as long as it has that one.
func TestColumnsThatCannotBeAddedAreRescued(t *testing.T) {
	for _, test := range []struct {
		name, text, table string
		failed            int64
	}{
		{"b.csv", "id,x\n1,1\n", "id,r\n0,\n", 0},
		{"b.jsonl", `{"id":1,"x":1}`, "id,r\n0,\n", 0},
		{"b.csv", "id,x\n1,1\n", "id\n0\n", 1},
	} {
		r := newRig(t)
		r.write("a.csv", test.table)
		r.mustLoad(nil)
		r.write(test.name, test.text)
		db := r.open()
		s := &stubborn{Target: db, err: errors.New("must be owner"), most: 100}
		result, err := r.loadInto(s, func(cfg *transfer.Config) { cfg.OnNewColumn, cfg.Hints.Rescue = transfer.AddNew, "r" })
		r.close(db)
		if err != nil || result.FilesFailed != test.failed || test.failed > 0 && !strings.Contains(result.Failures[0].Reason(), "must be owner") {
			t.Errorf("%+v: %+v, %v", test, result, err)
		}
	}
}

// trickle lists a folder again and again, and puts a file into it each time.
type trickle struct {
	source.Source
	rounds int
	put    func(round int)
}

func (s *trickle) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	for n := range s.rounds {
		s.put(n)
		if err := s.Source.Pages(ctx, page); err != nil {
			return err
		}
		time.Sleep(time.Minute) // in a bubble
	}
	return nil
}

// TestGrowthIsWaitedFor: when following, a table that is held for long is never
// a failure of the files that want columns of it, however well others fare.
func TestGrowthIsWaitedFor(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 1)
	r.mustLoad(nil)
	for i := range 5 {
		r.write(fmt.Sprintf("b%d.csv", i), fmt.Sprintf("id,word,x\n%d,word %[1]d,1\n", i+1))
	}
	synctest.Test(t, func(t *testing.T) {
		r.t = t
		db := r.open()
		const rounds = 30
		s := &stubborn{Target: db, err: abstract.WithClass(abstract.Transient, errors.New("locked")), until: time.Now().Add(rounds * time.Minute)}
		result, err := r.run(runFollow, s, func(cfg *transfer.Config) {
			cfg.OnNewColumn = transfer.AddNew
			cfg.Source = &trickle{cfg.Source, rounds, func(n int) { r.numbers(fmt.Sprintf("c%d.csv", n), 6+n, 1) }}
		})
		r.close(db)
		if err != nil || result.FilesLoaded != 5+rounds || s.tries < rounds {
			t.Errorf("%+v, %v after %d tries", result, err, s.tries)
		}
	})
	r.t = t
	r.wantRows(36)
	if got := r.ints("SELECT sum(attempts)::bigint FROM _sluice.ledger", 1); got[0] != 0 {
		t.Errorf("%d failures are recorded", got[0])
	}
}

// TestColumnsOfOthers: another process adds columns, and begins a file, while
// this one knows nothing of it.
func TestColumnsOfOthers(t *testing.T) {
	r := newRig(t)
	r.numbers("a.csv", 0, 1)
	r.mustLoad(nil)
	r.numbers("b.csv", 1, 1)
	r.write("c.csv", "id,word,x\n2,word 2,1\n")
	db := r.open()
	added := false
	result, err := r.loadInto(db, func(cfg *transfer.Config) {
		cfg.Workers = 1
		cfg.Target = &between{Target: db, before: func() {
			if !added {
				added = true
				if err := db.AddColumns(context.Background(), "t", abstract.Schema{{Name: "x", Type: abstract.Int64}}); err != nil {
					t.Error(err)
				}
			}
		}}
	})
	r.close(db)
	if err != nil || result.FilesLoaded != 2 {
		t.Errorf("%+v, %v", result, err)
	}
	r.wantRows(3)
}

// between does something before the first session.
type between struct {
	target.Target
	before func()
}

func (b *between) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	b.before()
	return b.Target.Session(ctx, cfg)
}

// TestReplaceWithNewColumns: a file that replaces another brings a column in its
// middle, and is nevertheless one transaction.
func TestReplaceWithNewColumns(t *testing.T) {
	for _, engine := range []engine{runLoad, runFollow} {
		r := newRig(t)
		r.write("a.jsonl", `{"id":0,"word":"old"}`+"\n"+`{"id":0,"word":"older"}`+"\n")
		r.mustLoad(nil)
		var b strings.Builder
		for i := range 3000 {
			more := ""
			if i == 2500 {
				more = `,"late":1`
			}
			fmt.Fprintf(&b, "{\"id\":%d,\"word\":\"word %[1]d\"%s}\n", i, more)
		}
		r.write("a.jsonl", b.String())
		db := r.open()
		result, err := r.run(engine, db, func(cfg *transfer.Config) {
			cfg.OnNewColumn, cfg.OnChange = transfer.AddNew, transfer.ReplaceChanged
		})
		r.close(db)
		if err != nil || result.FilesLoaded != 1 {
			t.Errorf("%+v, %v", result, err)
		}
		r.wantRows(3000)
		if got := r.ints("SELECT sum(late) FROM t WHERE id = 2500", 1); got[0] != 1 {
			t.Errorf("late: %v", got)
		}
	}
}

// TestBegunWithoutColumns: a file that was begun while its columns were left out
// is read to its end like that, whatever the policy by then.
func TestBegunWithoutColumns(t *testing.T) {
	for _, policy := range []transfer.OnNewColumn{transfer.FailNew, transfer.IgnoreNew, transfer.AddNew} {
		r := newRig(t)
		r.numbers("a.csv", 0, 1)
		r.mustLoad(nil)
		path := r.write("b.csv", "id,word,x\n1,word 1,1\n2,word 2,2,2,2\n3,word 3,3\n")
		r.mustLoad(with(transfer.IgnoreNew))
		if e := r.entry(path); !e.Started() || len(e.Schema) != 2 {
			t.Fatalf("%+v", e)
		}
		r.mustLoad(func(cfg *transfer.Config) { cfg.OnNewColumn, cfg.OnBadRow = policy, reader.SkipRow })
		if got := r.ints("SELECT count(*), max(id) FROM t", 2); got[0] != 3 || got[1] != 3 || r.columnsOf() != "id=int64 word=text" {
			t.Errorf("%d: %v rows, %s", policy, got, r.columnsOf())
		}
	}
}

// TestBareFilesBringNoColumns: of a file without a good record the table gets no
// column, save those that are asked for; its bad records are as ever.
func TestBareFilesBringNoColumns(t *testing.T) {
	rescue := func(cfg *transfer.Config) {
		cfg.OnNewColumn, cfg.OnBadRow, cfg.Hints.Rescue = transfer.AddNew, reader.SkipRow, "r"
	}
	skip := func(cfg *transfer.Config) { cfg.OnNewColumn, cfg.OnBadRow = transfer.AddNew, reader.SkipRow }
	for _, test := range []struct {
		text     string
		change   func(*transfer.Config)
		rejected int64
		want     string
	}{
		{"id,junk\n", skip, 0, "id=int64 word=text"},
		{"id,junk\n1,2,3\n4\n", skip, 2, "id=int64 word=text"},
		{"junk\n1,2\n", rescue, 1, "id=int64 word=text r=json"},
		{"id,junk\n1,2,3\n4,\n", skip, 1, "id=int64 word=text junk=text"},
	} {
		r := newRig(t)
		r.numbers("a.csv", 0, 1)
		r.mustLoad(nil)
		path := r.write("b.csv", test.text)
		db := r.open()
		cfg := r.config(db)
		test.change(&cfg)
		plan, err := transfer.MakePlan(t.Context(), cfg)
		r.close(db)
		got := "id=int64 word=text"
		for _, c := range plan.Added {
			got += " " + c.Name + "=" + string(c.Type)
		}
		if err != nil || got != test.want {
			t.Errorf("%q: planned %s, %v", test.text, got, err)
		}
		if result := r.mustLoad(test.change); result.FilesLoaded != 1 || result.RowsRejected != test.rejected {
			t.Errorf("%q: %+v", test.text, result)
		}
		if e := r.entry(path); e.State != ledger.Done || r.columnsOf() != test.want {
			t.Errorf("%q: %s, %+v", test.text, r.columnsOf(), e)
		}
	}
}

// TestGrowIndexed: a table with a key and an index grows like another.
func TestGrowIndexed(t *testing.T) {
	r := newRig(t)
	r.exec("CREATE TABLE t (id BIGINT PRIMARY KEY, word VARCHAR, _sluice_file BIGINT)")
	r.exec("CREATE INDEX words ON t (word)")
	r.numbers("a.csv", 0, 10)
	r.write("b.csv", "id,word,x\n10,word 10,1\n")
	if result := r.mustLoad(with(transfer.AddNew)); result.FilesLoaded != 2 {
		t.Errorf("%+v", result)
	}
	r.wantRows(11)
}
