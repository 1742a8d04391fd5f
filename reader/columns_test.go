package reader

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestV12ColumnsByName(t *testing.T) {
	for _, test := range []struct {
		names []string
		table []string
		want  []int
		err   string
	}{
		{[]string{"b", "A"}, []string{"a", "b", "c"}, []int{1, 0}, ""},
		{[]string{"a"}, []string{"A", "a"}, []int{1}, ""},
		{[]string{"aB"}, []string{"AB", "ab"}, nil, `may be any of the table's "AB", "ab"`},
		{[]string{"x"}, []string{"a"}, nil, `column "x" of the file is not in the table: `},
		{[]string{"a", "A"}, []string{"a"}, nil, `both the table's "a"`},
	} {
		schema := abstract.Schema{}
		for _, name := range test.table {
			schema = append(schema, abstract.Column{Name: name, Type: abstract.Text})
		}
		got, err := (&Request{Schema: schema}).Match(test.names)
		if test.err == "" && (err != nil || !slices.Equal(got, test.want)) {
			t.Errorf("%q in %q: %v, %v", test.names, test.table, got, err)
		}
		if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err) || abstract.ClassOf(err) != abstract.FileOnly) {
			t.Errorf("%q in %q: error %v", test.names, test.table, err)
		}
	}
}
