package transfer

import (
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Records that name their columns themselves add to the table what they have;
// files with a header must be like most.
func TestJ11InferColumns(t *testing.T) {
	sample := func(sparse bool, columns ...string) *reader.Sample {
		s := &reader.Sample{Sparse: sparse}
		for _, name := range columns {
			e := reader.Evidence{Name: name}
			e.Observe([]byte("1"))
			s.Columns = append(s.Columns, e)
		}
		return s
	}
	for _, test := range []struct {
		samples []*reader.Sample
		want    []string
	}{
		{[]*reader.Sample{sample(true, "a", "b"), sample(true, "c", "A"), sample(true, "d", "c")}, []string{"a", "b", "c", "d"}},
		{[]*reader.Sample{sample(false, "x"), sample(false, "a", "b"), sample(false, "a", "b")}, []string{"a", "b"}},
		{[]*reader.Sample{sample(false, "a", "b"), sample(true, "z", "b")}, []string{"a", "b", "z"}},
	} {
		var got []string
		for _, c := range infer(test.samples, nil) {
			got = append(got, c.Name)
			if c.Type != abstract.Int64 {
				t.Errorf("column %s is %s", c.Name, c.Type)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("columns %q, want %q", got, test.want)
		}
	}
}
