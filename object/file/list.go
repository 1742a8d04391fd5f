package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// pageSize is both how many objects are handed over and how many names are
// read from a directory at a time.
const pageSize = 1000

// List implements [object.Bucket]. The prefix is an absolute path that may
// end within a name. Each page is sorted by key; the order of pages is that
// of the directories. Files that vanish meanwhile, and links that lead
// nowhere, are left out. A directory that cannot be read ends the listing
// with an error, unless it has vanished. One directory is held open for each
// level of depth.
func (b Bucket) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	return b.ListPruned(ctx, prefix, func(string) bool { return true }, page)
}

// ListPruned implements [object.Pruner].
func (Bucket) ListPruned(ctx context.Context, prefix string, enter func(dir string) bool, page func([]object.Info) error) error {
	dir, start := path.Split(prefix)
	if name := strings.TrimSuffix(dir, "/"); dir != "/" && (name == "/" || !isClean(name)) {
		return fmt.Errorf("list %q: %w", prefix, errNotClean)
	}
	l := &lister{ctx: ctx, enter: enter, page: page}
	if err := l.walk(dir, start); err != nil {
		return err
	}
	return l.flush()
}

// lister is one listing.
type lister struct {
	ctx   context.Context
	enter func(dir string) bool
	page  func([]object.Info) error
	infos []object.Info // not yet handed over, at most pageSize
}

// walk lists what is below dir, which ends in a slash: there, only the names
// that begin with start.
func (l *lister) walk(dir, start string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	f, err := os.Open(dir) // a pipe never opens here: its path would not end in a slash
	if isGone(err) {
		return nil
	}
	if err != nil {
		return listError(dir, err)
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(pageSize)
		if err := l.entries(dir, start, entries); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) || isGone(err) {
			return nil
		}
		if err != nil {
			return listError(dir, err)
		}
	}
}

// entries lists the files among the entries, then walks the directories. The
// names sort as their keys do, as long as they are all of one directory.
func (l *lister) entries(dir, start string, entries []fs.DirEntry) error {
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), start) {
			continue
		}
		if t := e.Type(); t.IsRegular() || t == fs.ModeSymlink {
			if err := l.file(dir + e.Name()); err != nil {
				return err
			}
		}
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), start) && l.enter(dir+e.Name()) {
			if err := l.walk(dir+e.Name()+"/", ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// file adds one file to the page.
func (l *lister) file(key string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	fi, err := os.Stat(key)
	switch {
	case isGone(err), isOneOf(err, syscall.ELOOP):
		return nil
	case err != nil:
		return listError(key, err)
	case !fi.Mode().IsRegular():
		return nil
	}
	if len(l.infos) == pageSize {
		if err := l.flush(); err != nil {
			return err
		}
	}
	l.infos = append(l.infos, describe(key, fi))
	return nil
}

// flush hands over the page and reuses its memory for the next.
func (l *lister) flush() error {
	if len(l.infos) == 0 {
		return nil
	}
	if err := l.ctx.Err(); err != nil {
		return err
	}
	slices.SortFunc(l.infos, func(a, b object.Info) int { return strings.Compare(a.Key, b.Key) })
	err := l.page(l.infos)
	clear(l.infos) // let go of the keys
	l.infos = l.infos[:0]
	return err
}

// listError is fatal unless it may pass, even if it is about one file: a
// listing that silently lacks files is a loss.
func listError(name string, err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	class := abstract.Permanent
	if isTransient(err) {
		class = abstract.Transient
	}
	return abstract.WithClass(class, fmt.Errorf("list %q: %w", name, err))
}

// Reaches implements [object.Linker]: no directory of key below that of prefix
// may be a symbolic link.
func (Bucket) Reaches(prefix, key string) bool {
	if !strings.HasPrefix(key, prefix) {
		return false
	}
	for i := strings.LastIndexByte(prefix, '/') + 1; ; i++ {
		n := strings.IndexByte(key[i:], '/')
		if n < 0 {
			return true
		}
		i += n
		if fi, err := os.Lstat(key[:i]); err != nil || !fi.IsDir() {
			return false
		}
	}
}
