package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

var (
	errLink   = errors.New("is a symbolic link, which would lead elsewhere from another folder")
	errDevice = errors.New("is on another file system: choose a folder on the same one")
)

// Remove implements [object.Disposer]. Of a symbolic link, the link is deleted.
// A file that is renamed into place between the last look at the old one and
// its deletion, some microseconds, is deleted in its stead.
func (Bucket) Remove(ctx context.Context, id abstract.ObjectID) error {
	const doing = "delete"
	there, err := present(ctx, doing, id)
	if err != nil || !there {
		return err
	}
	return disposeError(doing, id.Key, remove(id.Key))
}

// Move implements [object.Disposer]. Missing folders are made. The new name is
// made first, as a second link to the file, which never replaces anything,
// and then the old one is removed; only where there are no links is the file
// renamed, after a look that nothing has the new name. Symbolic links are not
// moved. The gap is that of [Bucket.Remove].
func (Bucket) Move(ctx context.Context, id abstract.ObjectID, key string) error {
	const doing = "move"
	there, err := present(ctx, doing, id)
	if err != nil || !there {
		return err
	}
	return disposeError(doing, id.Key, move(id, key))
}

// present tells whether the generation is there. Nothing there is no error.
func present(ctx context.Context, doing string, id abstract.ObjectID) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	fi, err := stat(id.Key)
	if err != nil {
		err = fileError(doing, id.Key, err)
		if abstract.ClassOf(err) == abstract.NotFound {
			return false, nil
		}
		return false, err
	}
	if now := generation(fi); now != id.Generation {
		return false, fileError(doing, id.Key, fmt.Errorf("%w: generation %s, was %s", object.ErrChanged, now, id.Generation))
	}
	return true, nil
}

func remove(key string) error {
	if err := os.Remove(key); !isGone(err) {
		return err
	}
	return nil
}

func move(id abstract.ObjectID, key string) error {
	here, err := os.Lstat(id.Key)
	switch {
	case isGone(err):
		return nil
	case err != nil:
		return err
	case !here.Mode().IsRegular():
		return errLink
	}
	if err := os.MkdirAll(path.Dir(key), 0o777); err != nil {
		return err
	}
	linkErr := os.Link(id.Key, key)
	switch {
	case linkErr == nil, errors.Is(linkErr, fs.ErrExist):
	case isOneOf(linkErr, syscall.EXDEV):
		return errDevice
	case isOneOf(linkErr, syscall.EPERM, syscall.ENOTSUP, syscall.ENOSYS, syscall.EMLINK):
		return rename(id.Key, key)
	case isGone(linkErr):
		return nil // the file is: the folder was made
	default:
		return linkErr
	}
	moved, err := os.Lstat(key)
	switch {
	case err != nil:
		return err
	case linkErr == nil && generation(moved) != id.Generation: // it was replaced meanwhile
		return errors.Join(object.ErrChanged, os.Remove(key))
	case !os.SameFile(moved, here): // else a process has ended between the two steps
		return fmt.Errorf("as %q: %w", key, object.ErrExists)
	}
	now, err := os.Lstat(id.Key)
	switch {
	case isGone(err):
		return nil
	case err != nil:
		return err
	case !os.SameFile(now, moved): // another file has got the old name, and keeps it
		return nil
	}
	return remove(id.Key)
}

// rename moves a file where it can have no second name.
func rename(old, key string) error {
	if _, err := os.Lstat(key); !isGone(err) {
		return errors.Join(fmt.Errorf("as %q: %w", key, object.ErrExists), err)
	}
	err := os.Rename(old, key)
	if isOneOf(err, syscall.EXDEV) {
		return errDevice
	}
	return err
}

// disposeError names and classifies what went wrong with a file that was there
// a moment ago.
func disposeError(doing, key string, err error) error {
	if err == nil {
		return nil
	}
	if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		err = fmt.Errorf("as %q: %w", linkErr.New, linkErr.Err)
	}
	class := abstract.FileOnly
	switch {
	case isTransient(err):
		class = abstract.Transient
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w: that takes the permission to write to the folder", err)
	}
	return abstract.WithClass(class, fmt.Errorf("%s %q: %w", doing, key, err))
}
