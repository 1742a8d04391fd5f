//go:build cgo

package transfer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// widenMiddle is the first row of the fourth file of newWiden.
const widenMiddle = 1000

// blind is a format that tells nothing of the types in a file's beginning, which
// has more records than these tests can: all of it is its middle.
type blind struct{ reader.Format }

func (f blind) Sample(ctx context.Context, file reader.File, hints reader.Hints) (reader.Sample, error) {
	hints.DialectOnly = true
	return f.Format.Sample(ctx, file, hints)
}

// blindTo is the formats of newWiden.
func blindTo(key string) (reader.Format, error) {
	f, err := formatOf(key)
	if strings.HasSuffix(key, "c.csv") {
		f = blind{f}
	}
	return f, err
}

// newWiden writes files for which one column must become wider and wider: an
// integer at first, then a decimal, a longer one in the middle of a file, then text. Two bring a column besides.
func newWiden(t *testing.T) *enumeration {
	e := &enumeration{rig: newRig(t), ends: map[string]map[string]int{}, onNew: transfer.AddNew, widens: transfer.Widen}
	if err := e.all.Set("100%"); err != nil {
		t.Fatal(err)
	}
	add := func(name string, first, n int, value, more string) {
		var b strings.Builder
		b.WriteString("id,v,d,word" + more + "\n")
		for i := first; i < first+n; i++ {
			v := fmt.Sprintf(value, i)
			if i == widenMiddle-100 {
				v += ".0625"
			}
			fmt.Fprintf(&b, "%d,%s,2024-01-02,word %[1]d", i, v)
			if more != "" {
				fmt.Fprint(&b, ",", i)
			}
			b.WriteString("\n")
		}
		e.model = append(e.model, modelFile{e.write(name, b.String()), int64(n), 0})
	}
	var a strings.Builder // which is flushed in its middle
	for i := range 400 {
		more := ""
		if i >= 200 {
			more = fmt.Sprintf(`,"more":%d`, i)
		}
		fmt.Fprintf(&a, `{"id":%d,"v":%[1]d,"word":"word %[1]d","d":"2024-01-02"%s}`+"\n", i, more)
	}
	e.model = append(e.model, modelFile{e.write("a.jsonl", a.String()), 400, 0})
	add("b.csv", 400, 400, "%d.25", ",more")
	add("c.csv", 800, widenMiddle-800, "%d", "")
	add("d.csv", widenMiddle, 50, "x%d", "")
	return e
}

// wholeNumbers makes the table that the first file has columns for.
func (e *enumeration) wholeNumbers(table string) {
	e.t.Helper()
	err := e.target.Create(context.Background(), table, target.Table{FileID: true, Schema: abstract.Schema{
		{Name: "id", Type: abstract.Int64}, {Name: "word", Type: abstract.Text}, {Name: "v", Type: abstract.Int64}, {Name: "d", Type: abstract.Date}}})
	if err != nil {
		e.t.Fatal(err)
	}
}

// wantWidened checks the column that got wider, row by row.
func (e *enumeration) wantWidened(table string) {
	e.t.Helper()
	described, err := e.target.Describe(context.Background(), table)
	want := "[{id int64} {word text} {v text} {d date} {more int64}]"
	if err != nil || fmt.Sprint(described.Schema) != want {
		e.t.Fatalf("%s: the table has %v, %v", table, described, err)
	}
	wrong := intsIn(e.t, e.target, fmt.Sprintf(`SELECT count(*) FILTER (
		CASE WHEN id BETWEEN %[2]d AND %[2]d + 49 THEN v <> 'x' || id ELSE v::DOUBLE IS DISTINCT FROM
			id + CASE WHEN id BETWEEN 400 AND 799 THEN 0.25 WHEN id = %[2]d - 100 THEN 0.0625 ELSE 0 END END
		OR d <> '2024-01-02' OR more IS DISTINCT FROM CASE WHEN id BETWEEN 200 AND 799 THEN id END) FROM %[1]s`, table, widenMiddle), 1)
	if wrong[0] > 0 {
		e.t.Fatalf("%s: %d rows are wrong", table, wrong[0])
	}
}

// TestC05CrashAtEveryCallOfWidening ends the process at every single call of a
// load by which columns get wider types; the next load must make the table whole.
func TestC05CrashAtEveryCallOfWidening(t *testing.T) {
	crashAtEveryCall(t, newWiden, (*enumeration).wholeNumbers, (*enumeration).wantWidened)
}

// TestFaultAtEveryCallOfWidening lets every single call fail once by which such a
// load differs from others; it must come through by itself.
func TestFaultAtEveryCallOfWidening(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		eachOf(t, newWiden, fault.Fault{Kind: kind}, func(e *enumeration, table string, inj *fault.Injector) {
			e.wholeNumbers(table)
			if result, err := e.load(table, inj); err != nil || result.FilesLoaded != int64(len(e.model)) {
				e.t.Errorf("%+v, %v", result, err)
			}
		}, func(e *enumeration, table string) {
			e.whole(table)
			e.wantWidened(table)
		}, fault.OpAdd, fault.OpWiden, fault.OpDescribe, fault.OpOpen, fault.OpPush, fault.OpFlush)
	}
}

// TestC05BegunBeforeWidening ends the process at every call of the load of a file,
// then has others widen the column, and goes on with the file.
func TestC05BegunBeforeWidening(t *testing.T) {
	t.Parallel()
	e := newWiden(t)
	e.target = e.open()
	defer func() { e.close(e.target) }()
	begun := 0
	for n, inj := range fault.Each(fault.Fault{Kind: fault.After, Crash: true}, fault.OpPush, fault.OpFlush, fault.OpCommit) {
		table := fmt.Sprintf("t%d", n)
		e.ends[table] = map[string]int{}
		e.wholeNumbers(table)
		load := func(file int, inj *fault.Injector) {
			e.faults = inj
			_, err := e.loadInto(e.target, func(cfg *transfer.Config) {
				var s source.Source = &only{cfg.Source, e.model[file].path}
				cfg.Source, cfg.Table, cfg.Workers, cfg.Format, cfg.OnNewColumn, cfg.OnTypeConflict = s, table, 1, blindTo, transfer.AddNew, transfer.Widen
			})
			if err != nil && (inj == nil || !inj.Crashed()) {
				t.Fatal(err)
			}
		}
		load(0, inj)
		for _, entry := range e.entries(table) {
			if entry.Offset > 0 && entry.Rows < 400 {
				begun++
			}
		}
		load(1, nil)
		load(3, nil)
		e.faults = nil
		if result, err := e.load(table, nil); err != nil || result.FilesFailed > 0 {
			t.Fatalf("%+v, %v", result, err)
		}
		e.wantWidened(table)
		if got := intsIn(t, e.target, "SELECT count(*), count(DISTINCT id) FROM "+table, 2); got[0] != widenMiddle+50 || got[1] != widenMiddle+50 {
			t.Fatalf("%s has %v rows", table, got)
		}
	}
	if begun == 0 {
		t.Error("no file was begun and not ended")
	}
}
