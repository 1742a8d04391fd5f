package protobuf

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func read(t testing.TB, req reader.Request) (*readertest.Result, error) {
	t.Helper()
	return readertest.Read(t.Context(), t, New(), req, nil)
}

// A value is nested as deep as Bounds allow, and one beyond is a bad row.
func TestNesting(t *testing.T) {
	hints := hintsFor(t, "Row", everything())
	inner := func(number protowire.Number, value string) string {
		return string(protowire.AppendTag(nil, number, protowire.BytesType)) + string(framed([]byte(value)))
	}
	for column, record := range map[string]string{
		"nested_row": inner(22, inner(22, inner(25, "[[["))), // a list in a message in a message
		"by_name":    inner(28, inner(1, "k")+inner(2, inner(25, "x"))),
	} {
		for _, levels := range []int{0, 3, 2} {
			req := request(t, hints, framed([]byte(record)))
			req.Limits.Bounds.Nesting = levels
			got, err := read(t, req)
			if levels != 2 && (err != nil || len(got.Rows) != 1) {
				t.Errorf("%s, %d levels: %v", column, levels, err)
			} else if want := `record 1 at byte 0, column "` + column + `": it is nested more than 2 levels deep (--max-nesting)`; levels == 2 && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %v, want %s", column, err, want)
			}
		}
	}
}

// A bad record fails the file after the rows before it, and says where and why.
func TestBadRecordFailsTheFile(t *testing.T) {
	hints := hintsFor(t, "Row", everything())
	tag := func(number protowire.Number, wire protowire.Type, value string) string {
		return string(protowire.AppendTag(nil, number, wire)) + value
	}
	inner := func(number protowire.Number, value string) string {
		return tag(number, protowire.BytesType, string(framed([]byte(value))))
	}
	deep := ""
	for range 101 {
		deep = inner(22, deep)
	}
	for record, want := range map[string]string{
		"\x00":                              `: it is not a message: no field begins 0 bytes on`,
		"\x08":                              `: it is not a message: the value of field 1 cannot be read, 1 bytes on`,
		"\x08\x01\x0f":                      `: it is not a message: the value of field 1 cannot be read, 3 bytes on`,
		"\x80\x80\x80\x80\x10\x00":          `: it is not a message: no field begins 0 bytes on`, // beyond the greatest number
		inner(14, "x")[:2]:                  `: it is not a message: the value of field 14 cannot be read, 1 bytes on`,
		tag(1, protowire.BytesType, "\x00"): `, column "b": its wire type is 2, and that of bool is 0: is it another message than test.Row?`,
		tag(24, protowire.Fixed32Type, "\x00\x00\x00\x00"):                `, column "ints": its wire type is 5, and that of sint32 is 0`,
		tag(14, protowire.VarintType, "\x00"):                             `, column "s": its wire type is 0, and that of string is 2`,
		inner(14, "a\xff"):                                                `, column "s": "a\xff" is not valid UTF-8`,
		inner(14, "\x00"):                                                 `, column "s": "\x00" has a NUL byte`,
		inner(25, "\xff"):                                                 `, column "words": "\xff" is not valid UTF-8`,
		inner(22, inner(14, "\xff")):                                      `, column "nested_row": "\xff" is not valid UTF-8`,
		inner(22, tag(1, protowire.Fixed64Type, "12345678")):              `, column "nested_row": field b of test.Row: its wire type is 1`,
		inner(22, "\x08"):                                                 `, column "nested_row": a part of it, test.Row: it is not a message`,
		inner(24, "\x80"):                                                 `, column "ints": a packed value does not end`,
		inner(28, inner(1, "\xff")):                                       `, column "by_name": "\xff" is not valid UTF-8`,
		inner(28, "\x08"):                                                 `, column "by_name": it is not a message`,
		inner(17, "\x10\x01"):                                             `, column "at": "1970-01-01T00:00:00.000000001Z" has nanoseconds that are no whole microseconds: make the column text to keep them`,
		inner(17, "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"):         `, column "at": 0 seconds and -1 nanoseconds are not a timestamp`,
		inner(17, "\x08\x80\x80\x80\x80\x80\x80\x01"):                     `seconds and 0 nanoseconds are not a timestamp`,
		inner(18, "\x08\x01\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"): `, column "took": 1 seconds and -1 nanoseconds are not a duration`,
		inner(32, inner(2, "")):                                           `, column "times":`,
		inner(19, "\x0d\x00\x00\x00\x00"):                                 `, column "w": its wire type is 5`,
		deep:                                                              `, column "nested_row": its messages nest more than 100 levels`,
	} {
		data := slices.Concat(framed([]byte("\x10\x05")), framed([]byte(record)), framed(nil))
		got, err := read(t, request(t, hints, data))
		place := "mem://test/f.pb: record 2 at byte 3"
		if err == nil || !strings.HasPrefix(err.Error(), place) || !strings.Contains(err.Error(), want) || abstract.ClassOf(err) != abstract.FileOnly || len(got.Rows) != 1 {
			t.Errorf("%.50q: error %.300v, want %s…%s; %d rows", record, err, place, want, len(got.Rows))
		}
	}
}

// What is wrong with a length fails the file, whatever is to become of bad rows.
func TestLengths(t *testing.T) {
	hints := hintsFor(t, "Small", messageOf("Small", a("id", 1, int64s)))
	for tail, want := range map[string]string{
		"\x05abc": `record 2 at byte 3: its length is 5 bytes, and the file ends after 3: was it cut?`,
		"\x80":    `record 2 at byte 3: the file ends within its length: was it cut?`,
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01": `record 2 at byte 3: it does not begin with a length`,
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01":     `its length is 18446744073709551615 bytes, and the most that a record may have is 16384`,
		"\x81\x80\x01": `its length is 16385 bytes, and the most`,
		"\xfe\x7f":     `its length is 16382 bytes, and the file ends after 0`, // with its own length beyond the most, were it longer
		"\xff\x7f":     `its length is 16383 bytes, and the most`,
	} {
		req := request(t, hints, append(framed([]byte("\x08\x01")), tail...))
		req.OnBadRow, req.Limits = reader.SkipRow, reader.NewLimits(64<<10, 1)
		got, err := read(t, req)
		if err == nil || !strings.Contains(err.Error(), want) || abstract.ClassOf(err) != abstract.FileOnly || len(got.Rows) != 1 || got.Completed {
			t.Errorf("%q: error %v, want %s", tail, err, want)
		}
	}
	if _, err := New().Sample(t.Context(), inMemory([]byte("id,name\n1,x\n")), hints); err == nil || !strings.Contains(err.Error(), "was it cut?") {
		t.Errorf("a file of CSV: %v", err)
	}
	s, err := New().Sample(t.Context(), inMemory([]byte("\x02\x08\x01\x01\x08\x05")), hints)
	if err != nil || len(s.Notes) != 2 || !strings.HasPrefix(s.Notes[0], "it will fail after 2 records") ||
		s.Notes[1] != "1 of the first 2 records are bad, the first bad one is record 2: it is not a message: the value of field 1 cannot be read, 1 bytes on" {
		t.Errorf("a sample of a file that is cut: %q, %v", s.Notes, err)
	}
}

// cells is the row of one message, in columns of a type each or as they are.
func cells(t *testing.T, hints reader.Hints, record string, types ...abstract.Type) []any {
	t.Helper()
	req := request(t, hints, framed([]byte(record)))
	for i, typ := range types {
		req.Schema[i].Type = typ
	}
	got, err := read(t, req)
	if err != nil {
		t.Fatal(err)
	}
	return got.Rows[0]
}

// Of what is there twice the last counts, parts of a message are one, and what
// the descriptor does not have is ignored.
func TestWire(t *testing.T) {
	child := messageOf("Child", a("x", 1, int32s), a("y", 2, int32s), list(a("z", 3, int32s)))
	m := messageOf("M", a("n", 1, int32s), a("child", 2, object, ".test.Child"), in(0, a("p", 3, int32s)), in(0, a("q", 4, object, ".test.Child")), list(a("l", 5, int32s)))
	m.OneofDecl = []*descriptorpb.OneofDescriptorProto{{Name: proto.String("o")}}
	hints := hintsFor(t, "M", m, child)
	for _, c := range []struct {
		record string
		want   []any
	}{
		{"\x08\x01\x08\x02", []any{int64(2), nil, nil, nil, "[]"}},
		{"\x12\x02\x08\x01\x12\x04\x10\x02\x18\x07\x12\x04\x08\x03\x18\x08", []any{int64(0), `{"x":3,"y":2,"z":[7,8]}`, nil, nil, "[]"}},
		{"\x18\x01\x22\x02\x08\x05", []any{int64(0), nil, nil, `{"x":5}`, "[]"}},
		{"\x22\x02\x08\x05\x18\x01", []any{int64(0), nil, int64(1), nil, "[]"}},
		{"\x22\x02\x08\x05\x18\x01\x22\x02\x10\x06", []any{int64(0), nil, nil, `{"y":6}`, "[]"}}, // the first part is cleared
		{"\x28\x01\x2a\x02\x02\x03\x2a\x00\x28\x04", []any{int64(0), nil, nil, nil, "[1,2,3,4]"}},
		{"\x33\x38\x01\x34\x08\x07\xfa\x7f\x01x\xf5\x7f1234", []any{int64(7), nil, nil, nil, "[]"}},
		{"\x08\xff\xff\xff\xff\x1f", []any{int64(-1), nil, nil, nil, "[]"}}, // bits beyond 32 are dropped
	} {
		if diff := readertest.Diff([][]any{cells(t, hints, c.record)}, [][]any{c.want}); diff != "" {
			t.Errorf("%q: %s", c.record, diff)
		}
	}
}

// Each value as text, where a table has it so.
func TestValuesAsText(t *testing.T) {
	hints := hintsFor(t, "M", messageOf("M", a("at", 1, object, ".google.protobuf.Timestamp"), a("f", 2, floats), a("d", 3, doubles), a("u", 4, uint64s),
		a("b", 5, boolean), list(a("l", 6, int32s)), a("mask", 7, object, ".google.protobuf.FieldMask"), a("any", 8, object, ".google.protobuf.Any"), a("v", 9, object, ".google.protobuf.Value")))
	types := slices.Repeat([]abstract.Type{abstract.Text}, 9)
	record := "\x0a\x02\x10\x01" + "\x15\xcd\xcc\xcc\x3d" + string(protowire.AppendFixed64([]byte("\x19"), math.Float64bits(math.Inf(1)))) + "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" +
		"\x28\x05" + "\x32\x02\x01\x02" + "\x3a\x08\x0a\x03a_b\x0a\x01c" + "\x42\x07\x0a\x01t\x12\x02\x08\x01" + "\x4a\x00"
	want := []any{"1970-01-01T00:00:00.000000001Z", "0.1", "Infinity", "18446744073709551615", "true", "[1,2]", `"a_b,c"`, `{"type_url":"t","value":"CAE="}`, "null"}
	if diff := readertest.Diff([][]any{cells(t, hints, record, types...)}, [][]any{want}); diff != "" {
		t.Error(diff)
	}
}

// A map has each key once, with the value that comes last, and in order.
func TestMaps(t *testing.T) {
	hints := hintsFor(t, "Row", everything())
	row := cells(t, hints, "\xe2\x01\x05\x0a\x01b\x12\x00\xe2\x01\x03\x0a\x01a\xe2\x01\x07\x0a\x01b\x12\x02\x08\x01\xe2\x01\x00"+
		"\xea\x01\x04\x08\x01\x10\x01\xea\x01\x04\x08\x02\x10\x01\xea\x01\x02\x10\x01\xea\x01\x02\x08\x01")
	many := ""
	for i := range 40 {
		many += "\xf2\x01\x04\x08" + string(rune(i%2)) + "\x10" + string(rune(i))
	}
	if last := cells(t, hints, many)[29]; last != `{"false":38,"true":39}` {
		t.Errorf("of 40 the last is %v", last)
	}
	if row[27] != `{"":{},"a":{},"b":{"b":true}}` || row[28] != `{"-1":false,"0":true,"1":true}` {
		t.Errorf("%v, %v", row[27], row[28])
	}
}

// In proto2 every field tells whether it is there, and no default is applied.
func TestProto2(t *testing.T) {
	required := a("must", 3, int32s)
	label := descriptorpb.FieldDescriptorProto_LABEL_REQUIRED
	required.Label = &label
	group := a("g", 4, protoreflect.GroupKind, ".test.M.G")
	n := a("n", 1, int32s)
	n.DefaultValue = proto.String("7")
	m := messageOf("M", n, a("s", 2, text), required, group, list(a("h", 5, protoreflect.GroupKind, ".test.M.H")))
	m.NestedType = []*descriptorpb.DescriptorProto{messageOf("G", a("x", 1, int32s)), messageOf("H", a("x", 1, int32s))}
	s := set(m)
	s.File[len(s.File)-1].Syntax = nil
	hints := reader.Hints{ProtoMessage: ".test.M", ProtoDescriptor: encoded(t, s)}
	for record, want := range map[string][]any{
		"\x18\x00":                 {nil, nil, int64(0), nil, "[]"},
		"\x08\x00\x12\x00\x18\x01": {int64(0), "", int64(1), nil, "[]"},
		"\x18\x01\x23\x08\x05\x24\x2b\x2c\x2b\x08\x06\x2c": {nil, nil, int64(1), `{"x":5}`, `[{},{"x":6}]`},
	} {
		if diff := readertest.Diff([][]any{cells(t, hints, record)}, [][]any{want}); diff != "" {
			t.Errorf("%q: %s", record, diff)
		}
	}
	if _, err := read(t, request(t, hints, framed(nil))); err == nil || !strings.Contains(err.Error(), `column "must": it is required, and not there`) {
		t.Error(err)
	}
}

// A value of JSON is bounded whatever a message may become.
func TestJSONIsBounded(t *testing.T) {
	long := strings.Repeat("long", 500)
	hints := hintsFor(t, "M", messageOf("M", list(a("l", 1, object, ".test.C"))), messageOf("C", a(long, 1, boolean)))
	req := request(t, hints, framed([]byte(strings.Repeat("\x0a\x02\x08\x01", 100))))
	req.Limits = reader.NewLimits(64<<10, 1)
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), `column "l": it is more than 16384 bytes as JSON`) {
		t.Error(err)
	}
	hints = hintsFor(t, "M", messageOf("M", list(a("l", 1, boolean))))
	if _, err := read(t, request(t, hints, framed([]byte(strings.Repeat("\x08\x01", mostValues+1))))); err == nil || !strings.Contains(err.Error(), "it has more than 1048576 values") {
		t.Error(err)
	}
}

// What a message makes of little must not take much memory.
func TestHostileMessagesTakeLittleMemory(t *testing.T) {
	hints := hintsFor(t, "Row", everything())
	for what, part := range map[string]string{
		"messages": "\xda\x01\x00", "entries": "\xe2\x01\x00", "texts": "\xca\x01\x00", "packed": "\xd2\x01\x04\x01\x01\x01\x01",
		"unknown": "\xf8\x7f\x00", "groups": "\xfb\x7f\xfc\x7f", "parts": "\xb2\x01\x02\x08\x01", "nulls": "\xfa\x01\x07\x0a\x05\x0a\x01a\x12\x00",
		"nested": "\xda\x01\x06\xda\x01\x03\xda\x01\x00",
	} {
		data := framed([]byte(strings.Repeat(part, 1<<20/len(part))))
		req := request(t, hints, data)
		req.Limits = reader.NewLimits(16<<20, 1)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read(t, req)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+64*uint64(len(data)) {
			t.Errorf("%s: %d bytes allocated (%v)", what, used, err)
		}
	}
}

func TestDescriptorsThatAreRefused(t *testing.T) {
	good := encoded(t, set(messageOf("M", a("n", 1, int32s))))
	lacking := set(messageOf("M", a("at", 1, object, ".google.protobuf.Timestamp")))
	lacking.File = lacking.File[1:]
	wide := messageOf("M")
	for i := range int32(reader.MaxColumns + 1) {
		wide.Field = append(wide.Field, a("f"+strings.Repeat("x", int(i%50))+string(rune('a'+i%26))+"_"+strings.Repeat("y", int(i/50)), i+1, int32s))
	}
	for _, c := range []struct {
		descriptor []byte
		name, want string
	}{
		{nil, "test.M", "a descriptor and the name of a message in it are needed"},
		{good, "", "a descriptor and the name of a message in it are needed"},
		{[]byte("syntax = \"proto3\";"), "test.M", "the descriptor is no FileDescriptorSet"},
		{encoded(t, lacking), "test.M", "was it written with --include_imports?"},
		{good, "M", `the descriptor has no message "M", but google.protobuf.Timestamp, `},
		{good, "test.Color", "test.Color is not a message"},
		{encoded(t, set(wide)), "test.M", "more than 4096 are not read"},
	} {
		hints := reader.Hints{ProtoDescriptor: c.descriptor, ProtoMessage: c.name}
		if err := New().(reader.HintsChecker).CheckHints(hints); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	hints := reader.Hints{ProtoDescriptor: good, ProtoMessage: "test.M", Encoding: "latin1"}
	if err := New().(reader.HintsChecker).CheckHints(hints); err == nil || !strings.Contains(err.Error(), "no encoding of text") {
		t.Error(err)
	}
}

// A file goes on only with a descriptor that says the same of its message. What
// else is in the descriptor does not matter.
func TestResumeWithAnotherDescriptor(t *testing.T) {
	old := hintsFor(t, "M", messageOf("M", a("n", 1, int32s), a("c", 2, object, ".test.C")), messageOf("C", a("x", 1, int32s)))
	data := written(t, old, `{"n": 1}`, `{"n": 2}`)
	for what, c := range map[string]struct {
		messages []*descriptorpb.DescriptorProto
		same     bool
	}{
		"another message":         {[]*descriptorpb.DescriptorProto{messageOf("Z"), messageOf("M", a("n", 1, int32s), a("c", 2, object, ".test.C")), messageOf("C", a("x", 1, int32s))}, true},
		"another number":          {[]*descriptorpb.DescriptorProto{messageOf("M", a("n", 3, int32s), a("c", 2, object, ".test.C")), messageOf("C", a("x", 1, int32s))}, false},
		"another type":            {[]*descriptorpb.DescriptorProto{messageOf("M", a("n", 1, sint32s), a("c", 2, object, ".test.C")), messageOf("C", a("x", 1, int32s))}, false},
		"another field of a part": {[]*descriptorpb.DescriptorProto{messageOf("M", a("n", 1, int32s), a("c", 2, object, ".test.C")), messageOf("C", a("x", 1, int32s), a("y", 2, int32s))}, false},
	} {
		req := request(t, old, data)
		req.ProtoDescriptor, req.Offset, req.Records = hintsFor(t, "M", c.messages...).ProtoDescriptor, 3, 1
		got, err := read(t, req)
		if c.same && (err != nil || readertest.Diff(got.Rows, [][]any{{int64(2), nil}}) != "") {
			t.Errorf("%s: %v, %v", what, got.Rows, err)
		}
		if !c.same && (err == nil || !strings.Contains(err.Error(), "the descriptor says something else of message test.M than when loading of the file began") ||
			abstract.ClassOf(err) != abstract.FileOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A file whose first bytes are a byte order mark is one of messages all the same.
func TestBytesThatLookLikeAMark(t *testing.T) {
	hints := hintsFor(t, "M", messageOf("M", a("s", 1, text)))
	long := strings.Repeat("x", 0x7f|0x7e<<7|1<<14-4)
	data := framed([]byte("\x0a" + string(framed([]byte(long)))))
	if string(data[:2]) != "\xff\xfe" {
		t.Fatalf("it begins with %x", data[:3])
	}
	if got, err := read(t, request(t, hints, data)); err != nil || got.Rows[0][0] != long {
		t.Error(err)
	}
	if s, err := New().Sample(t.Context(), inMemory(data), hints); err != nil || s.Dialect.Encoding != "" || s.Records != 1 {
		t.Errorf("%+v, %v", s.Dialect, err)
	}
}
