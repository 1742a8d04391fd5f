package jsonrow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

func TestRescueCheck(t *testing.T) {
	rescue := reader.Dialect{Rescue: "r"}
	for _, test := range []struct {
		dialect reader.Dialect
		schema  abstract.Schema
		want    string
	}{
		{rescue, abstract.Schema{{Name: "R", Type: abstract.JSON}}, ""},
		{rescue, abstract.Schema{{Name: "r", Type: abstract.Text}}, ""},
		{rescue, abstract.Schema{{Name: "a", Type: abstract.Text}}, `column "r" is to take what does not fit, and the table has none for it`},
		{rescue, abstract.Schema{{Name: "r", Type: abstract.Int64}}, `make it json, not int64`},
		{reader.Dialect{Rescue: "r", Flatten: 1}, abstract.Schema{{Name: "r", Type: abstract.JSON}}, `both rescue and flatten`},
	} {
		err := Check(reader.Request{Dialect: test.dialect, Schema: test.schema}, "json")
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v into %v: %v", test.dialect, test.schema, err)
		}
	}
}

// TestRescueSample: the column is there once, whatever the keys of the file, and
// not of a file without any.
func TestRescueSample(t *testing.T) {
	for text, want := range map[string][]string{`{"a":1,"R":2}`: {"a=int64", "r=json"}, `{"R":2}`: nil, "": nil} {
		s := NewSampler(Lines{}, 0, reader.Bounds{})
		if err := s.observe(reader.Block{Data: []byte(text)}, nil); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range s.Result(reader.Dialect{Rescue: "r"}).Columns {
			got = append(got, fmt.Sprintf("%s=%s", e.Name, e.Type()))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
