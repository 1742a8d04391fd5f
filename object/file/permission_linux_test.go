package file_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
)

func TestListNamesTheDirectoryThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	locked := mkdir(t, dir+"/locked")
	write(t, locked+"/a", nil)
	asNobody(t, dir, func() {
		if err := os.Chmod(locked, 0o700); err != nil {
			t.Error(err)
		}
	}, func() {
		err := file.New().List(t.Context(), dir+"/", func([]object.Info) error { return nil })
		if !errors.Is(err, fs.ErrPermission) || abstract.ClassOf(err) != abstract.Permanent || !strings.Contains(err.Error(), locked) {
			t.Errorf("class %q, %v; want permission denied for %s", abstract.ClassOf(err), err, locked)
		}
		p, _ := object.ParsePattern(object.QuotePattern(dir) + "/*.csv")
		if err := object.List(t.Context(), file.New(), p, func([]object.Info) error { return nil }); err != nil {
			t.Errorf("%s has nothing to do with that directory: %v", p, err)
		}
	})
}

func TestOpenForbidden(t *testing.T) {
	dir := t.TempDir()
	key := dir + "/file"
	write(t, key, []byte("x"))
	info := stat(t, key)
	asNobody(t, dir, func() {
		if err := os.Chmod(key, 0o600); err != nil {
			t.Error(err)
		}
	}, func() {
		_, err := file.New().Open(t.Context(), info, 0, -1)
		if !errors.Is(err, fs.ErrPermission) || abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), key) {
			t.Errorf("class %q, %v", abstract.ClassOf(err), err)
		}
	})
}

// asNobody makes dir passable, takes rights away, and runs test without the
// privileges of root, to whom nothing is forbidden: the thread that it runs on
// gives them up for file access, and is thrown away afterwards.
func asNobody(t *testing.T, dir string, lock, test func()) {
	t.Helper()
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlock
		lock()
		if os.Getuid() == 0 {
			if err := syscall.Setfsuid(65534); err != nil {
				t.Error(err)
				return
			}
		} else {
			deny(t, dir)
		}
		test()
	}()
	<-done
}

// deny takes the owner's own rights to whatever is locked for others.
func deny(t *testing.T, dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		fi, err := e.Info()
		if err == nil && fi.Mode().Perm()&0o077 == 0 {
			err = os.Chmod(filepath.Join(dir, e.Name()), 0)
			t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, e.Name()), 0o700) })
		}
		if err != nil {
			t.Error(err)
		}
	}
}
