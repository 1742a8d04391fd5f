package avro

import (
	"math"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// plainKind is what values mean without a logical type.
func plainKind(w wire) typed.Kind {
	return typed.Kind{Meaning: [...]typed.Meaning{
		wireNull: typed.Nothing, wireBoolean: typed.Bool, wireInt: typed.Int, wireLong: typed.Int, wireFloat: typed.Float,
		wireDouble: typed.Double, wireBytes: typed.Bytes, wireString: typed.Text, wireFixed: typed.Bytes,
	}[w]}
}

// finished makes a scalar ready, once its logical type is known. One that is
// unknown, or does not go with the type that it is on, is as good as none.
func finished(n *node, o spec) *node {
	n.empty = n.wire == wireNull || n.wire == wireFixed && n.size == 0
	if name := o.text("logicalType"); name == "uuid" && n.wire == wireString {
		n.asUUID = true
	} else if k, ok := n.logical(name, o); ok {
		n.kind = k
	}
	switch n.wire {
	case wireBoolean:
		n.text = textOf[bool](n)
	case wireInt, wireFloat:
		n.text = textOf[int32](n)
	case wireLong, wireDouble:
		n.text = textOf[int64](n)
	default:
		n.text = textOf[[]byte](n)
	}
	return n
}

// logical is what a logical type says.
func (n *node) logical(name string, o spec) (k typed.Kind, ok bool) {
	isInt, isLong := n.wire == wireInt, n.wire == wireLong
	switch name {
	case "decimal":
		return n.decimal(o)
	case "uuid":
		return typed.Kind{Meaning: typed.UUID}, n.wire == wireFixed && n.size == 16
	case "duration":
		return typed.Kind{Meaning: typed.Interval}, n.wire == wireFixed && n.size == 12
	case "date":
		return typed.Kind{Meaning: typed.Date}, isInt
	case "time-millis":
		return typed.Kind{Meaning: typed.Time, Unit: typed.Millis}, isInt
	case "time-micros":
		return typed.Kind{Meaning: typed.Time, Unit: typed.Micros}, isLong
	case "timestamp-millis", "local-timestamp-millis":
		return typed.Kind{Meaning: typed.Timestamp, Unit: typed.Millis, UTC: name[0] == 't'}, isLong
	case "timestamp-micros", "local-timestamp-micros":
		return typed.Kind{Meaning: typed.Timestamp, Unit: typed.Micros, UTC: name[0] == 't'}, isLong
	case "timestamp-nanos", "local-timestamp-nanos":
		return typed.Kind{Meaning: typed.Timestamp, Unit: typed.Nanos, UTC: name[0] == 't'}, isLong
	}
	return k, false
}

// decimal reads a decimal's digits. The scale is 0 where it is not told.
func (n *node) decimal(o spec) (k typed.Kind, ok bool) {
	precision, ok := o.number("precision")
	if !ok || precision < 1 || n.wire != wireBytes && n.wire != wireFixed {
		return k, false
	}
	scale := int64(0)
	if o.attrs["scale"] != nil {
		if scale, ok = o.number("scale"); !ok || scale < 0 || scale > precision {
			return k, false
		}
	}
	if n.wire == wireFixed && float64(precision) > math.Floor(math.Log10(2)*float64(8*n.size-1)) {
		return k, false // more digits than the bytes have
	}
	if precision > abstract.MaxPrecision && scale > 1000 {
		return k, false
	}
	return typed.Kind{Meaning: typed.Decimal, Precision: int(precision), Scale: int(scale)}, true
}
