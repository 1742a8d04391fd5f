package abstract_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestClassOf(t *testing.T) {
	cause := errors.New("cause")
	for _, tc := range []struct {
		name string
		err  error
		want abstract.Class
	}{
		{"no mark", cause, abstract.Permanent},
		{"marked", abstract.WithClass(abstract.Transient, cause), abstract.Transient},
		{"under a wrapping", fmt.Errorf("read: %w", abstract.WithClass(abstract.NotFound, cause)), abstract.NotFound},
		{"in a join", errors.Join(cause, abstract.WithClass(abstract.FileOnly, cause)), abstract.FileOnly},
		{
			"outermost wins",
			abstract.WithClass(abstract.Permanent, abstract.WithClass(abstract.FileOnly, cause)), abstract.Permanent,
		},
	} {
		if got := abstract.ClassOf(tc.err); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
		if !errors.Is(tc.err, cause) || !strings.Contains(tc.err.Error(), "cause") {
			t.Errorf("%s: %v hides its cause", tc.name, tc.err)
		}
	}
	if err := abstract.WithClass(abstract.Transient, nil); err != nil {
		t.Errorf("a marked nil is %v", err)
	}
}

func TestTypesAndArrowTypesAreOneToOne(t *testing.T) {
	types := []abstract.Type{
		abstract.Bool, abstract.Int64, abstract.Float64, abstract.Date,
		abstract.Timestamp, abstract.TimestampTZ, abstract.Text,
	}
	for _, want := range types {
		if got, err := abstract.ParseType(string(want)); got != want || err != nil {
			t.Errorf("ParseType(%q) = %q, %v", want, got, err)
		}
		if got, ok := abstract.TypeOf(want.Arrow()); got != want || !ok {
			t.Errorf("TypeOf(%v) = %q, %v", want.Arrow(), got, ok)
		}
	}
	if _, ok := abstract.TypeOf(arrow.PrimitiveTypes.Int32); ok {
		t.Error("int32 has a type")
	}
	if _, err := abstract.ParseType("integer"); err == nil || !strings.Contains(err.Error(), "int64") {
		t.Errorf("the error does not list the names: %v", err)
	}
}

func TestSchemaIndexComparesBytes(t *testing.T) {
	s := abstract.Schema{{Name: "a", Type: abstract.Text}, {Name: "A", Type: abstract.Bool}}
	for name, want := range map[string]int{"a": 0, "A": 1, "b": -1, "": -1} {
		if got := s.Index(name); got != want {
			t.Errorf("Index(%q) = %d, want %d", name, got, want)
		}
	}
}

func TestOriginNamesTheObjectLegibly(t *testing.T) {
	o := abstract.Origin{
		Object: abstract.ObjectID{Bucket: "s3://b", Key: "dir/é.csv"},
		Before: 3, After: 9,
	}
	if got, want := o.String(), "s3://b/dir/é.csv [3,9)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	o.Object.Key = "x\x1b[31m"
	if got, want := o.String(), `"s3://b/x\x1b[31m" [3,9)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestItemWithoutABatch(t *testing.T) {
	item := abstract.ChangeItem{}
	if item.NumRows() != 0 {
		t.Errorf("%d rows", item.NumRows())
	}
	abstract.ReleaseAll([]abstract.ChangeItem{item, item})
}
