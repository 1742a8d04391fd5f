package parquet

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// newSink returns the sink from values of a kind to a column of a type. It is
// nil where the type can hold none of them.
func newSink[P value](k typed.Kind, typ abstract.Type) sink[P] {
	switch typ {
	case abstract.Bool:
		return &boolSink[P]{convert: typed.NewConverter[P](k, typ, scalar.Bool)}
	case abstract.Int64:
		return newFixed(k, typ, scalar.Int64, (*column.Builder).Int64s, typed.NewConverter[P, int64])
	case abstract.Float64:
		return newFixed(k, typ, scalar.Float64, (*column.Builder).Float64s, typed.NewConverter[P, float64])
	case abstract.Date:
		return newFixed(k, typ, scalar.Date, (*column.Builder).Int32s, typed.NewConverter[P, int32])
	case abstract.Time:
		return newFixed(k, typ, scalar.Time, (*column.Builder).Int64s, typed.NewConverter[P, int64])
	case abstract.Timestamp:
		return newFixed(k, typ, scalar.Timestamp, (*column.Builder).Int64s, typed.NewConverter[P, int64])
	case abstract.TimestampTZ:
		return newFixed(k, typ, scalar.TimestampTZ, (*column.Builder).Int64s, typed.NewConverter[P, int64])
	case abstract.UUID:
		return newFixed(k, typ, scalar.UUID, (*column.Builder).UUIDs, typed.NewConverter[P, [16]byte])
	case abstract.Bytes:
		if !k.Raw() {
			return nil
		}
		return &textSink[P]{}
	case abstract.Text:
		return &textSink[P]{render: unlessRaw[P](k), utf8: true}
	case abstract.JSON:
		return &textSink[P]{render: unlessRaw[P](k), utf8: true, json: true}
	}
	precision, scale, _ := typ.Decimal()
	return newFixed(k, typ, scalar.Decimal(precision, scale), (*column.Builder).Decimals, typed.NewConverter[P, decimal128.Num])
}

// unlessRaw is the renderer, nil for values that are stored as they are.
func unlessRaw[P value](k typed.Kind) func([]byte, P) ([]byte, string) {
	if k.Raw() {
		return nil
	}
	return typed.Renderer[P](k)
}

// fixedSink writes values of a fixed width.
type fixedSink[P value, T any] struct {
	convert typed.Converter[P, T] // nil if P is T, and values are stored as they are
	out     func(*column.Builder) []T
	dict    []T
	bad     map[uint32]string // entries of the dictionary that cannot be stored
	dense   []T
}

func newFixed[P value, T any](k typed.Kind, typ abstract.Type, parse func([]byte) (T, bool), out func(*column.Builder) []T,
	convert func(typed.Kind, abstract.Type, func([]byte) (T, bool)) typed.Converter[P, T]) sink[P] {
	s := &fixedSink[P, T]{out: out, convert: convert(k, typ, parse)}
	if _, ok := any([]P(nil)).([]T); ok && typed.Same(k, typ) {
		s.convert = nil
	}
	return s
}

func (s *fixedSink[P, T]) dictionary(values []P) {
	s.bad = nil
	if s.convert == nil {
		s.dict = any(values).([]T)
		return
	}
	s.dict = make([]T, len(values))
	for i, v := range values {
		var fault string
		if s.dict[i], fault = s.convert(v); fault != "" {
			s.bad = addBad(s.bad, i, fault)
		}
	}
}

func addBad(bad map[uint32]string, i int, fault string) map[uint32]string {
	if bad == nil {
		bad = make(map[uint32]string)
	}
	bad[uint32(i)] = fault
	return bad
}

func (s *fixedSink[P, T]) write(b *column.Builder, st *step[P], _ int, f *faults) error {
	out := s.out(b)[b.N : b.N+st.n]
	dense := out
	if st.def != nil {
		s.dense = resized(s.dense, st.k)
		dense = s.dense
	}
	s.values(dense[:st.k], st, b.N, f)
	if st.def != nil {
		val := 0
		for row, def := range st.def[:st.n] {
			var v T
			if def == 0 {
				b.SetNull(b.N + row)
			} else {
				v = dense[val]
				val++
			}
			out[row] = v
		}
	}
	b.N += st.n
	st.row = st.n
	return nil
}

// values converts the values of a step. first is the row where it begins.
func (s *fixedSink[P, T]) values(dense []T, st *step[P], first int, f *faults) {
	switch {
	case st.idx != nil:
		for i, x := range st.idx {
			dense[i] = s.dict[x]
		}
		if s.bad == nil {
			return
		}
		for i, x := range st.idx {
			if fault, ok := s.bad[x]; ok {
				f.add(first+st.rowOf(i), fault)
			}
		}
	case s.convert == nil:
		copy(dense, any(st.vals).([]T))
	default:
		for i, v := range st.vals {
			var fault string
			if dense[i], fault = s.convert(v); fault != "" {
				f.add(first+st.rowOf(i), fault)
			}
		}
	}
}

// rowOf is the row of a value, counted from the beginning of the step.
func (s *step[P]) rowOf(val int) int {
	if s.def == nil {
		return val
	}
	for row, def := range s.def {
		if def != 0 {
			if val == 0 {
				return row
			}
			val--
		}
	}
	return s.n - 1
}

// boolSink writes bits.
type boolSink[P value] struct {
	convert typed.Converter[P, bool]
	dict    []P
}

func (s *boolSink[P]) dictionary(values []P) { s.dict = values }

func (s *boolSink[P]) write(b *column.Builder, st *step[P], _ int, f *faults) error {
	val := 0
	for row := range st.n {
		if st.def != nil && st.def[row] == 0 {
			b.SetNull(b.N + row)
			continue
		}
		v, fault := s.convert(st.value(val, s.dict))
		val++
		if fault != "" {
			f.add(b.N+row, fault)
		} else if v {
			b.SetTrue(b.N + row)
		}
	}
	b.N += st.n
	st.row = st.n
	return nil
}

// value is a value of the step, from the dictionary if it is in one.
func (s *step[P]) value(i int, dict []P) P {
	if s.idx != nil {
		return dict[s.idx[i]]
	}
	return s.vals[i]
}

// textSink writes values of any length.
type textSink[P value] struct {
	render func([]byte, P) ([]byte, string) // nil if values are stored as they are
	utf8   bool                             // only text can be stored
	json   bool                             // only JSON can be stored

	dict    [][]byte
	bad     map[uint32]string
	buf     []byte
	checker typed.JSONWriter
}

// dictionary renders the entries once. They are checked at once, too.
func (s *textSink[P]) dictionary(values []P) {
	s.bad = nil
	if s.render == nil {
		s.dict = any(values).([][]byte)
	} else {
		s.dict = make([][]byte, len(values))
	}
	for i, v := range values {
		fault := ""
		if s.render != nil {
			s.dict[i], fault = s.render(nil, v)
		}
		if fault == "" {
			fault = s.check(s.dict[i])
		}
		if fault != "" {
			s.bad = addBad(s.bad, i, fault)
		}
	}
}

// check tells what keeps a value from being stored.
func (s *textSink[P]) check(v []byte) string {
	if !s.utf8 {
		return ""
	}
	return s.checker.Fault(v, s.json)
}

func (s *textSink[P]) write(b *column.Builder, st *step[P], most int, f *faults) error {
	offsets, data := b.Offsets(), b.Data()
	first, used := b.N, int(offsets[b.N])
	start := used
	starts := true // every value so far begins where a character does
	raw, _ := any(st.vals).([][]byte)
	for ; st.row < st.n; st.row++ {
		var v []byte
		fault := ""
		switch {
		case st.def != nil && st.def[st.row] == 0:
			b.SetNull(b.N)
			st.val-- // there is none
		case st.idx != nil:
			if v = s.dict[st.idx[st.val]]; s.bad != nil {
				fault = s.bad[st.idx[st.val]]
			}
		case s.render == nil:
			v = raw[st.val]
			starts = starts && (len(v) == 0 || utf8.RuneStart(v[0]))
		default:
			v, fault = s.render(s.buf[:0], st.vals[st.val])
			s.buf = v[:0]
		}
		if fault != "" {
			f.add(b.N, fault)
			v = nil
		}
		if used+len(v) > len(data) || used+len(v) > most {
			if used+len(v) > most && b.N > 0 && len(v) > 0 {
				break
			}
			if used+len(v) > len(data) {
				data = b.Grow(used + len(v))
			}
		}
		used += copy(data[used:], v)
		st.val++
		b.N++
		offsets[b.N] = int32(used)
	}
	if st.idx == nil && s.utf8 {
		s.checkRows(b, first, data[start:used], starts, f)
	}
	return nil
}

// checkRows looks at the rows from first on, whose data is text: all at once
// if that settles it. Text that is valid as a whole, and cut before
// characters only, is valid in each part.
func (s *textSink[P]) checkRows(b *column.Builder, first int, text []byte, starts bool, f *faults) {
	if !s.json && starts && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		return
	}
	offsets, data := b.Offsets(), b.Data()
	known := map[int]bool{}
	for _, row := range f.rows {
		known[row] = true
	}
	for row := first; row < b.N; row++ {
		if b.IsNull(row) || known[row] {
			continue
		}
		if fault := s.check(data[offsets[row]:offsets[row+1]]); fault != "" {
			f.insert(row, fault)
		}
	}
}

// insert adds a fault of a row that others may follow.
func (f *faults) insert(row int, reason string) {
	at := len(f.rows)
	for at > 0 && f.rows[at-1] > row {
		at--
	}
	f.rows = slices.Insert(f.rows, at, row)
	f.reasons = slices.Insert(f.reasons, at, reason)
	f.saved = slices.Insert(f.saved, at, nil)
}
