package file_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
)

func stat(t *testing.T, name string) object.Info {
	t.Helper()
	info, err := file.New().Stat(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestChangeIsSeenAtTheEnd is S-12 to S-14 for files, where the suite lets a
// store keep the old content for those who read: here every change must be
// noticed, whichever part of the generation tells.
func TestChangeIsSeenAtTheEnd(t *testing.T) {
	const size = 100_000
	for name, change := range map[string]func(t *testing.T, c *clock, name string){
		"replaced, same size and time": func(t *testing.T, c *clock, name string) { // only the inode tells
			other := name + ".new"
			write(t, other, bytes.Repeat([]byte("n"), size))
			if err := errors.Join(os.Chtimes(other, c.now, c.now), os.Rename(other, name)); err != nil {
				t.Fatal(err)
			}
		},
		"rewritten, same size": func(t *testing.T, c *clock, name string) { // only the time tells
			c.rewrite(t, name, bytes.Repeat([]byte("n"), size))
		},
		"appended, same time": func(t *testing.T, c *clock, name string) { // only the size tells
			write(t, name, bytes.Repeat([]byte("n"), size+1))
			if err := os.Chtimes(name, c.now, c.now); err != nil {
				t.Fatal(err)
			}
		},
		"cut, same time": func(t *testing.T, c *clock, name string) {
			if err := errors.Join(os.Truncate(name, size*3/4), os.Chtimes(name, c.now, c.now)); err != nil {
				t.Fatal(err)
			}
		},
		"deleted": func(t *testing.T, _ *clock, name string) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		},
		"replaced by a directory": func(t *testing.T, _ *clock, name string) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			mkdir(t, name)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock(t)
			key := t.TempDir() + "/file"
			c.put(t, key, bytes.Repeat([]byte("o"), size))
			r, err := file.New().Open(t.Context(), stat(t, key), 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if _, err := io.ReadFull(r, make([]byte, size/2)); err != nil {
				t.Fatal(err)
			}
			change(t, c, key)
			// Whoever reads just the bytes, and not the end, must notice, too.
			n, err := io.ReadFull(r, make([]byte, size/2))
			if n == size/2 || err == nil || err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) && n == 0 {
				t.Fatalf("%d bytes, %v", n, err)
			}
			if _, again := r.Read(make([]byte, 1)); again == nil || again == io.EOF {
				t.Errorf("and then: %v", again)
			}
			if abstract.ClassOf(err) != abstract.FileOnly && name != "replaced by a directory" {
				t.Errorf("class %q: %v", abstract.ClassOf(err), err)
			}
			if !strings.Contains(err.Error(), key) {
				t.Errorf("%v does not name %s", err, key)
			}
		})
	}
}

// TestOpenFollowsTheLink reads a file by a link, and notices when the link
// leads elsewhere.
func TestOpenFollowsTheLink(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", []byte("a"))
	write(t, dir+"/b", []byte("b"))
	symlink(t, "a", dir+"/link")
	info := stat(t, dir+"/link")
	if info.Key != dir+"/link" || info.Generation != stat(t, dir+"/a").Generation {
		t.Errorf("the link is %+v", info)
	}
	r, err := file.New().Open(t.Context(), info, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.Remove(dir + "/link"); err != nil {
		t.Fatal(err)
	}
	symlink(t, "b", dir+"/link")
	if got, err := io.ReadAll(r); !errors.Is(err, object.ErrChanged) {
		t.Errorf("the link leads elsewhere: %q, %v", got, err)
	}
}

func TestErrorsNameTheFileOnceAndQuoted(t *testing.T) {
	_, err := file.New().Stat(t.Context(), "/no/such\nfile")
	if want := `stat "/no/such\nfile": no such file or directory`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	for _, key := range []string{"/a\x00b", "/" + strings.Repeat("n", 300)} {
		if _, err := file.New().Stat(t.Context(), key); abstract.ClassOf(err) != abstract.NotFound {
			t.Errorf("stat %.20q: class %q, %v", key, abstract.ClassOf(err), err)
		}
	}
}

func TestGenerationHoldsNanoseconds(t *testing.T) {
	key := t.TempDir() + "/file"
	write(t, key, nil)
	at := time.Unix(1_700_000_000, 123_456_789)
	if err := os.Chtimes(key, at, at); err != nil {
		t.Fatal(err)
	}
	if info := stat(t, key); !strings.HasSuffix(info.Generation, "-0-1700000000123456789") || !info.ModTime.Equal(at) {
		t.Errorf("%+v", info)
	}
}
