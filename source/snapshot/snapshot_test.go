package snapshot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
)

// folder makes files and returns where.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(dir+"/"+name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func places(t *testing.T, dir string, texts ...string) []snapshot.Place {
	t.Helper()
	var all []snapshot.Place
	for _, text := range texts {
		l, err := source.Parse(dir + "/" + text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, snapshot.Place{Bucket: file.New(), Location: l})
	}
	return all
}

// pages collects the keys of each page, without the folder's part.
func pages(t *testing.T, dir string, texts ...string) ([][]string, error) {
	t.Helper()
	var all [][]string
	err := snapshot.New(places(t, dir, texts...)...).Pages(t.Context(), func(_ context.Context, b object.Bucket, infos []object.Info) error {
		if b.Name() != "file://" || len(infos) == 0 || len(infos) > 1000 {
			t.Errorf("a page of %d objects of %q", len(infos), b.Name())
		}
		var keys []string
		for _, info := range infos {
			keys = append(keys, strings.TrimPrefix(info.Key, dir+"/"))
		}
		all = append(all, keys)
		return nil
	})
	return all, err
}

func TestPages(t *testing.T) {
	dir := folder(t, "a.csv", "b.csv", "b.txt", ".h.csv", "d/c.csv", "d/e/f.csv", "d/_tmp/g.csv", "x[1].csv")
	for _, test := range []struct {
		texts []string
		want  []string
	}{
		{[]string{"*.csv"}, []string{"a.csv", "b.csv", "x[1].csv"}},
		{[]string{""}, []string{"a.csv", "b.csv", "b.txt", "d/c.csv", "d/e/f.csv", "x[1].csv"}},
		{[]string{"**/*.csv"}, []string{"a.csv", "b.csv", "d/c.csv", "d/e/f.csv", "x[1].csv"}},
		{[]string{"d"}, []string{"d/c.csv", "d/e/f.csv"}},
		{[]string{"d/"}, []string{"d/c.csv", "d/e/f.csv"}},
		{[]string{"x[1].csv"}, []string{"x[1].csv"}},
		{[]string{"d/_tmp/*", ".h.csv"}, []string{".h.csv", "d/_tmp/g.csv"}},
		// once each, whatever overlaps
		{[]string{"*.csv", "a.csv", "*"}, []string{"a.csv", "b.csv", "b.txt", "x[1].csv"}},
		{[]string{"a.csv", "a.csv", "[ab].csv", "{a,b}.*"}, []string{"a.csv", "b.csv", "b.txt"}},
		{[]string{"d/e", "d", "**/c.csv"}, []string{"d/c.csv", "d/e/f.csv"}},
	} {
		got, err := pages(t, dir, test.texts...)
		keys := slices.Sorted(slices.Values(slices.Concat(got...)))
		if err != nil || !slices.Equal(keys, test.want) {
			t.Errorf("%q: %q, %v; want %q", test.texts, keys, err, test.want)
		}
	}
}

// TestPagesBehindLinks: ** matches the second place's key, but does not come
// there. Taking a match for a delivery would lose the file.
func TestPagesBehindLinks(t *testing.T) {
	dir := folder(t, "d/a.csv", "outside/b.csv")
	if err := os.Symlink("../outside", dir+"/d/link"); err != nil {
		t.Fatal(err)
	}
	got, err := pages(t, dir, "d/**", "d/link/*.csv", "d/link/b.csv")
	if want := []string{"d/a.csv", "d/link/b.csv"}; err != nil || !slices.Equal(slices.Concat(got...), want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

// TestPagesAreFull: a pattern that the shell has expanded is as cheap as one
// that it has not.
func TestPagesAreFull(t *testing.T) {
	var names []string
	for i := range 2100 {
		names = append(names, fmt.Sprintf("%04d.csv", i))
	}
	dir := folder(t, names...)
	for _, texts := range [][]string{names, {"*"}, {"0*", "1*", "2*"}} {
		got, err := pages(t, dir, texts...)
		if err != nil || len(got) != 3 || len(slices.Concat(got...)) != len(names) {
			t.Errorf("%d places: %d pages of %d objects, %v; want 3 of %d", len(texts), len(got), len(slices.Concat(got...)), err, len(names))
		}
	}
}

func TestNothing(t *testing.T) {
	dir := folder(t, "a.csv", "empty/.keep")
	for _, test := range []struct{ texts, nothing, found []string }{
		{[]string{"*.txt"}, []string{"*.txt"}, nil},
		{[]string{"gone.csv"}, []string{"gone.csv"}, nil},
		{[]string{"gone/"}, []string{"gone/"}, nil},
		{[]string{"empty"}, []string{"empty"}, nil},
		{[]string{"gone.csv", "*", "a.csv", "x/**"}, []string{"gone.csv", "x/**"}, []string{"a.csv"}},
		{[]string{"*", "a.csv"}, nil, []string{"a.csv"}},
	} {
		var want []string
		for _, text := range test.nothing {
			want = append(want, dir+"/"+text)
		}
		found, err := pages(t, dir, test.texts...)
		if got := nothingIn(t, err); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want nothing in %q", test.texts, err, want)
		}
		if !slices.Equal(slices.Concat(found...), test.found) {
			t.Errorf("%q: delivered %q, want %q", test.texts, found, test.found)
		}
		err = snapshot.New(places(t, dir, test.texts...)...).Check(t.Context())
		if got := nothingIn(t, err); !slices.Equal(got, want) {
			t.Errorf("check %q: %v, want nothing in %q", test.texts, err, want)
		}
	}
}

// nothingIn is what a NothingError names; there may be no other error.
func nothingIn(t *testing.T, err error) []string {
	t.Helper()
	nothing, ok := errors.AsType[*source.NothingError](err)
	if !ok {
		if err != nil {
			t.Error(err)
		}
		return nil
	}
	return nothing.Locations
}

func TestCheckEnds(t *testing.T) {
	s := snapshot.New(places(t, folder(t, "a.csv"), "*")...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
