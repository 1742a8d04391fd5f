package protobuf

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// schema is a message made ready for use. It is not changed any more.
type schema struct {
	root   *message
	names  []string        // the file's columns
	types  []abstract.Type // of them
	digest string
	// expansion is how many bytes of rows a byte of the file may become at most,
	// fixed parts of rows not counted.
	expansion int64
}

// load finds a message in a FileDescriptorSet. What is wrong with them is not the
// file's fault.
func load(descriptor []byte, name string) (*schema, error) {
	if len(descriptor) == 0 || name == "" {
		return nil, fmt.Errorf("a descriptor and the name of a message in it are needed")
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(descriptor, &set); err != nil {
		return nil, fmt.Errorf("the descriptor is no FileDescriptorSet, as protoc --descriptor_set_out writes it: %w", err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, fmt.Errorf("the descriptor is not complete: was it written with --include_imports? %w", err)
	}
	name = strings.TrimPrefix(name, ".")
	found, err := files.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("the descriptor has no message %s%s", reader.Quote([]byte(name)), known(&set))
	}
	desc, ok := found.(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is not a message", name)
	}
	c := compiler{known: make(map[protoreflect.FullName]*message)}
	s := &schema{root: c.message(desc)}
	if n := len(s.root.fields); n > reader.MaxColumns {
		return nil, fmt.Errorf("message %s has %d fields: more than %d are not read", name, n, reader.MaxColumns)
	}
	for i := range s.root.fields {
		s.names = append(s.names, s.root.fields[i].name)
		s.types = append(s.types, s.root.fields[i].natural())
	}
	reader.Distinct(s.names)
	s.expansion = expansion(c.known)
	s.digest, err = digest(desc)
	return s, err
}

// expansion is that of messages of which one may hold the others. A field takes two
// bytes at least, and is written by its name; so is an enum's value. No other value
// takes more than six times its bytes, a control character in a string.
func expansion(known map[protoreflect.FullName]*message) int64 {
	longest := 0
	for _, m := range known {
		for i := range m.fields {
			longest = max(longest, len(m.fields[i].name))
			for _, name := range m.fields[i].enum {
				longest = max(longest, len(name))
			}
		}
	}
	return 6 + int64(longest)
}

// known lists some messages that there are.
func known(set *descriptorpb.FileDescriptorSet) string {
	const most = 10
	list := ""
	n := 0
	for _, file := range set.GetFile() {
		for _, m := range file.GetMessageType() {
			if n++; n > most {
				return list + " …"
			}
			name := m.GetName()
			if file.GetPackage() != "" {
				name = file.GetPackage() + "." + name
			}
			if list += ", "; n == 1 {
				list = ", but "
			}
			list += name
		}
	}
	return list
}

// compiler makes messages of descriptors, each once: they may hold themselves.
type compiler struct {
	known map[protoreflect.FullName]*message
}

func (c *compiler) message(desc protoreflect.MessageDescriptor) *message {
	if m := c.known[desc.FullName()]; m != nil {
		return m
	}
	m := &message{name: string(desc.FullName()), form: forms[desc.FullName()], places: make(map[protowire.Number]int), oneofs: desc.Oneofs().Len()}
	c.known[desc.FullName()] = m
	for i := range desc.Fields().Len() {
		d := desc.Fields().Get(i)
		f := field{
			name: string(d.Name()), number: d.Number(), kind: d.Kind(), list: d.IsList(), entries: d.IsMap(),
			presence: d.HasPresence(), required: d.Cardinality() == protoreflect.Required, oneof: -1,
		}
		if o := d.ContainingOneof(); o != nil && !o.IsSynthetic() {
			f.oneof = o.Index()
		}
		if d.Message() != nil {
			f.message = c.message(d.Message())
		}
		if d.Enum() != nil {
			f.enum = make(map[protoreflect.EnumNumber]string)
			for k := d.Enum().Values().Len() - 1; k >= 0; k-- { // of aliases the first counts
				v := d.Enum().Values().Get(k)
				f.enum[v.Number()] = string(v.Name())
			}
		}
		m.places[f.number] = len(m.fields)
		m.fields = append(m.fields, f)
	}
	return m
}
