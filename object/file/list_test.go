package file_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
)

// keys lists by prefix and returns the keys without the directory's part.
func keys(t *testing.T, dir, prefix string) []string {
	t.Helper()
	var found []string
	err := file.New().List(t.Context(), dir+"/"+prefix, func(page []object.Info) error {
		if !slices.IsSortedFunc(page, func(a, b object.Info) int { return strings.Compare(a.Key, b.Key) }) {
			t.Error("a page is not sorted")
		}
		for _, info := range page {
			found = append(found, strings.TrimPrefix(info.Key, dir+"/"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

func mkdir(t *testing.T, name string) string {
	t.Helper()
	if err := os.MkdirAll(name, 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func symlink(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}

func TestListFollowsLinksToFilesOnly(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir+"/real/sub")
	write(t, dir+"/real/a", nil)
	write(t, dir+"/real/sub/b", nil)
	symlink(t, "real/a", dir+"/file-link")
	symlink(t, "real", dir+"/dir-link")
	symlink(t, "../..", dir+"/real/sub/loop")
	symlink(t, "self", dir+"/self")
	symlink(t, "nowhere", dir+"/dangling")

	if got, want := keys(t, dir, ""), []string{"file-link", "real/a", "real/sub/b"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	// A link that the user named is followed.
	if got, want := keys(t, dir, "dir-link/"), []string{"dir-link/a", "dir-link/sub/b"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
}

func TestReaches(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir+"/real/sub")
	write(t, dir+"/real/sub/a", nil)
	symlink(t, "real", dir+"/link")
	symlink(t, "a", dir+"/real/sub/link")
	for _, test := range []struct {
		prefix, key string
		want        bool
	}{
		{"/", "/real/sub/a", true},
		{"/", "/real/sub/link", true},
		{"/", "/link/sub/a", false},
		{"/link/", "/link/sub/a", true},
		{"/li", "/link/sub/a", false},
		{"/link/sub/a", "/link/sub/a", true},
		{"/other", "/real/sub/a", false},
		{"/", "/gone/a", false},
	} {
		if got := file.New().Reaches(dir+test.prefix, dir+test.key); got != test.want {
			t.Errorf("a listing of %q comes to %q: %v", test.prefix, test.key, got)
		}
	}
}

// TestListPruned enters no directory in which nothing can match: one that is
// huge, or that may not be read, is none of the pattern's business.
func TestListPruned(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "sub/b.csv", "sub/deep/c.csv", ".git/d.csv"} {
		mkdir(t, filepath.Dir(dir+"/"+name))
		write(t, dir+"/"+name, nil)
	}
	for pattern, want := range map[string][]string{
		"/*.csv":   {dir},
		"/*/*.csv": {dir, dir + "/sub"},
		"/**":      {dir, dir + "/sub", dir + "/sub/deep"},
	} {
		p, err := object.ParsePattern(object.QuotePattern(dir) + pattern)
		if err != nil {
			t.Fatal(err)
		}
		entered := []string{dir}
		enter := func(d string) bool {
			if !p.MayMatchBelow(d) {
				return false
			}
			entered = append(entered, d)
			return true
		}
		var outside []string
		err = file.New().ListPruned(t.Context(), p.Prefix(), enter, func(page []object.Info) error {
			for _, info := range page {
				if !slices.Contains(want, filepath.Dir(info.Key)) {
					outside = append(outside, info.Key)
				}
			}
			return nil
		})
		if err != nil || !slices.Equal(entered, want) || outside != nil {
			t.Errorf("%s: read %q, want %q; from elsewhere: %q; %v", pattern, entered, want, outside, err)
		}
	}
}

// TestListWhileFilesVanish is S-22 for files: what is deleted during a listing
// is left out, and the rest is found.
func TestListWhileFilesVanish(t *testing.T) {
	dir := t.TempDir()
	populate(t, dir, 3000)
	var once bool
	seen := map[string]bool{}
	err := file.New().List(t.Context(), dir+"/", func(page []object.Info) error {
		for _, info := range page {
			seen[info.Key] = true
		}
		if once {
			return nil
		}
		once = true
		for i := 0; i < 3000; i += 2 {
			if err := os.Remove(fmt.Sprintf("%s/%07d", dir, i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 3000; i += 2 {
		if name := fmt.Sprintf("%s/%07d", dir, i); !seen[name] {
			t.Errorf("%s was there all the time and is not listed", name)
		}
	}
}

func TestListRefusesPathsWithTwoNames(t *testing.T) {
	for _, prefix := range []string{"", "relative/", "./", "//", "/tmp//", "/tmp/../", "/./x", "~/x"} {
		err := file.New().List(t.Context(), prefix, func([]object.Info) error { return nil })
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", prefix)) {
			t.Errorf("%q: %v, want an error that names it", prefix, err)
		}
	}
	for _, key := range []string{"", "relative", "/tmp/", "/tmp/../tmp", "//tmp"} {
		if _, err := file.New().Stat(t.Context(), key); abstract.ClassOf(err) != abstract.NotFound {
			t.Errorf("stat %q: class %q, %v", key, abstract.ClassOf(err), err)
		}
	}
}

func TestListOfWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/file", nil)
	for _, prefix := range []string{"gone/", "gone/x", "file/", "file/x", "fil\x00e/"} {
		err := file.New().List(t.Context(), dir+"/"+prefix, func(page []object.Info) error {
			t.Errorf("%q: listed %v", prefix, page)
			return nil
		})
		if zero := strings.Contains(prefix, "\x00"); (err != nil) != zero {
			t.Errorf("%q: %v", prefix, err)
		}
	}
}

// TestListMemory compares small with large directories: what is in use while
// a page is handled must not grow with the number of files.
func TestListMemory(t *testing.T) {
	small, large := heapDuringList(t, 1_000), heapDuringList(t, 50_000)
	if large > small+1<<20 {
		t.Errorf("listing 1,000 files holds %d KiB, listing 50,000 holds %d KiB", small>>10, large>>10)
	}
}

func heapDuringList(t *testing.T, files int) uint64 {
	t.Helper()
	dir := t.TempDir()
	populate(t, dir, files)
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most, listed := uint64(0), 0
	err := file.New().List(t.Context(), dir+"/", func(page []object.Info) error {
		if listed += len(page); listed%10_000 < len(page) || listed == files {
			runtime.GC()
			runtime.ReadMemStats(&during)
			most = max(most, during.HeapAlloc)
		}
		return nil
	})
	if err != nil || listed != files {
		t.Fatalf("%d files listed, %v; want %d", listed, err, files)
	}
	return most - min(most, before.HeapAlloc)
}

// populate makes files in the cheapest way: links to one.
func populate(tb testing.TB, dir string, files int) {
	tb.Helper()
	const linksPerFile = 10_000 // file systems have a limit
	for i := range files {
		name, first := fmt.Sprintf("%s/%07d", dir, i), fmt.Sprintf("%s/%07d", dir, i/linksPerFile*linksPerFile)
		var err error
		if name == first {
			err = os.WriteFile(name, nil, 0o644)
		} else {
			err = os.Link(first, name)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func BenchmarkList100k(b *testing.B) {
	const files = 100_000
	dir := b.TempDir()
	populate(b, dir, files)
	b.ReportAllocs()
	for b.Loop() {
		listed := 0
		err := file.New().List(context.Background(), dir+"/", func(page []object.Info) error {
			listed += len(page)
			return nil
		})
		if err != nil || listed != files {
			b.Fatal(listed, err)
		}
	}
	b.ReportMetric(float64(b.N)*files/b.Elapsed().Seconds(), "files/s")
}
