package after

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// places are where the objects are from.
type places struct {
	list    []source.Place
	buckets map[string]object.Bucket   // by name
	named   map[abstract.ObjectID]bool // keys that are places of their own
}

func newPlaces(list []source.Place) places {
	p := places{slices.Clone(list), map[string]object.Bucket{}, map[abstract.ObjectID]bool{}}
	for _, place := range list {
		name := place.Bucket.Name()
		p.buckets[name] = place.Bucket
		p.named[abstract.ObjectID{Bucket: name, Key: place.Location.Key}] = true
		if literal, ok := place.Location.Pattern.Key(); ok {
			p.named[abstract.ObjectID{Bucket: name, Key: literal}] = true
		}
	}
	return p
}

// Check tells whether an action can be done with what is in the places, before
// anything is loaded. In particular, nothing may be moved to where one of them
// would find it again and load it under its new name.
func Check(a Action, list []source.Place) error {
	folders := map[string]string{} // by bucket
	for _, place := range list {
		b := place.Bucket
		_, disposes := b.(object.Disposer)
		_, tags := b.(object.Tagger)
		switch {
		case a.Kind == Tag && !tags:
			return fmt.Errorf("source %q: its files cannot be tagged", place.Location.Text)
		case (a.Kind == Delete || a.Kind == Move) && !disposes:
			return fmt.Errorf("source %q: its files can be neither deleted nor moved", place.Location.Text)
		case a.Kind == Move && folders[b.Name()] == "":
			folder, err := folderIn(b, a.Folder)
			if err != nil {
				return err
			}
			folders[b.Name()] = folder
		}
	}
	for _, place := range list {
		if folder := folders[place.Bucket.Name()]; folder != "" && reaches(place, folder) {
			return fmt.Errorf("source %q may match what is moved into %q, and would load it again: choose another folder, or one that begins "+
				"with _, which directories and ** leave out", place.Location.Text, a.Folder)
		}
	}
	return nil
}

// reaches tells whether a place may find something below a folder. A folder of
// local files is also looked at with all symbolic links resolved.
func reaches(place source.Place, folder string) bool {
	below := func(dir string) bool {
		dir = strings.TrimSuffix(dir, "/")
		if key, literal := place.Location.Pattern.Key(); literal {
			all, err := object.ParsePattern(object.QuotePattern(strings.TrimSuffix(key, "/")) + "/")
			return err != nil || all.MayMatchBelow(dir)
		}
		return place.Location.Pattern.MayMatchBelow(dir)
	}
	if below(folder) || place.Bucket.Name() != abstract.LocalBucket {
		return below(folder)
	}
	root := literalRoot(place.Location)
	rel, err := filepath.Rel(realPath(root), realPath(folder))
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return false
	}
	return below(path.Join(root, filepath.ToSlash(rel)))
}

// realPath resolves the symbolic links in a path, as far as it exists.
func realPath(name string) string {
	name = path.Clean(name)
	resolved, err := filepath.EvalSymlinks(name)
	switch {
	case err == nil:
		return filepath.ToSlash(resolved)
	case name == "/" || name == ".":
		return name
	}
	return path.Join(realPath(path.Dir(name)), path.Base(name))
}

// folderIn is the beginning of the keys of what is moved, which ends in a slash.
func folderIn(b object.Bucket, text string) (string, error) {
	if b.Name() == abstract.LocalBucket {
		folder, err := filepath.Abs(text)
		if err != nil {
			return "", fmt.Errorf("find the folder %q: %w", text, err)
		}
		return strings.TrimSuffix(filepath.ToSlash(folder), "/") + "/", nil
	}
	switch {
	case strings.Contains(text, "://"):
		return "", fmt.Errorf("%q: objects stay in their bucket: write the beginning of their new keys, such as done/", text)
	case strings.HasPrefix(text, "/"):
		return "", fmt.Errorf("%q: keys in %s begin without a slash", text, b.Name())
	}
	return strings.TrimSuffix(text, "/") + "/", nil
}

// errForeign would be a bug: only what a place has delivered is loaded.
var errForeign = errors.New("no source has this file")

// destination is the key that an object is moved to: the folder, and what
// follows the place's literal folder in its own key.
func (p places) destination(id abstract.ObjectID, text string) (string, error) {
	folder, err := folderIn(p.buckets[id.Bucket], text)
	if err != nil {
		return "", err
	}
	if p.named[abstract.ObjectID{Bucket: id.Bucket, Key: id.Key}] {
		return folder + path.Base(id.Key), nil
	}
	for _, place := range p.list {
		if place.Bucket.Name() == id.Bucket {
			if root, ok := rootOf(place.Location, id.Key); ok {
				return folder + strings.TrimPrefix(id.Key, root), nil
			}
		}
	}
	return "", abstract.WithClass(abstract.FileOnly, fmt.Errorf("move %q: %w", id.Key, errForeign))
}

// rootOf is the folder below which a place has a key; ok is false if it does
// not have it. A place without wildcards is taken for a folder.
func rootOf(l source.Location, key string) (root string, ok bool) {
	root = literalRoot(l)
	if _, isKey := l.Pattern.Key(); isKey {
		return root, strings.HasPrefix(key, root)
	}
	return root, l.Pattern.Match(key)
}

// literalRoot is what the keys in a place begin with, in whole folders. It is
// empty or ends in a slash.
func literalRoot(l source.Location) string {
	if literal, isKey := l.Pattern.Key(); isKey {
		return strings.TrimSuffix(literal, "/") + "/"
	}
	prefix := l.Pattern.Prefix()
	return prefix[:strings.LastIndexByte(prefix, '/')+1]
}
