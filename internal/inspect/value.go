package inspect

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Value is a value of a row.
type Value struct {
	// Text is the value for people. A text of more than 4,096 bytes is cut, and ends
	// in "…" then.
	Text string
	Null bool
	// Literal tells that Text is a number, a bool or another JSON value.
	Literal bool
}

// mostText is how much of a value is reported, in bytes.
const mostText = 4096

// MarshalJSON writes null, a literal, or a string.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.Null:
		return []byte("null"), nil
	case v.Literal && json.Valid([]byte(v.Text)):
		return []byte(v.Text), nil
	}
	return json.Marshal(v.Text)
}

// takeRows counts the NULLs of a batch and takes rows from it, up to as many as are
// asked for.
func (l *look) takeRows(batch arrow.RecordBatch) {
	for i := range l.Columns {
		l.Columns[i].Nulls += int64(batch.Column(i).NullN())
	}
	for r := 0; r < int(batch.NumRows()) && len(l.Rows) < l.cfg.Rows; r++ {
		row := make([]Value, len(l.schema))
		for i, c := range l.schema {
			row[i] = valueOf(batch.Column(i), r, c.Type)
		}
		l.Rows = append(l.Rows, row)
	}
}

// valueOf is the value of a type in a place of a column.
func valueOf(values arrow.Array, at int, typ abstract.Type) Value {
	if values.IsNull(at) {
		return Value{Null: true}
	}
	if extended, ok := values.(*abstract.Extension); ok {
		values = extended.Storage()
	}
	switch a := values.(type) {
	case *array.Boolean:
		return Value{Text: strconv.FormatBool(a.Value(at)), Literal: true}
	case *array.Int64:
		return Value{Text: strconv.FormatInt(a.Value(at), 10), Literal: true}
	case *array.Float64:
		f := a.Value(at)
		return Value{Text: strconv.FormatFloat(f, 'g', -1, 64), Literal: !math.IsNaN(f) && !math.IsInf(f, 0)}
	case *array.Decimal128:
		_, scale, _ := typ.Decimal()
		return Value{Text: a.Value(at).ToString(int32(scale)), Literal: true}
	case *array.Date32:
		return Value{Text: time.Unix(int64(a.Value(at))*24*60*60, 0).UTC().Format(time.DateOnly)}
	case *array.Timestamp:
		text := time.UnixMicro(int64(a.Value(at))).UTC().Format("2006-01-02 15:04:05.999999")
		if typ == abstract.TimestampTZ {
			text += "Z"
		}
		return Value{Text: text}
	case *array.Time64:
		return Value{Text: time.UnixMicro(int64(a.Value(at))).UTC().Format("15:04:05.999999")}
	case *array.FixedSizeBinary:
		b := a.Value(at)
		return Value{Text: fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])}
	case *array.Binary:
		return Value{Text: cut(base64.StdEncoding.EncodeToString(a.Value(at)[:min(len(a.Value(at)), mostText)]))}
	case *array.String:
		return Value{Text: cut(a.Value(at)), Literal: typ == abstract.JSON}
	}
	return Value{Text: cut(values.ValueStr(at))}
}

// cut is the beginning of a text, in memory of its own.
func cut(text string) string {
	if len(text) <= mostText {
		return strings.Clone(text)
	}
	end := mostText
	for end > mostText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
