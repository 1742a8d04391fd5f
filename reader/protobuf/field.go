package protobuf

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// message is what a descriptor says of a message.
type message struct {
	name   string
	form   form
	fields []field
	places map[protowire.Number]int // in fields
	oneofs int
}

// field is what a descriptor says of a field.
type field struct {
	name     string
	number   protowire.Number
	kind     protoreflect.Kind
	list     bool // repeated, and no map
	entries  bool // a map; message is that of an entry
	presence bool
	required bool
	oneof    int // its oneof's place among the message's, negative if it is in none
	message  *message
	enum     map[protoreflect.EnumNumber]string
}

// form is what a message is written as.
type form uint8

const (
	asObject form = iota
	asTimestamp
	asDuration
	asWrapped // its field is
	asMembers // its only field is: of Struct and ListValue
	asValue   // its field that is set, or null
	asPaths
)

// forms are the messages that stand for something else.
var forms = map[protoreflect.FullName]form{
	"google.protobuf.Timestamp": asTimestamp, "google.protobuf.Duration": asDuration, "google.protobuf.FieldMask": asPaths,
	"google.protobuf.Struct": asMembers, "google.protobuf.ListValue": asMembers, "google.protobuf.Value": asValue,
	"google.protobuf.BoolValue": asWrapped, "google.protobuf.BytesValue": asWrapped, "google.protobuf.DoubleValue": asWrapped,
	"google.protobuf.FloatValue": asWrapped, "google.protobuf.Int32Value": asWrapped, "google.protobuf.Int64Value": asWrapped,
	"google.protobuf.StringValue": asWrapped, "google.protobuf.UInt32Value": asWrapped, "google.protobuf.UInt64Value": asWrapped,
}

// natural is the type of a field's column.
func (f *field) natural() abstract.Type {
	if f.list || f.entries {
		return abstract.JSON
	}
	switch f.kind {
	case protoreflect.BoolKind:
		return abstract.Bool
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return abstract.Float64
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return abstract.Decimal(20, 0)
	case protoreflect.StringKind, protoreflect.EnumKind:
		return abstract.Text
	case protoreflect.BytesKind:
		return abstract.Bytes
	case protoreflect.MessageKind, protoreflect.GroupKind:
		switch f.message.form {
		case asTimestamp:
			return abstract.TimestampTZ
		case asDuration:
			return abstract.Text
		case asWrapped:
			return f.message.fields[0].natural()
		}
		return abstract.JSON
	}
	return abstract.Int64
}

// wire is the wire type of a field's values.
func (f *field) wire() protowire.Type {
	switch f.kind {
	case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return protowire.Fixed32Type
	case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return protowire.Fixed64Type
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return protowire.BytesType
	case protoreflect.GroupKind:
		return protowire.StartGroupType
	}
	return protowire.VarintType
}

// enumText is the text of an enum's value.
func (f *field) enumText(to []byte, v int32) []byte {
	if name, ok := f.enum[protoreflect.EnumNumber(v)]; ok {
		return append(to, name...)
	}
	return strconv.AppendInt(to, int64(v), 10)
}

// number64 is the bits of a scalar's value: of whole numbers the number, of a float32
// those that a float64 of the same value has. data is empty for the default.
func (f *field) number64(data []byte) (bits uint64) {
	if len(data) == 0 {
		return 0
	}
	switch f.wire() {
	case protowire.Fixed32Type:
		v, _ := protowire.ConsumeFixed32(data)
		switch f.kind {
		case protoreflect.FloatKind:
			return math.Float64bits(float64(math.Float32frombits(v)))
		case protoreflect.Sfixed32Kind:
			return uint64(int64(int32(v)))
		}
		return uint64(v)
	case protowire.Fixed64Type:
		bits, _ = protowire.ConsumeFixed64(data)
		return bits
	}
	bits, _ = protowire.ConsumeVarint(data)
	switch f.kind {
	case protoreflect.BoolKind:
		return min(bits, 1)
	case protoreflect.Sint32Kind:
		return uint64(int64(int32(protowire.DecodeZigZag(bits & math.MaxUint32))))
	case protoreflect.Sint64Kind:
		return uint64(protowire.DecodeZigZag(bits))
	case protoreflect.Int32Kind, protoreflect.EnumKind:
		return uint64(int64(int32(bits)))
	case protoreflect.Uint32Kind:
		return uint64(uint32(bits))
	}
	return bits
}
