package protobuf

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// digest is one of all that a descriptor says of a message and what it holds,
// whatever else is in the descriptor, and in whatever order.
func digest(root protoreflect.MessageDescriptor) (string, error) {
	hash := sha256.New()
	write := func(d protoreflect.Descriptor, m proto.Message) error {
		text, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			return fmt.Errorf("digest the descriptor of %s: %w", d.FullName(), err)
		}
		fmt.Fprintf(hash, "%s %d ", d.FullName(), len(text))
		hash.Write(text)
		return nil
	}
	seen := map[protoreflect.FullName]bool{root.FullName(): true}
	todo := []protoreflect.MessageDescriptor{root}
	for len(todo) > 0 {
		m := todo[0]
		todo = todo[1:]
		if err := write(m, protodesc.ToDescriptorProto(m)); err != nil {
			return "", err
		}
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			// Which of the editions' features a file has, its messages do not say.
			fmt.Fprintf(hash, "%d %t %v ", f.Number(), f.HasPresence(), f.Kind())
			if e := f.Enum(); e != nil && !seen[e.FullName()] {
				seen[e.FullName()] = true
				if err := write(e, protodesc.ToEnumDescriptorProto(e)); err != nil {
					return "", err
				}
			}
			if next := f.Message(); next != nil && !seen[next.FullName()] {
				seen[next.FullName()] = true
				todo = append(todo, next)
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16]), nil
}
