package file_test

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/object/objecttest"
)

// clock gives each write of a test a time of its own: two writes within one
// tick of the file system's clock would be one generation.
type clock struct {
	now     time.Time
	scratch string
}

func newClock(t *testing.T) *clock {
	return &clock{now: time.Unix(1_700_000_000, 0), scratch: t.TempDir()}
}

func (c *clock) stamp(t *testing.T, name string) {
	t.Helper()
	c.now = c.now.Add(time.Nanosecond)
	if err := os.Chtimes(name, c.now, c.now); err != nil {
		t.Fatal(err)
	}
}

// put renames a finished file into place.
func (c *clock) put(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(path.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	finished := filepath.Join(c.scratch, "finished")
	write(t, finished, content)
	c.stamp(t, finished)
	if err := os.Rename(finished, name); err != nil {
		t.Fatal(err)
	}
}

// rewrite keeps the inode.
func (c *clock) rewrite(t *testing.T, name string, content []byte) {
	t.Helper()
	write(t, name, content)
	c.stamp(t, name)
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// keysOf tells which keys a directory's file system takes: all that are clean
// paths, if it is one that takes every name.
func keysOf(prefix string) func(key string) bool {
	return func(key string) bool {
		return path.Clean(key) == key && strings.HasPrefix(key, prefix)
	}
}

func TestConformance(t *testing.T) {
	objecttest.Run(t, func(t *testing.T) objecttest.Harness {
		c, prefix := newClock(t), t.TempDir()+"/"
		return objecttest.Harness{
			Bucket:  file.New(),
			Prefix:  prefix,
			Put:     c.put,
			Rewrite: c.rewrite,
			Delete: func(t *testing.T, key string) {
				if err := os.Remove(key); err != nil {
					t.Fatal(err)
				}
			},
			HalfMove: func(t *testing.T, id abstract.ObjectID, key string) {
				if err := os.Link(id.Key, key); err != nil {
					t.Fatal(err)
				}
			},
			Holds: keysOf(prefix),
		}
	})
}
