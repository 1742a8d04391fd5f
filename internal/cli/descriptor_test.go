package cli_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// descriptor is a FileDescriptorSet of one message, shop.Order, whose fields are
// all text.
func descriptor(t *testing.T, fields ...string) string {
	t.Helper()
	m := &descriptorpb.DescriptorProto{Name: proto.String("Order")}
	for i, name := range fields {
		m.Field = append(m.Field, &descriptorpb.FieldDescriptorProto{
			Name: &name, Number: proto.Int32(int32(i + 1)), Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		})
	}
	out, err := proto.Marshal(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{{
		Name: proto.String("shop.proto"), Package: proto.String("shop"), Syntax: proto.String("proto3"), MessageType: []*descriptorpb.DescriptorProto{m},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
