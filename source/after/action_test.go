package after

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/source"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Action{
		"keep": {Kind: Keep}, "delete": {Kind: Delete}, "move=done": {Kind: Move, Folder: "done"}, "move=a=b/": {Kind: Move, Folder: "a=b/"},
		"tag=k:v": {Kind: Tag, Key: "k", Value: "v"}, "tag=k:": {Kind: Tag, Key: "k"}, "tag=état:a:b c": {Kind: Tag, Key: "état", Value: "a:b c"},
	} {
		if got, err := Parse(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q: %+v (%s), %v", text, got, got, err)
		}
	}
	for _, text := range []string{
		"", "Delete", "remove", "delete=x", "keep=", "move", "move=", "tag", "tag=", "tag=k", "tag=:v", "tag=k&:v",
		"tag=" + strings.Repeat("k", 129) + ":v", "tag=k:" + strings.Repeat("v", 257),
	} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
	if (Action{}).Does() || (Action{}).String() != "keep" {
		t.Error("the zero value does something")
	}
}

func s3Places(t *testing.T, texts ...string) (list []source.Place) {
	t.Helper()
	for _, text := range texts {
		list = append(list, source.Place{Bucket: &store{}, Location: locate(t, text)})
	}
	return list
}

// What is moved must not be found again by any of the sources.
func TestMoveIntoASource(t *testing.T) {
	for _, c := range []struct {
		folder  string
		sources []string
		ok      bool
	}{
		{"done", []string{"s3://b/in/"}, true},
		{"done/", []string{"s3://b/in"}, true},
		{"done", []string{"s3://b/*.csv"}, true},
		{"in/_done", []string{"s3://b/in/"}, true},
		{"in/_done", []string{"s3://b/in"}, true},
		{"_done", []string{"s3://b/**/*.csv"}, true},
		{"in/done", []string{"s3://b/in/a.csv"}, true},
		{"inside", []string{"s3://b/in"}, true},
		{"in", []string{"s3://b/in/"}, false},
		{"in/done", []string{"s3://b/in"}, false},
		{"in", []string{"s3://b/in/*.csv"}, false},
		{"in", []string{"s3://b/in/a.csv"}, false},
		{"done", []string{"s3://b/**/*.csv"}, false},
		{"done", []string{"s3://b"}, false},
		{"done", []string{"s3://b/in/", "s3://b/*/x.csv"}, false},
		{"/done", []string{"s3://b/in/"}, false},
		{"s3://b/done", []string{"s3://b/in/"}, false},
	} {
		err := Check(Action{Kind: Move, Folder: c.folder}, s3Places(t, c.sources...))
		if (err == nil) != c.ok {
			t.Errorf("%q with %q: %v", c.folder, c.sources, err)
		}
	}
}

// TestMoveIntoALocalSource also meets symbolic links.
func TestMoveIntoALocalSource(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"in/sub", "out"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link": "in", "out/back": "in/sub"} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	t.Chdir(dir)
	for _, c := range []struct {
		folder, source string
		ok             bool
	}{
		{"out", "in", true},
		{"./out/deep", dir + "/in/**/*.csv", true},
		{"in/_out", "in/", true},
		{"/elsewhere", ".", true},
		{"in/out", "./in", false},
		{dir + "/in", "in/*.csv", false},
		{"out", ".", false},
		{"link/new", "in", false},
		{"in/new", "link/", false},
		{"out/back", "in", false},
	} {
		place := source.Place{Bucket: file.New(), Location: locate(t, c.source)}
		if err := Check(Action{Kind: Move, Folder: c.folder}, []source.Place{place}); (err == nil) != c.ok {
			t.Errorf("%q with %q: %v", c.folder, c.source, err)
		}
	}
}

// A bucket that cannot do it is refused.
func TestCannot(t *testing.T) {
	local := []source.Place{{Bucket: file.New(), Location: locate(t, "/in")}}
	if err := Check(Action{Kind: Tag, Key: "k"}, local); err == nil {
		t.Error("local files can be tagged")
	}
	if err := Check(Action{Kind: Delete}, local); err != nil {
		t.Error(err)
	}
	plain := []source.Place{{Bucket: struct{ object.Bucket }{&store{}}, Location: locate(t, "s3://b/in")}}
	for _, kind := range []Kind{Delete, Move, Tag} {
		if err := Check(Action{Kind: kind, Folder: "x"}, plain); err == nil {
			t.Errorf("%s is taken", kind)
		}
	}
	if err := Check(Action{}, plain); err != nil {
		t.Error(err)
	}
}

func TestDestination(t *testing.T) {
	for _, c := range []struct {
		key, want string
		sources   []string
	}{
		{"in/a.csv", "done/a.csv", []string{"s3://b/in/"}},
		{"in/2026/01/a.csv", "done/2026/01/a.csv", []string{"s3://b/in"}},
		{"in/2026/01/a.csv", "done/2026/01/a.csv", []string{"s3://b/in/**/*.csv"}},
		{"in/2026/01/a.csv", "done/2026/01/a.csv", []string{"s3://b/in/20*/**"}},
		{"in/2026/01/a.csv", "done/a.csv", []string{"s3://b/in/2026/01/a.csv"}},
		{"a.csv", "done/a.csv", []string{"s3://b/*.csv"}},
		{"x/a.csv", "done/x/a.csv", []string{"s3://b/{x,y}/*.csv"}},
		{"two/a.csv", "done/a.csv", []string{"s3://b/one/", "s3://b/two/"}},
		{"in//a.csv", "done//a.csv", []string{"s3://b/in/"}},
	} {
		got, err := newPlaces(s3Places(t, c.sources...)).destination(id(c.key), "done")
		if err != nil || got != c.want {
			t.Errorf("%q of %q: %q, %v; want %q", c.key, c.sources, got, err, c.want)
		}
	}
	if got, err := newPlaces(s3Places(t, "s3://b/in/")).destination(id("other/a.csv"), "done"); abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("%q, %v", got, err)
	}
}
