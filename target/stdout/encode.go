package stdout

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
)

const (
	dateLayout  = "2006-01-02"
	timeLayout  = "2006-01-02T15:04:05.999999"
	clockLayout = "15:04:05.999999"
)

// encoder writes the rows of batches of one schema, straight from the
// columns: no cell is boxed and, once the buffer has grown, nothing is
// allocated.
type encoder struct {
	schema  *arrow.Schema
	columns []column
}

// column is a column's key and the values of the batch at hand.
type column struct {
	kind abstract.Type
	key  []byte // {"name": or ,"name":

	array      arrow.Array
	bools      *array.Boolean
	ints       *array.Int64
	floats     *array.Float64
	dates      *array.Date32
	timestamps *array.Timestamp
	times      *array.Time64
	decimals   *array.Decimal128
	binaries   *array.Binary
	uuids      *array.FixedSizeBinary
	texts      *array.String
}

func newEncoder(schema *arrow.Schema) (*encoder, error) {
	e := &encoder{schema: schema, columns: make([]column, schema.NumFields())}
	for n, field := range schema.Fields() {
		kind, ok := abstract.TypeOf(field.Type)
		if !ok {
			return nil, fmt.Errorf("print column %q: a column of type %s cannot be printed", field.Name, field.Type)
		}
		start := byte(',')
		if n == 0 {
			start = '{'
		}
		key := append(appendText([]byte{start}, field.Name), ':')
		e.columns[n] = column{kind: kind, key: key}
	}
	return e, nil
}

// fits tells whether the encoder is for batches of that schema.
func (e *encoder) fits(schema *arrow.Schema) bool {
	return e.schema == schema || e.schema.Equal(schema)
}

// load takes the batch whose rows are to be written. It does not own it.
func (e *encoder) load(batch arrow.RecordBatch) {
	for n := range e.columns {
		c := &e.columns[n]
		c.array = batch.Column(n)
		values := c.array
		if extended, ok := values.(*abstract.Extension); ok {
			values = extended.Storage()
		}
		switch a := values.(type) {
		case *array.Boolean:
			c.bools = a
		case *array.Int64:
			c.ints = a
		case *array.Float64:
			c.floats = a
		case *array.Date32:
			c.dates = a
		case *array.Timestamp:
			c.timestamps = a
		case *array.String:
			c.texts = a
		case *array.Time64:
			c.times = a
		case *array.Decimal128:
			c.decimals = a
		case *array.Binary:
			c.binaries = a
		case *array.FixedSizeBinary:
			c.uuids = a
		}
	}
}

// unload forgets the batch.
func (e *encoder) unload() {
	for n := range e.columns {
		e.columns[n] = column{kind: e.columns[n].kind, key: e.columns[n].key}
	}
}

// appendRow appends a row of the batch, as one line.
func (e *encoder) appendRow(b []byte, row int) []byte {
	if len(e.columns) == 0 {
		b = append(b, '{')
	}
	for n := range e.columns {
		c := &e.columns[n]
		b = append(b, c.key...)
		if c.array.IsNull(row) {
			b = append(b, "null"...)
			continue
		}
		b = c.appendValue(b, row)
	}
	return append(b, '}', '\n')
}

func (c *column) appendValue(b []byte, row int) []byte {
	switch c.kind {
	case abstract.Bool:
		return strconv.AppendBool(b, c.bools.Value(row))
	case abstract.Int64:
		return strconv.AppendInt(b, c.ints.Value(row), 10)
	case abstract.Float64:
		return appendFloat(b, c.floats.Value(row))
	case abstract.Date:
		days := int64(c.dates.Value(row))
		return append(time.Unix(days*24*60*60, 0).UTC().AppendFormat(append(b, '"'), dateLayout), '"')
	case abstract.Timestamp:
		return append(appendTime(append(b, '"'), c.timestamps.Value(row)), '"')
	case abstract.TimestampTZ:
		return append(appendTime(append(b, '"'), c.timestamps.Value(row)), 'Z', '"')
	case abstract.Time:
		return append(appendClock(append(b, '"'), c.times.Value(row)), '"')
	case abstract.UUID:
		return append(abstract.AppendUUID(append(b, '"'), c.uuids.Value(row)), '"')
	case abstract.JSON:
		return appendJSON(b, c.texts.Value(row))
	case abstract.Bytes:
		return append(base64.StdEncoding.AppendEncode(append(b, '"'), c.binaries.Value(row)), '"')
	case abstract.Text:
		return appendText(b, c.texts.Value(row))
	default:
		_, scale, _ := c.kind.Decimal()
		return append(b, c.decimals.Value(row).ToString(int32(scale))...)
	}
}

func appendClock(b []byte, micros arrow.Time64) []byte {
	return time.UnixMicro(int64(micros)).UTC().AppendFormat(b, clockLayout)
}

// appendJSON writes a JSON value as it is, but on one line. Line ends in valid
// JSON are white space: in strings they are escaped.
func appendJSON(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c != '\n' && c != '\r' {
			b = append(b, c)
		}
	}
	return b
}

func appendTime(b []byte, micros arrow.Timestamp) []byte {
	return time.UnixMicro(int64(micros)).UTC().AppendFormat(b, timeLayout)
}

// appendFloat writes the shortest number that reads back as f, with an
// exponent where JavaScript would use one.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		start := len(b)
		b = strconv.AppendFloat(b, f, 'e', -1, 64)
		// e-09 is written e-9.
		if n := len(b); n-start >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
			b[n-2] = b[n-1]
			b = b[:n-1]
		}
		return b
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}
