package jsonrow

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// member is a key of an object of the model, with a value that is text, or an
// object.
type member struct {
	key    string
	value  string
	object []member
}

// randomObject makes an object of few keys, so that they often meet.
func randomObject(r *rand.Rand, depth int) (object []member) {
	for range r.IntN(4) {
		m := member{key: []string{"a", "b", "c", "a_b", "b_c", "a_b_c", `\u0061`}[r.IntN(7)]}
		if depth > 0 && r.IntN(2) == 0 {
			m.object = randomObject(r, depth-1)
			m.value = written(m.object)
		} else {
			m.value = []string{"1", "null", `[{"a":1}]`, `"x"`}[r.IntN(4)]
		}
		object = append(object, m)
	}
	return object
}

func written(object []member) string {
	var list []string
	for _, m := range object {
		list = append(list, fmt.Sprintf(`"%s" : %s`, m.key, m.value))
	}
	return "{ " + strings.Join(list, ",") + "}"
}

// flattened is the columns of an object; good is false if two keys make one.
func flattened(object []member, prefix string, levels int, columns map[string]string, claimed map[string]bool) (good bool) {
	good = true
	for _, m := range object {
		name := prefix + strings.ReplaceAll(m.key, `\u0061`, "a")
		if claimed[name] {
			return false
		}
		claimed[name] = true
		if strings.HasPrefix(m.value, "{") && levels > 0 {
			good = good && flattened(m.object, name+"_", levels-1, columns, claimed)
		} else {
			columns[name] = strings.Trim(m.value, `"`)
		}
	}
	return good
}

// TestFlattenAgreesWithAModel flattens random records, one after the other with
// the same walker, and compares each.
func TestFlattenAgreesWithAModel(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	bad := 0
	for _, levels := range []int{0, 1, 2, 100} {
		w := NewSampler(Lines{}, levels, reader.Bounds{}).walker
		for range 3000 {
			object := randomObject(r, 3)
			text := written(object)
			columns := map[string]string{}
			good := flattened(object, "", levels, columns, map[string]bool{})
			in := newRecords(reader.Block{Data: []byte(text), Offset: 1}, Lines{}, "")
			first, _ := in.next()
			reason := in.read(&w, first)
			if !good {
				if bad++; !strings.Contains(reason, "twice") && !strings.Contains(reason, "the same column") {
					t.Fatalf("seed %d, %d levels of %s: %q, want a collision", seed, levels, text, reason)
				}
				continue
			}
			got := map[string]string{}
			for _, f := range w.fields {
				got[f.as.name] = string(in.data[f.at:f.end])
			}
			if reason != "" || !maps.Equal(got, columns) {
				t.Fatalf("seed %d, %d levels of %s: %q %s, want %q", seed, levels, text, got, reason, columns)
			}
		}
	}
	if bad < 100 || bad > 11_000 {
		t.Errorf("%d collisions: there should be some", bad)
	}
}

func TestFlattenReasons(t *testing.T) {
	long := strings.Repeat("k", 600)
	for _, test := range []struct{ text, want string }{
		{`{"a_b":1,"a":{"b":2}}`, `keys "a_b" and "a.b" are the same column: rename one`},
		{`{"a":{"b":2},"a":{"c":2}}`, `key "a" is there twice`},
		{`{"a":{"b":1,"b":2}}`, `key "a.b" is there twice`},
		{`{"a":1,"a":{}}`, `key "a" is there twice`},
		{`{"a":{},"A":1}`, `keys "a" and "A" are the same column`},
		{`{"a":{"":1}}`, "a key is empty"},
		{`{"":{"a":1}}`, "a key is empty"},
		{`{"a":{"":1,"":2}}`, "twice"},
		{`{"a":{"\u0000":1}}`, "has a NUL character"},
		{`{"` + long + `":{"` + long + `":1}}`, "make a name of more than 1024 bytes"},
		{`{"` + long + `":{"` + long + `":{"a":{}}}}`, "make a name of more than 1024 bytes"},
		{`{"a":{"b":1,}}`, "it is not JSON"},
		{`{"a":{"b":1`, "the line ends 11 bytes on"},
		{`{"a":{"b":{"c":]}}}`, "it is not JSON"},
		{`{"a":{"x":{},"b":null},"a_c":{"d":[{"e":1}]},"n":null}`, ""},
	} {
		w := NewSampler(Lines{}, reader.MaxFlatten, reader.Bounds{}).walker
		in := newRecords(reader.Block{Data: []byte(test.text), Offset: 1}, Lines{}, "")
		first, _ := in.next()
		if reason := in.read(&w, first); test.want == "" && reason != "" || !strings.Contains(reason, test.want) {
			t.Errorf("%.60s: %q, want %q", test.text, reason, test.want)
		}
	}
}

// TestFlattenBoundsNames: keys that are left out, or are objects, are not
// without number, and what their names take is forgotten.
func TestFlattenBoundsNames(t *testing.T) {
	var b strings.Builder
	for i := range 3 * reader.MaxColumns {
		fmt.Fprintf(&b, `,"k%d":{}`, i)
	}
	many := `{"a":{` + b.String()[1:] + `}}`
	left := strings.ReplaceAll(many, "{}", "1")
	d := NewDecoder(reader.Request{Limits: reader.NewLimits(0, 1), Schema: abstract.Schema{{Name: "a_a", Type: abstract.Int64}}, Dialect: reader.Dialect{Flatten: 1},
		LeaveOut: func(name string) bool { return name != "a_a" }}, Lines{})
	for _, text := range []string{many, left} {
		w := d.newWalker()
		w.levels = 2
		in := newRecords(reader.Block{Data: []byte(text + "\n" + `{"a":{"a":7}}`), Offset: 1}, Lines{}, "")
		first, _ := in.next()
		if reason := in.read(w, first); !strings.Contains(reason, "too many to flatten") {
			t.Errorf("%.30s: %q", text, reason)
		}
		first, _ = in.next()
		if reason := in.read(w, first); reason != "" || len(w.fields) != 1 {
			t.Errorf("the record behind: %q", reason)
		}
	}
	w := d.newWalker()
	for i := range 2 * cachedKeys {
		in := newRecords(reader.Block{Data: []byte(fmt.Sprintf(`{"a":{"k%d":null}}`, i)), Offset: 1}, Lines{}, "")
		first, _ := in.next()
		if reason := in.read(w, first); reason != "" {
			t.Fatal(reason)
		}
	}
	if w.count > cachedKeys+2 || len(w.unknown) > cachedKeys+2 {
		t.Errorf("%d keys are kept, %d unknown", w.count, len(w.unknown))
	}
}

// TestFlattenSample: a key that has objects and nulls alone is no column.
func TestFlattenSample(t *testing.T) {
	for levels, want := range [][]string{{"u=json", "v=json", "w=text", "x=json"}, {"u_id=int64", "u_n=json", "v=int64", "v_id=int64", "w=text", "x=json"},
		{"u_id=int64", "u_n_a=text", "v=int64", "v_id=int64", "w=text", "x=json"}} {
		s := NewSampler(Lines{}, levels, reader.Bounds{})
		if err := s.observe(reader.Block{Data: []byte(`{"u":null,"v":1,"w":null,"x":[1]}` + "\n" + `{"u":{"id":1,"n":{"a":"x"}},"v":{"id":2}}` + "\n" + `{"u":{},"v":null}`)}, nil); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range s.Result(reader.Dialect{}).Columns {
			got = append(got, fmt.Sprintf("%s=%s", e.Name, e.Type()))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%d levels: %q, want %q", levels, got, want)
		}
	}
}
