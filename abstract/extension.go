package abstract

import (
	"fmt"
	"reflect"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// extension is one of Arrow's canonical extension types that have no
// parameters: a name that says what the values of the storage mean. The
// library's own, in arrow/extensions, are not used: they bring in a Parquet
// reader and net/http, and register themselves when they are imported.
// https://arrow.apache.org/docs/format/CanonicalExtensions.html
type extension struct {
	arrow.ExtensionBase
	name string
}

// Extension is an array of a JSON or a UUID column. Its storage holds the
// values: an [array.String] or an [array.FixedSizeBinary].
type Extension struct{ array.ExtensionArrayBase }

func (e *extension) ArrayType() reflect.Type { return reflect.TypeFor[Extension]() }
func (e *extension) ExtensionName() string   { return e.name }
func (e *extension) String() string          { return fmt.Sprintf("extension<%s>", e.name) }
func (e *extension) Serialize() string       { return "" }

// ExtensionEquals tells whether the other type has the same name and storage,
// whoever implements it.
func (e *extension) ExtensionEquals(other arrow.ExtensionType) bool {
	return e.name == other.ExtensionName() && arrow.TypeEqual(e.Storage, other.StorageType())
}

// Deserialize is how a registry makes the type of what Serialize wrote.
func (e *extension) Deserialize(storage arrow.DataType, data string) (arrow.ExtensionType, error) {
	if !arrow.TypeEqual(storage, e.Storage) {
		return nil, fmt.Errorf("%s in %s: %s is wanted", e.name, storage, e.Storage)
	}
	return e, nil
}
