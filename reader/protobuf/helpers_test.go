package protobuf

import (
	"bytes"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// set is a FileDescriptorSet of messages of the package test, with what Google
// provides.
func set(messages ...*descriptorpb.DescriptorProto) *descriptorpb.FileDescriptorSet {
	s := &descriptorpb.FileDescriptorSet{}
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("test.proto"), Package: proto.String("test"), Syntax: proto.String("proto3"), MessageType: messages,
		EnumType: []*descriptorpb.EnumDescriptorProto{{
			Name: proto.String("Color"), Options: &descriptorpb.EnumOptions{AllowAlias: proto.Bool(true)},
			Value: []*descriptorpb.EnumValueDescriptorProto{
				{Name: proto.String("NONE"), Number: proto.Int32(0)}, {Name: proto.String("RED"), Number: proto.Int32(1)},
				{Name: proto.String("CRIMSON"), Number: proto.Int32(1)}, {Name: proto.String("BELOW"), Number: proto.Int32(-1)},
			},
		}},
	}
	for _, f := range []protoreflect.FileDescriptor{
		timestamppb.File_google_protobuf_timestamp_proto, durationpb.File_google_protobuf_duration_proto,
		wrapperspb.File_google_protobuf_wrappers_proto, structpb.File_google_protobuf_struct_proto,
		fieldmaskpb.File_google_protobuf_field_mask_proto, anypb.File_google_protobuf_any_proto,
	} {
		s.File = append(s.File, protodesc.ToFileDescriptorProto(f))
		file.Dependency = append(file.Dependency, f.Path())
	}
	s.File = append(s.File, file)
	return s
}

// message is a message of those fields. Maps have their entries as nested types.
func messageOf(name string, fields ...*descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	return &descriptorpb.DescriptorProto{Name: &name, Field: fields}
}

// a is a field: of a scalar type, or of the message or enum that is named.
func a(name string, number int32, kind protoreflect.Kind, named ...string) *descriptorpb.FieldDescriptorProto {
	typ := descriptorpb.FieldDescriptorProto_Type(kind)
	label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
	f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &number, Type: &typ, Label: &label}
	if len(named) > 0 {
		f.TypeName = &named[0]
	}
	return f
}

func list(f *descriptorpb.FieldDescriptorProto) *descriptorpb.FieldDescriptorProto {
	label := descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	f.Label = &label
	return f
}

func in(oneof int32, f *descriptorpb.FieldDescriptorProto) *descriptorpb.FieldDescriptorProto {
	f.OneofIndex = &oneof
	return f
}

// entryOf is the nested type of a map.
func entryOf(name string, key protoreflect.Kind, value *descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	m := messageOf(name, a("key", 1, key), value)
	m.Options = &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}
	return m
}

const (
	boolean, text, raw, object, enum    = protoreflect.BoolKind, protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind, protoreflect.EnumKind
	int32s, int64s, uint32s, uint64s    = protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind
	sint32s, sint64s, fixed32s, fixed64 = protoreflect.Sint32Kind, protoreflect.Sint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind
	sfixed32, sfixed64, floats, doubles = protoreflect.Sfixed32Kind, protoreflect.Sfixed64Kind, protoreflect.FloatKind, protoreflect.DoubleKind
)

// everything has a field of every kind.
func everything() *descriptorpb.DescriptorProto {
	m := messageOf("Row",
		a("b", 1, boolean), a("i32", 2, int32s), a("i64", 3, int64s), a("u32", 4, uint32s), a("u64", 5, uint64s), a("s32", 6, sint32s), a("s64", 7, sint64s),
		a("f32", 8, fixed32s), a("f64", 9, fixed64), a("sf32", 10, sfixed32), a("sf64", 11, sfixed64), a("fl", 12, floats), a("d", 13, doubles),
		a("s", 14, text), a("raw", 15, raw), a("color", 16, enum, ".test.Color"),
		a("at", 17, object, ".google.protobuf.Timestamp"), a("took", 18, object, ".google.protobuf.Duration"), a("w", 19, object, ".google.protobuf.Int64Value"),
		in(0, a("left", 20, int32s)), in(0, a("right", 21, text)), in(0, a("nested_row", 22, object, ".test.Row")), in(1, a("opt", 23, int32s)),
		list(a("ints", 24, sint32s)), list(a("words", 25, text)), list(a("colors", 26, enum, ".test.Color")), list(a("rows", 27, object, ".test.Row")),
		list(a("by_name", 28, object, ".test.Row.ByNameEntry")), list(a("flags", 29, object, ".test.Row.FlagsEntry")), list(a("names", 30, object, ".test.Row.NamesEntry")),
		a("extra", 31, object, ".google.protobuf.Struct"), list(a("times", 32, object, ".google.protobuf.Timestamp")), list(a("blobs", 33, object, ".google.protobuf.BytesValue")),
		list(a("doubles", 34, doubles)), list(a("floats", 35, floats)),
	)
	m.NestedType = []*descriptorpb.DescriptorProto{
		entryOf("ByNameEntry", text, a("value", 2, object, ".test.Row")),
		entryOf("FlagsEntry", sint32s, a("value", 2, boolean)),
		entryOf("NamesEntry", boolean, a("value", 2, enum, ".test.Color")),
	}
	m.OneofDecl = []*descriptorpb.OneofDescriptorProto{{Name: proto.String("side")}, {Name: proto.String("_opt")}}
	for _, f := range m.Field {
		if f.GetName() == "opt" {
			f.Proto3Optional = proto.Bool(true)
		}
	}
	return m
}

func encoded(t testing.TB, s *descriptorpb.FileDescriptorSet) []byte {
	t.Helper()
	out, err := proto.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// hintsFor are those for a message of the package test.
func hintsFor(t testing.TB, name string, messages ...*descriptorpb.DescriptorProto) reader.Hints {
	t.Helper()
	return reader.Hints{ProtoMessage: "test." + name, ProtoDescriptor: encoded(t, set(messages...))}
}

// dynamic is an empty message of the descriptor that hints name.
func dynamic(t testing.TB, hints reader.Hints) *dynamicpb.Message {
	t.Helper()
	var s descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(hints.ProtoDescriptor, &s); err != nil {
		t.Fatal(err)
	}
	files, err := protodesc.NewFiles(&s)
	if err != nil {
		t.Fatal(err)
	}
	d, err := files.FindDescriptorByName(protoreflect.FullName(hints.ProtoMessage))
	if err != nil {
		t.Fatal(err)
	}
	return dynamicpb.NewMessage(d.(protoreflect.MessageDescriptor))
}

// written is messages in ProtoJSON, as Google's library writes them.
func written(t testing.TB, hints reader.Hints, messages ...string) (file []byte) {
	t.Helper()
	for _, text := range messages {
		m := dynamic(t, hints)
		if err := protojson.Unmarshal([]byte(text), m); err != nil {
			t.Fatal(err)
		}
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, framed(data)...)
	}
	return file
}

// framed is a message with its length ahead.
func framed(message []byte) []byte {
	return append(protowire.AppendVarint(nil, uint64(len(message))), message...)
}

// inMemory is a file with that content.
func inMemory(data []byte) reader.File { return readertest.InMemory("f.pb", data) }

// request asks for all of a file in the table that the message suggests.
func request(t testing.TB, hints reader.Hints, data []byte) reader.Request {
	t.Helper()
	s, err := load(hints.ProtoDescriptor, hints.ProtoMessage)
	if err != nil {
		t.Fatal(err)
	}
	return reader.Request{
		File: inMemory(data), Dialect: reader.Dialect{Format: Name, ProtoMessage: hints.ProtoMessage, ProtoDigest: s.digest}, ProtoDescriptor: hints.ProtoDescriptor,
		Schema: tableOf(s), Table: "t", Limits: reader.NewLimits(0, 2),
	}
}

func tableOf(s *schema) abstract.Schema {
	table := abstract.Schema{}
	for i, name := range s.names {
		table = append(table, abstract.Column{Name: name, Type: s.types[i]})
	}
	return table
}

func gz(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func zst(data []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll(data, nil)
}
