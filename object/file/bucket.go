package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Bucket is the file system. It holds nothing open between calls and has no
// state, so that all copies of it are the same bucket.
type Bucket struct{}

var (
	_ object.Bucket   = Bucket{}
	_ object.Pruner   = Bucket{}
	_ object.Linker   = Bucket{}
	_ object.Disposer = Bucket{}
)

// New returns the bucket of this machine's files.
func New() Bucket { return Bucket{} }

// Name is [abstract.LocalBucket].
func (Bucket) Name() string { return abstract.LocalBucket }

// Close does nothing.
func (Bucket) Close() error { return nil }

// Stat describes the file at key, or the file that a symbolic link there
// leads to.
func (Bucket) Stat(ctx context.Context, key string) (object.Info, error) {
	if err := ctx.Err(); err != nil {
		return object.Info{}, err
	}
	fi, err := stat(key)
	if err != nil {
		return object.Info{}, fileError("stat", key, err)
	}
	return describe(key, fi), nil
}

var (
	errNotClean   = errors.New("not an absolute path in its shortest form")
	errDirectory  = errors.New("is a directory")
	errNotRegular = errors.New("is not a regular file")
)

// stat looks at a regular file without opening it.
func stat(key string) (fs.FileInfo, error) {
	if !isClean(key) {
		return nil, errNotClean
	}
	fi, err := os.Stat(key)
	if err != nil {
		return nil, err
	}
	return fi, regular(fi)
}

// isClean tells whether a path is absolute and in its shortest form. Taking
// others would give one file several keys, and load it once for each.
func isClean(name string) bool {
	return strings.HasPrefix(name, "/") && path.Clean(name) == name
}

// regular refuses what must not be opened: opening a pipe waits for a writer,
// and opening a device may make it do something.
func regular(fi fs.FileInfo) error {
	switch {
	case fi.IsDir():
		return errDirectory
	case !fi.Mode().IsRegular():
		return fmt.Errorf("%w (%s)", errNotRegular, fi.Mode().Type())
	}
	return nil
}

func describe(key string, fi fs.FileInfo) object.Info {
	return object.Info{Key: key, Generation: generation(fi), Size: fi.Size(), ModTime: fi.ModTime()}
}

// generation is device-inode-size-mtime in decimal, the time in nanoseconds
// since 1970.
func generation(fi fs.FileInfo) string {
	dev, ino := deviceAndInode(fi)
	b := make([]byte, 0, 64)
	b = strconv.AppendUint(b, dev, 10)
	b = append(b, '-')
	b = strconv.AppendUint(b, ino, 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, fi.Size(), 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, fi.ModTime().UnixNano(), 10)
	return string(b)
}

// fileError says what was being done to which file, and classifies the cause
// where it is about this one file. Every operation goes through it once.
func fileError(doing, key string, err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err // its own text would name the path again, unquoted
	}
	class := abstract.FileOnly
	switch {
	case isGone(err), isImpossible(err), errors.Is(err, errDirectory), errors.Is(err, errNotClean):
		class = abstract.NotFound
	case isTransient(err):
		class = abstract.Transient
	}
	return abstract.WithClass(class, fmt.Errorf("%s %q: %w", doing, key, err))
}
