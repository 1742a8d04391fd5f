//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// newDrift writes files that have more and more columns: from their beginnings,
// in their middles after chunks of rows, and one with a column that another has
// brought.
func newDrift(t *testing.T) *enumeration {
	e := &enumeration{rig: newRig(t), ends: map[string]map[string]int{}, onNew: transfer.AddNew}
	if err := e.all.Set("100%"); err != nil {
		t.Fatal(err)
	}
	add := func(name, text string, rows, bad int64) {
		e.model = append(e.model, modelFile{e.write(name, text), rows, bad})
	}
	add("a.csv", numbersCSV(0, 50), 50, 0)
	var b, c, d strings.Builder
	b.WriteString("word,Double,id\n")
	for i := 50; i < 100; i++ {
		fmt.Fprintf(&b, "word %d,%d,%[1]d\n", i, 2*i)
	}
	add("b.csv", b.String(), 50, 0)
	for i := 100; i < 500; i++ {
		more := ""
		switch {
		case i >= 400:
			more = fmt.Sprintf(`,"half":%d.5,"double":%d,"a \"key\"":[%[2]d]`, i/2, 2*i)
		case i >= 250:
			more = fmt.Sprintf(`,"half":%d.5,"double":null,"never":null`, i/2)
		}
		fmt.Fprintf(&c, "{\"id\":%d,\"word\":\"word %d\"%s}\n", i, i, more)
	}
	c.WriteString(`{"id":"no number","word":"x"}` + "\n")
	add("c.jsonl", c.String(), 400, 1)
	d.WriteString("id,HALF,word\n")
	for i := 500; i < 550; i++ {
		fmt.Fprintf(&d, "%d,%d.5,word %[1]d\n", i, i/2)
	}
	add("d.csv", d.String(), 50, 0)
	return e
}

// narrow makes the table that all of them have columns for.
func (e *enumeration) narrow(table string) {
	e.t.Helper()
	err := e.target.Create(context.Background(), table, target.Table{FileID: true,
		Schema: abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "word", Type: abstract.Text}}})
	if err != nil {
		e.t.Fatal(err)
	}
}

// wantGrown checks the columns that came, row by row.
func (e *enumeration) wantGrown(table string) {
	e.t.Helper()
	described, err := e.target.Describe(context.Background(), table)
	want := "[{id int64} {word text} {Double int64} {half float64} {a \"key\" json}]"
	if err != nil || fmt.Sprint(described.Schema) != want {
		e.t.Fatalf("%s: the table has %v, %v", table, described, err)
	}
	wrong := intsIn(e.t, e.target, fmt.Sprintf(`SELECT
		count(*) FILTER (double IS DISTINCT FROM CASE WHEN id BETWEEN 50 AND 99 OR id BETWEEN 400 AND 499 THEN 2 * id END),
		count(*) FILTER (half IS DISTINCT FROM CASE WHEN id >= 250 THEN id // 2 + 0.5 END),
		count(*) FILTER ("a ""key""" IS DISTINCT FROM CASE WHEN id BETWEEN 400 AND 499 THEN '[' || 2 * id || ']' END) FROM %s`, table), 3)
	if wrong[0]+wrong[1]+wrong[2] > 0 {
		e.t.Fatalf("%s: wrong values in the columns that were added: %v", table, wrong)
	}
}

// TestC05CrashAtEveryCallOfDrift ends the process at every single call of a
// load by which the table grows; the next load must make it whole, with each
// value in its column.
func TestC05CrashAtEveryCallOfDrift(t *testing.T) {
	crashAtEveryCall(t, newDrift, (*enumeration).narrow, (*enumeration).wantGrown)
}

// crashAtEveryCall makes a table, ends the process at every single call of a load
// into it, loads again, and looks whether the table is whole, and as it should be.
func crashAtEveryCall(t *testing.T, begin func(*testing.T) *enumeration, create, want func(*enumeration, string)) {
	t.Helper()
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		eachOf(t, begin, fault.Fault{Kind: kind, Crash: true}, func(e *enumeration, table string, inj *fault.Injector) {
			create(e, table)
			_, err := e.load(table, inj)
			if errors.Is(err, fault.ErrCrashed) != inj.Crashed() || err != nil && !inj.Crashed() {
				e.t.Errorf("the load returned %v", err)
			}
		}, func(e *enumeration, table string) {
			e.finish(table)
			want(e, table)
		})
	}
}

// TestFaultAtEveryCallOfDrift lets every single call fail once by which such a load
// differs from others; it must come through by itself.
func TestFaultAtEveryCallOfDrift(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Before, fault.After} {
		eachOf(t, newDrift, fault.Fault{Kind: kind}, func(e *enumeration, table string, inj *fault.Injector) {
			e.narrow(table)
			result, err := e.load(table, inj)
			injected := new(fault.Error)
			switch {
			case err == nil && result.FilesLoaded == int64(len(e.model)):
			case errors.As(err, &injected) && (injected.Call.Op == fault.OpList || injected.Call.Op == fault.OpStat):
				e.finish(table)
			default:
				e.t.Errorf("%+v, %v", result, err)
			}
		}, func(e *enumeration, table string) {
			e.whole(table)
			e.wantGrown(table)
		}, fault.OpAdd, fault.OpDescribe, fault.OpOpen, fault.OpPush, fault.OpFlush)
	}
}
