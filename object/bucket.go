package object

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Info is what a listing tells of one object.
type Info struct {
	// Key is the object's name, byte for byte.
	Key string
	// Generation changes whenever the content does; see [abstract.ObjectID].
	Generation string
	// Version is the store's own version id, used for reads where it is not
	// empty. It is never part of an object's identity.
	Version string
	// Size is the number of bytes stored, before any decompression.
	Size int64
	// ModTime is for display. Nothing is decided by it, save that what was
	// written anew is not disposed of.
	ModTime time.Time
}

// ErrChanged reports that an object no longer is the generation asked for:
// it was overwritten or cut, or deleted while it was read. It comes classified
// as [abstract.FileOnly].
var ErrChanged = errors.New("object changed since it was listed")

// Bucket is one place that holds objects. Its methods may be called
// concurrently and retried. Errors are classified with [abstract.WithClass]:
// NotFound for an object that is not there, FileOnly for one that cannot be
// read for a reason of its own (changed, forbidden, archived), Transient for
// what may pass.
type Bucket interface {
	// Name is the bucket's part of an [abstract.ObjectID].
	Name() string
	// List calls page with the objects whose keys start with prefix, at most
	// 1,000 at a time, in an order that the store chooses. The slice is only
	// valid during the call. An error from page ends the listing and is
	// returned as it is. Memory does not grow with the number of objects.
	List(ctx context.Context, prefix string, page func([]Info) error) error
	// Stat describes one object.
	Stat(ctx context.Context, key string) (Info, error)
	// Open reads length bytes from offset on, to the end if length is
	// negative, of exactly the generation in info. The reader answers io.EOF
	// only after all bytes asked for, and to the end only after it has
	// verified that the generation is still the same: bytes that end early
	// are io.ErrUnexpectedEOF or ErrChanged, never an end of file. Reads end
	// when ctx does, with its error.
	Open(ctx context.Context, info Info, offset, length int64) (io.ReadCloser, error)
	// Close frees what the bucket holds. Open readers stay valid.
	Close() error
}

// ID is the identity of the object that info describes.
func ID(b Bucket, info Info) abstract.ObjectID {
	return abstract.ObjectID{Bucket: b.Name(), Key: info.Key, Generation: info.Generation}
}
