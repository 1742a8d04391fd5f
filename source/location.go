package source

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Location is a place that a user names.
type Location struct {
	// Text is what the user wrote.
	Text string
	// Scheme names the kind of store, "file" for local paths.
	Scheme string
	// Bucket is the store's part of the address, empty for local paths.
	Bucket string
	// Key is the rest, taken as it is.
	Key string
	// Pattern is the rest, taken as a pattern.
	Pattern object.Pattern
}

// scheme is how the address of a bucket begins.
var scheme = regexp.MustCompile(`^([a-z][a-z0-9+.-]*)://`)

// SplitScheme takes a text apart into the scheme that it begins with, and the
// rest. The scheme is "" and the rest is the text if it begins with none: a
// local path may have "://" in it.
func SplitScheme(text string) (name, rest string) {
	if m := scheme.FindStringSubmatch(text); m != nil {
		return m[1], text[len(m[0]):]
	}
	return "", text
}

// Parse reads a location: a local path or file:///path, or scheme://bucket/key
// for any other store, each of which may be a pattern (see [object.Pattern]).
// Nothing in it is percent-encoded. A relative path is made absolute, and is
// shortened as far as it can be without looking at the file system. Whether
// there is such a store, and what is in it, is not looked at.
func Parse(text string) (Location, error) {
	l := Location{Text: text, Scheme: "file"}
	name, rest := SplitScheme(text)
	if name != "" {
		l.Scheme = name
	}
	var pattern string
	var err error
	switch {
	case text == "":
		err = errors.New("source without a name: write a file, a directory or a pattern such as 'data/*.csv'")
	case l.Scheme != "file":
		l.Bucket, l.Key, _ = strings.Cut(rest, "/")
		pattern = l.Key
		if l.Bucket == "" || strings.ContainsAny(l.Bucket, `*?[]{}\`) {
			err = fmt.Errorf("source %q: write %s://bucket/key, the bucket without wildcards", text, l.Scheme)
		}
	case rest != text && !strings.HasPrefix(rest, "/"):
		err = fmt.Errorf("source %q: write file:///path, with three slashes", text)
	default:
		l.Key, pattern, err = absolute(rest)
	}
	if err != nil {
		return Location{}, err
	}
	if l.Pattern, err = object.ParsePattern(pattern); err != nil {
		return Location{}, fmt.Errorf("source %q: %w", text, err)
	}
	return l, nil
}

// absolute returns a local path as an absolute one: as it is, and as a
// pattern, in which the working directory is no pattern.
func absolute(text string) (key, pattern string, err error) {
	key, pattern = text, text
	if !strings.HasPrefix(text, "/") {
		dir, err := filepath.Abs("")
		if err != nil {
			return "", "", fmt.Errorf("source %q: find the working directory: %w", text, err)
		}
		dir = filepath.ToSlash(dir)
		key, pattern = dir+"/"+text, object.QuotePattern(dir)+"/"+text
	}
	return clean(key), clean(pattern), nil
}

// clean is path.Clean, but keeps a final slash: it means a directory.
func clean(p string) string {
	cleaned := path.Clean(p)
	if strings.HasSuffix(p, "/") && cleaned != "/" {
		return cleaned + "/"
	}
	return cleaned
}

// TableName is the default name for the table that the location's objects go
// into: see [object.Pattern.TableName]; the bucket's where there is none.
func (l Location) TableName() string {
	if name := l.Pattern.TableName(); name != "" {
		return name
	}
	return l.Bucket
}

// Resolve looks into the bucket for what the location means there:
//
//   - The object of that very name, if there is one. A local file may have
//     wildcards in its name; in other stores they are always wildcards.
//   - Else, without wildcards, all that is below the directory of that name.
//   - Else, what matches the pattern.
func (l Location) Resolve(ctx context.Context, b object.Bucket) (object.Pattern, error) {
	literal, isKey := l.Pattern.Key()
	var keys []string
	if isKey {
		keys = append(keys, literal)
	}
	if l.Scheme == "file" && l.Key != literal && !strings.HasSuffix(l.Key, "/") {
		keys = append([]string{l.Key}, keys...)
	}
	for _, key := range keys {
		_, err := b.Stat(ctx, key)
		switch class := abstract.ClassOf(err); {
		case err == nil:
			return object.KeyPattern(key), nil
		case class == abstract.NotFound:
			continue
		case class == abstract.FileOnly:
			class = abstract.Permanent // it is all that was asked for
			fallthrough
		default:
			return object.Pattern{}, abstract.WithClass(class, fmt.Errorf("source %q: %w", l.Text, err))
		}
	}
	if isKey {
		return object.ParsePattern(l.Pattern.String() + "/")
	}
	return l.Pattern, nil
}
