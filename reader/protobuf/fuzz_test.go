package protobuf

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// FuzzSampleThenRead: whatever the bytes are, the rows do not depend on how the
// file is cut into blocks, what the sample calls bad is bad, and memory is bounded
// by the file. The rows of each record are those that Google's library has.
func FuzzSampleThenRead(f *testing.F) {
	hints := hintsFor(f, "Row", everything())
	data := written(f, hints, all, `{}`, `{"i32": 1}`)
	f.Add(data, byte(1))
	f.Add(append(data, 1, 8), byte(9))
	f.Add(gz(data), byte(0))
	f.Add([]byte("\x02\x08\x01\x03\x12\x01\xff\x00\x05"), byte(2))
	f.Add([]byte("\x09\xe2\x01\x02\x0a\x00\xfa\x01\x01\x0b\x0c"), byte(2))
	root := dynamic(f, hints).Descriptor()
	format := New()
	f.Fuzz(func(t *testing.T, data []byte, size byte) {
		if len(data) > 4096 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file := inMemory(data)
		s, err := format.Sample(t.Context(), file, hints)
		if err != nil {
			if abstract.ClassOf(err) != abstract.FileOnly {
				t.Fatalf("%q: %v (%v)", data, err, abstract.ClassOf(err))
			}
			return
		}
		req := request(t, hints, data)
		req.Dialect, req.OnBadRow, req.BatchBytes, req.Limits = s.Dialect, reader.SkipRow, int64(size), reader.NewLimits(1<<20, 2)
		req.Locate = true
		got, err := readertest.Read(t.Context(), t, format, req, nil)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+64*uint64(len(data)) {
			t.Errorf("%q: %d bytes allocated", data, used)
		}
		if (err == nil) != s.Complete || got.Records() != int64(s.Records) || err != nil && abstract.ClassOf(err) != abstract.FileOnly {
			t.Fatalf("%q: %d records, %v; sample %d, complete %v", data, got.Records(), err, s.Records, s.Complete)
		}
		req.BatchBytes = 0
		whole, _ := readertest.Read(t.Context(), t, format, req, nil)
		if a, b := fmt.Sprint(got.Rows), fmt.Sprint(whole.Rows); a != b || whole.Rejected != got.Rejected { // a NaN is no other
			t.Errorf("%q in blocks of %d bytes: %s, want %s", data, size, a, b)
		}
		if s.Dialect.Compression != "" {
			return
		}
		for i, row := range got.Rows {
			length, n := protowire.ConsumeVarint(data[got.Starts[i]:])
			compare(t, root, data[got.Starts[i]+int64(n):][:length], row)
		}
	})
}

// TestRandomMessages reads messages of random values in random fields.
func TestRandomMessages(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	hints := hintsFor(t, "Row", everything())
	root := dynamic(t, hints).Descriptor()
	var data []byte
	var messages [][]byte
	for range 300 {
		message, err := proto.Marshal(random(r, root, 0).Interface())
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, message)
		data = append(data, framed(message)...)
	}
	req := request(t, hints, data)
	req.BatchBytes = 500
	got, err := read(t, req)
	if err != nil || len(got.Rows) != len(messages) {
		t.Fatalf("%d rows, %v", len(got.Rows), err)
	}
	for i, row := range got.Rows {
		compare(t, root, messages[i], row)
	}
}

// random is a message of random fields.
func random(r *rand.Rand, d protoreflect.MessageDescriptor, level int) protoreflect.Message {
	m := dynamicpb.NewMessage(d)
	switch d.FullName() {
	case "google.protobuf.Timestamp":
		m.Set(d.Fields().ByNumber(1), protoreflect.ValueOfInt64(r.Int64N(1<<35)))
		m.Set(d.Fields().ByNumber(2), protoreflect.ValueOfInt32(r.Int32N(1_000_000)*1000))
		return m
	case "google.protobuf.Duration":
		m.Set(d.Fields().ByNumber(1), protoreflect.ValueOfInt64(-r.Int64N(1<<35)))
		m.Set(d.Fields().ByNumber(2), protoreflect.ValueOfInt32(-r.Int32N(1_000_000_000)))
		return m
	case "google.protobuf.Value": // one of them must be set
		m.Set(d.Fields().ByNumber(3), protoreflect.ValueOfString(strconv.Itoa(r.IntN(100))))
		return m
	}
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if r.IntN(4) > 0 || level > 3 {
			continue
		}
		switch {
		case f.IsList():
			for range r.IntN(4) {
				m.Mutable(f).List().Append(randomValue(r, f, level))
			}
		case f.IsMap():
			for range r.IntN(4) {
				m.Mutable(f).Map().Set(randomValue(r, f.MapKey(), level).MapKey(), randomValue(r, f.MapValue(), level))
			}
		default:
			m.Set(f, randomValue(r, f, level))
		}
	}
	return m
}

func randomValue(r *rand.Rand, f protoreflect.FieldDescriptor, level int) protoreflect.Value {
	bits := r.Uint64() >> r.IntN(64)
	switch f.Kind() {
	case boolean:
		return protoreflect.ValueOfBool(bits&1 == 1)
	case int32s, sint32s, sfixed32:
		return protoreflect.ValueOfInt32(int32(bits))
	case int64s, sint64s, sfixed64:
		return protoreflect.ValueOfInt64(int64(bits))
	case uint32s, fixed32s:
		return protoreflect.ValueOfUint32(uint32(bits))
	case uint64s, fixed64:
		return protoreflect.ValueOfUint64(bits)
	case floats:
		return protoreflect.ValueOfFloat32(math.Float32frombits(uint32(bits)))
	case doubles:
		return protoreflect.ValueOfFloat64(math.Float64frombits(bits))
	case text:
		return protoreflect.ValueOfString([]string{"", "x", "é\n", "\"\\\x01", "😀"}[r.IntN(5)])
	case raw:
		return protoreflect.ValueOfBytes([]byte(strconv.Itoa(int(bits))))
	case enum:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(r.Int32N(5) - 2))
	}
	return protoreflect.ValueOfMessage(random(r, f.Message(), level+1))
}

// compare makes ProtoJSON of a row, of which Google's library must read the message
// that it reads of the record.
func compare(t *testing.T, d protoreflect.MessageDescriptor, record []byte, row []any) {
	t.Helper()
	want := dynamicpb.NewMessage(d)
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(record, want); err != nil {
		t.Fatalf("%q: a row, and Google's library has %v", record, err)
	}
	canonical, err := protojson.Marshal(want)
	if err != nil {
		return // a Value that is none, a NaN in a Struct: there is no ProtoJSON of it
	}
	want.Reset()
	if err := protojson.Unmarshal(canonical, want); err != nil { // a null may have any number
		t.Fatal(err)
	}
	parts := make([]string, 0, len(row))
	for i, v := range row {
		if f := d.Fields().Get(i); v != nil {
			parts = append(parts, fmt.Sprintf("%q:%s", f.Name(), protoJSON(f, v)))
		}
	}
	text := "{" + strings.Join(parts, ",") + "}"
	got := dynamicpb.NewMessage(d)
	if err := protojson.Unmarshal([]byte(text), got); err != nil {
		t.Fatalf("%q is %s: %v", record, text, err)
	}
	if !proto.Equal(got, want) {
		t.Fatalf("%q is %s, want %s", record, text, protojson.Format(want))
	}
}

func protoJSON(f protoreflect.FieldDescriptor, v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.Format(`"` + time.RFC3339Nano + `"`)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return `"` + string(rows.AppendFloat(nil, v, 64)) + `"`
		}
	case string:
		_, err := strconv.Atoi(v)
		if f.IsList() || f.IsMap() || f.Message() != nil && f.Message().FullName() != "google.protobuf.Duration" || f.Kind() == enum && err == nil {
			return v
		}
	}
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}
