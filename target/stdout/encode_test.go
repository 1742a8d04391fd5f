package stdout_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/stdout"
)

var schema = abstract.Schema{
	{Name: "b", Type: abstract.Bool}, {Name: "i", Type: abstract.Int64}, {Name: "f", Type: abstract.Float64},
	{Name: "d", Type: abstract.Date}, {Name: "ts", Type: abstract.Timestamp}, {Name: "tz", Type: abstract.TimestampTZ},
	{Name: "s", Type: abstract.Text},
}

func unknownBatch(alloc memory.Allocator) arrow.RecordBatch {
	builder := array.NewRecordBuilder(alloc, arrow.NewSchema([]arrow.Field{{Name: "odd", Type: arrow.BinaryTypes.LargeBinary}}, nil))
	defer builder.Release()
	builder.Field(0).(*array.BinaryBuilder).Append([]byte("x"))
	return builder.NewRecordBatch()
}

func batch(rows int, b bool, i int64, f float64, day int32, micros int64, s string) arrow.RecordBatch {
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	defer builder.Release()
	for range rows {
		builder.Field(0).(*array.BooleanBuilder).Append(b)
		builder.Field(1).(*array.Int64Builder).Append(i)
		builder.Field(2).(*array.Float64Builder).Append(f)
		builder.Field(3).(*array.Date32Builder).Append(arrow.Date32(day))
		builder.Field(4).(*array.TimestampBuilder).Append(arrow.Timestamp(micros))
		builder.Field(5).(*array.TimestampBuilder).Append(arrow.Timestamp(micros))
		builder.Field(6).(*array.StringBuilder).Append(s)
	}
	return builder.NewRecordBatch()
}

// line is a row as encoding/json reads and writes it.
type line struct {
	B  bool     `json:"b"`
	I  int64    `json:"i"`
	F  *float64 `json:"f"`
	D  string   `json:"d"`
	TS string   `json:"ts"`
	TZ string   `json:"tz"`
	S  string   `json:"s"`
}

func lineOf(b bool, i int64, f float64, day int32, micros int64, s string) line {
	at := time.UnixMicro(micros).UTC()
	l := line{
		B: b, I: i, F: &f, D: time.Unix(int64(day)*86400, 0).UTC().Format("2006-01-02"),
		TS: at.Format("2006-01-02T15:04:05.999999"), TZ: at.Format("2006-01-02T15:04:05.999999Z07:00"),
		S: strings.ToValidUTF8(s, "\ufffd"),
	}
	// A run of bytes that are not UTF-8 is one replacement to the strings
	// package, and one for each byte to encoding/json and to us.
	if !utf8.ValidString(s) {
		text, _ := json.Marshal(s)
		_ = json.Unmarshal(text, &l.S)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		l.F = nil
	}
	return l
}

// FuzzEncode: a line is what encoding/json reads the same values from, and
// it writes numbers the same way.
func FuzzEncode(f *testing.F) {
	f.Add(true, int64(1<<53+1), 0.1, int32(19782), int64(1709210096123456), `a"b\`)
	f.Add(false, int64(math.MinInt64), 1e21, int32(-719162), int64(-62135596800000000), "\x00\x1f\x7f\u2028\xff\xed\xa0\x80é")
	f.Add(false, int64(0), math.Copysign(0, -1), int32(2932896), int64(253402300799999999), "")
	f.Add(false, int64(0), math.NaN(), int32(0), int64(-1), "\t\r\n\b\f")
	f.Add(false, int64(0), 1e-7, int32(0), int64(100), "日本👩‍👩‍👧")
	f.Add(false, int64(0), 123456e-12, int32(0), int64(0), "</script>&")
	f.Fuzz(func(t *testing.T, b bool, i int64, float float64, day int32, micros int64, s string) {
		var out bytes.Buffer
		sess := session(t, stdout.New(&out), target.SessionConfig{})
		item := abstract.ChangeItem{Table: "t", Batch: batch(1, b, i, float, day, micros, s)}
		if err := errors.Join(sess.Push([]abstract.ChangeItem{item}), sess.Flush()); err != nil {
			t.Fatal(err)
		}
		text := out.Bytes()
		if !utf8.Valid(text) || bytes.Count(text, []byte("\n")) != 1 {
			t.Fatalf("not a line of UTF-8: %q", text)
		}
		var got line
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := lineOf(b, i, float, day, micros, s)
		gotText, _ := json.Marshal(got)
		wantText, _ := json.Marshal(want)
		if !bytes.Equal(gotText, wantText) {
			t.Errorf("printed %s\nwhich reads  %s\nwant         %s", text, gotText, wantText)
		}
		if want.F != nil {
			if number, _ := json.Marshal(float); !bytes.Contains(text, append([]byte(`"f":`), append(number, ',')...)) {
				t.Errorf("%s does not write %s", text, number)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	const rows = 1000
	rec := batch(rows, true, 1234567890123, 3.14159, 19782, 1709210096123456, "a text of middling length, with a \"quote\"")
	b.Run("sluice", func(b *testing.B) {
		sess, err := stdout.New(io.Discard).Session(b.Context(), target.SessionConfig{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			rec.Retain()
			if err := sess.Push([]abstract.ChangeItem{{Table: "t", Batch: rec}}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	})
	b.Run("encoding-json", func(b *testing.B) {
		encoder := json.NewEncoder(io.Discard)
		b.ReportAllocs()
		for b.Loop() {
			for range rows {
				if err := encoder.Encode(lineOf(true, 1234567890123, 3.14159, 19782, 1709210096123456, "a text of middling length, with a \"quote\"")); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	})
}
