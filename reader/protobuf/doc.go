// Package protobuf reads files of Protocol Buffers: messages of one type, each
// with its length ahead of it as a varint, which is what writeDelimitedTo and
// protodelim write. A FileDescriptorSet says what the messages are; protoc writes
// one with --descriptor_set_out and --include_imports.
//
// # Columns
//
// Each field of the message is a column, by the name it has in the .proto file.
//
//   - bool is bool, string text, bytes bytes, float and double float64;
//   - whole numbers are int64, but uint64 and fixed64, which are decimal(20,0);
//   - an enum is text, the name of its value, or the number of one that has none;
//   - google.protobuf.Timestamp is timestamptz, google.protobuf.Duration text
//     such as 1.5s, a wrapper such as google.protobuf.Int32Value what it wraps;
//   - other messages, groups, repeated fields and maps are json.
//
// A field that the message does not have is NULL if the .proto file tells absent
// ones from those that have their default: optional fields, members of a oneof,
// messages, and all of proto2. Otherwise it has its default, an empty list or map
// for a repeated one. A proto2 default is not applied. A required field that is
// absent makes the record bad.
//
// # JSON
//
// A message is an object with the fields that are on the wire, in the order of the
// .proto file and by the names that it has there; a list is an array, a map an
// object in the order of its keys. Numbers are numbers with all their digits, NaN
// and infinities strings, bytes base64, enums as above. Timestamps and durations
// are strings, wrappers what they wrap, Struct, Value and ListValue what they stand
// for, a FieldMask its paths with commas between. Any is the object that it is on
// the wire: it is not unpacked.
//
// # Rules
//
// Fields that the descriptor does not have are ignored, as Protocol Buffers have
// it: messages of newer programs can be read. A known field of another wire type
// makes the record bad, since the descriptor is then likely that of something
// else. Of a field that is there twice the last one counts, and two parts of a
// message are one. Text must be UTF-8 without NUL, in proto2 as well. A timestamp of
// nanoseconds that are no whole microseconds does not go into a timestamptz column.
//
// What is wrong within a message is a bad record. What is wrong with a length, and a
// file that ends within a message, fails the file, as nothing tells then where the
// next one begins. A length beyond the most that a record may have is refused before
// any of it is read.
//
// # Positions
//
// Records are numbered from 1. Offsets are bytes of the decompressed file; a record
// begins with its length, which is a part of the bytes that are kept of a bad one.
// A file is resumed only with a descriptor that says the same of its message.
package protobuf
