package avro

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
)

// A value is nested as deep as Bounds allow, and one beyond is a bad row; scalars and
// unions are no levels. What is left out is passed over.
func TestNesting(t *testing.T) {
	const tree = `{"type":"record","name":"t","fields":[{"name":"l","type":["null","t"]},{"name":"words","type":{"type":"map","values":"string"}}]}`
	const lists = `{"type":"array","items":{"type":"array","items":["null","int"]}}`
	deep := join(long(1), long(1), long(0), long(1), text("k"), text("[[[["), long(0), long(0), long(0)) // a map in the third of three records
	for _, test := range []struct {
		name, schema string
		data         []byte
		levels       int
	}{
		{"records and a map", tree, deep, 4},
		{"lists", lists, join(long(1), long(1), long(1), long(5), long(0), long(0)), 2},
		{"a union of both", `["null","string",` + lists + `]`, join(long(2), long(1), long(1), long(1), long(5), long(0), long(0)), 2},
	} {
		data := blockOf(fieldsOf(`{"name":"n","type":"int"},{"name":"v","type":`+test.schema+`}`), 1, long(7), test.data)
		for _, levels := range []int{0, test.levels, test.levels - 1} {
			for _, leftOut := range []bool{false, true} {
				_, got, err := readAll(t.Context(), t, data, func(req *reader.Request) {
					if req.Limits.Bounds.Nesting = levels; leftOut {
						req.LeaveOut = func(name string) bool { return name == "v" }
					}
				})
				if fits := levels != test.levels-1 || leftOut; fits && (err != nil || len(got.Rows) != 1) {
					t.Errorf("%s of %d, left out %v: %d rows, %v", test.name, levels, leftOut, len(got.Rows), err)
				} else if !fits && (err == nil || !strings.Contains(err.Error(), `record 1, column "v": it is nested more than `) || !strings.Contains(err.Error(), "levels deep (--max-nesting)")) {
					t.Errorf("%s of %d: %v", test.name, levels, err)
				}
			}
		}
	}
}
