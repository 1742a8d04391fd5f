//go:build unix

package file_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
)

// TestSpecialFiles would hang if a pipe were opened: nobody ever writes to it.
func TestSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/file", nil)
	mkdir(t, dir+"/dir")
	if err := syscall.Mkfifo(dir+"/pipe", 0o644); err != nil {
		t.Fatal(err)
	}
	symlink(t, "pipe", dir+"/link")
	short, err := os.MkdirTemp("", "s") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short)
	l, err := net.Listen("unix", short+"/socket")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	if got := keys(t, dir, ""); !slices.Equal(got, []string{"file"}) {
		t.Errorf("listed %q", got)
	}
	if got := keys(t, short, ""); len(got) > 0 {
		t.Errorf("listed %q", got)
	}
	for key, class := range map[string]abstract.Class{
		dir + "/pipe":     abstract.FileOnly,
		dir + "/link":     abstract.FileOnly,
		short + "/socket": abstract.FileOnly,
		"/dev/null":       abstract.FileOnly,
		dir + "/dir":      abstract.NotFound,
	} {
		if _, err := file.New().Stat(t.Context(), key); abstract.ClassOf(err) != class {
			t.Errorf("stat %s: class %q, %v", key, abstract.ClassOf(err), err)
		}
		_, err := file.New().Open(t.Context(), object.Info{Key: key}, 0, -1)
		if abstract.ClassOf(err) != class || !strings.Contains(err.Error(), key) {
			t.Errorf("open %s: class %q, %v", key, abstract.ClassOf(err), err)
		}
	}
}
