package targettest

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// batch builds a batch from Go values. When the test has ended, it must have
// been released by whoever it was handed to, once: env keeps a reference of
// its own, by which a second release would show.
func (e *env) batch(schema abstract.Schema, rows [][]any) arrow.RecordBatch {
	e.Helper()
	builder := array.NewRecordBuilder(e.alloc, schema.Arrow())
	defer builder.Release()
	for _, row := range rows {
		for c, value := range row {
			appendValue(builder.Field(c), value)
		}
	}
	batch := builder.NewRecordBatch()
	batch.Retain()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.batches = append(e.batches, batch)
	return batch
}

// released checks that every batch was released once.
func (e *env) released() {
	e.Helper()
	for _, batch := range e.batches {
		if batch.Schema().NumFields() > 0 && len(batch.Columns()) == 0 {
			e.Error("a batch was released more than once")
			continue
		}
		batch.Release()
	}
	e.alloc.AssertSize(e.T, 0)
}

func appendValue(builder array.Builder, value any) {
	if value == nil {
		builder.AppendNull()
		return
	}
	if extended, ok := builder.(*array.ExtensionBuilder); ok {
		builder = extended.StorageBuilder()
	}
	switch b := builder.(type) {
	case *array.BinaryBuilder:
		b.Append([]byte(value.(string)))
	case *array.FixedSizeBinaryBuilder:
		raw, err := hex.DecodeString(strings.ReplaceAll(value.(string), "-", ""))
		if err != nil {
			panic(err) // the suite's own mistake
		}
		b.Append(raw)
	case *array.Decimal128Builder, *array.Time64Builder:
		if err := b.AppendValueFromString(value.(string)); err != nil {
			panic(err)
		}
	case *array.BooleanBuilder:
		b.Append(value.(bool))
	case *array.Int64Builder:
		b.Append(value.(int64))
	case *array.Float64Builder:
		b.Append(value.(float64))
	case *array.StringBuilder:
		b.Append(value.(string))
	case *array.Date32Builder:
		b.Append(arrow.Date32(value.(time.Time).Unix() / (24 * 60 * 60)))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(value.(time.Time).UnixMicro()))
	}
}

// wantRows checks that the table holds these rows, in any order.
func (e *env) wantRows(table string, schema abstract.Schema, want [][]any) {
	e.Helper()
	got, expected := texts(e.h.Rows(e.T, e.db, table, schema)), texts(want)
	if slices.Equal(got, expected) {
		return
	}
	extra, missing := subtract(got, expected), subtract(expected, got)
	e.Errorf("table %q holds %d rows, want %d; %d too many: %s; %d missing: %s",
		table, len(got), len(expected), len(extra), sample(extra), len(missing), sample(missing))
}

// texts renders rows so that two are equal if their texts are.
func texts(rows [][]any) []string {
	list := make([]string, 0, len(rows))
	for _, row := range rows {
		cells := make([]string, len(row))
		for c, value := range row {
			cells[c] = text(value)
		}
		list = append(list, strings.Join(cells, " | "))
	}
	slices.Sort(list)
	return list
}

func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case float64:
		if v == 0 {
			return "0" // to SQL, 0 and -0 are one number, and DuckDB may store either
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return strconv.Quote(v)
	case []byte:
		return strconv.Quote(string(v))
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.999999999")
	default:
		return fmt.Sprint(v)
	}
}

// subtract is the multiset a without b.
func subtract(a, b []string) (rest []string) {
	count := map[string]int{}
	for _, s := range b {
		count[s]++
	}
	for _, s := range a {
		if count[s]--; count[s] < 0 {
			rest = append(rest, s)
		}
	}
	return rest
}

// sample shows the first of a list, shortened.
func sample(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	if s := list[0]; len(s) > 200 {
		return s[:200] + "…"
	}
	return list[0]
}
