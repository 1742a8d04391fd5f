package connector

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// Registry holds the drivers by name. It is filled once and then only read.
type Registry struct {
	// Buckets are the object stores by URL scheme, "file" for local paths.
	Buckets map[string]OpenBucket
	// Targets are the databases by the scheme of --to.
	Targets map[string]OpenTarget
	// Formats are the file formats by the name of --format.
	Formats map[string]reader.Format
	// Extensions gives the format's name for a file extension.
	Extensions map[string]string
	// Shared gives, for an extension that several formats have, one that finds
	// out for each file which it is.
	Shared map[string]reader.Format
}

// OpenBucket opens the bucket of that name; a local one has no name. What goes
// wrong is for the user to change.
type OpenBucket func(ctx context.Context, name string, opts BucketOptions) (object.Bucket, error)

// BucketOptions is how a remote store is reached. The zero value is what the
// environment says.
type BucketOptions struct {
	// Endpoint is the store's URL, Region where the bucket is.
	Endpoint, Region string
	// PathStyle puts the bucket's name into the path of URLs.
	PathStyle bool
	// Profile names the credentials to use, Role what to become with them.
	Profile, Role string
	// RequesterPays agrees to pay for requests.
	RequesterPays bool
	// CAFile is a file of PEM certificates to trust besides the system's.
	CAFile string
	// AllowHTTP lets requests go over plain http to another host.
	AllowHTTP bool
}

// OpenTarget opens a target. address is what follows the scheme and its colon.
type OpenTarget func(ctx context.Context, address string, opts TargetOptions) (target.Target, error)

// TargetOptions is what a target may need to know when it is opened.
type TargetOptions struct {
	// Buffer is how many bytes of rows it may hold in memory.
	Buffer int64
	// ReadOnly tells that nothing will be written.
	ReadOnly bool
	// Out is where a target that prints prints to.
	Out io.Writer
}

// OpenTarget opens the target that --to names.
func (r *Registry) OpenTarget(ctx context.Context, to string, opts TargetOptions) (target.Target, error) {
	scheme, address, ok := strings.Cut(to, ":")
	open := r.Targets[scheme]
	switch {
	case !ok:
		return nil, &AddressError{To: to, Schemes: names(r.Targets)}
	case open == nil:
		return nil, &UnknownError{Kind: "target", Name: scheme + ":", Known: names(r.Targets)}
	}
	return open(ctx, address, opts)
}

// Shown is a target's address as it may be shown and logged: *** stands for the
// password, if there is one in it.
func Shown(to string) string {
	scheme, rest, ok := strings.Cut(to, "://")
	if !ok {
		return to
	}
	// The last @, because a password may hold one that is not escaped.
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		if user, _, ok := strings.Cut(rest[:at], ":"); ok {
			rest = user + ":***" + rest[at:]
		}
	}
	return scheme + "://" + secretSetting.ReplaceAllString(rest, "$1***")
}

// secretSetting is a setting of a URL's query that is not shown.
var secretSetting = regexp.MustCompile(`(?i)([?&][^=&]*password=)[^&]*`)

// AddressError reports a target's address that no driver can be found for, or
// that its driver cannot take.
type AddressError struct {
	To string
	// Schemes are what an address may begin with, if that is what is wrong.
	Schemes []string
	// Fix says what to write, if it is something else.
	Fix string
}

func (e *AddressError) Error() string {
	if e.Fix != "" {
		return fmt.Sprintf("target %q: %s", e.To, e.Fix)
	}
	forms := make([]string, len(e.Schemes))
	for i, scheme := range e.Schemes {
		forms[i] = scheme + ":"
	}
	return fmt.Sprintf("target %q does not say what it is: begin it with one of %s, as in duckdb:my.duckdb",
		e.To, strings.Join(forms, ", "))
}

// UnknownError reports a name that no driver has.
type UnknownError struct {
	Kind, Name string
	Known      []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s %q is not known: use one of %s", e.Kind, e.Name, strings.Join(e.Known, ", "))
}

// Format picks the format for an object: the one of the given name or, if the
// name is "auto", the one that the key's extension stands for.
func (r *Registry) Format(name, key string) (reader.Format, error) {
	if name != "auto" {
		if f := r.Formats[name]; f != nil {
			return f, nil
		}
		return nil, &UnknownError{Kind: "format", Name: name, Known: append([]string{"auto"}, names(r.Formats)...)}
	}
	ext := strings.TrimPrefix(strings.ToLower(path.Ext(object.TrimCompression(key))), ".")
	if f := r.Shared[ext]; f != nil {
		return f, nil
	}
	if f := r.Formats[r.Extensions[ext]]; f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("the name does not tell the format: use --format %s, or a pattern that leaves the file out",
		strings.Join(names(r.Formats), "|"))
}

func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
