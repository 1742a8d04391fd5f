package s3folder_test

import (
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/internal/s3folder"
	"github.com/seed-ede61cd5/sluice/object/objecttest"
	"github.com/seed-ede61cd5/sluice/object/s3"
)

// TestConformance reads the folder through the S3 driver: the suite that real
// stores pass holds for this one, too.
func TestConformance(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	objecttest.Run(t, func(t *testing.T) objecttest.Harness {
		dir := t.TempDir()
		server, err := s3folder.Start(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		})
		bucket, err := s3.Open(t.Context(), "folder", s3.Options{Endpoint: server.URL, Region: "us-east-1", PathStyle: true})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(1_700_000_000, 0)
		return objecttest.Harness{
			Bucket:   bucket,
			ReadOnly: true,
			Put: func(t *testing.T, key string, content []byte) {
				t.Helper()
				name := filepath.Join(dir, filepath.FromSlash(key))
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name+".new", content, 0o644); err != nil {
					t.Fatal(err)
				}
				now = now.Add(time.Second) // a generation is a time and a size
				if err := os.Chtimes(name+".new", now, now); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(name+".new", name); err != nil {
					t.Fatal(err)
				}
			},
			Delete: func(t *testing.T, key string) {
				t.Helper()
				if err := os.Remove(filepath.Join(dir, filepath.FromSlash(key))); err != nil {
					t.Fatal(err)
				}
			},
			Holds: func(key string) bool {
				for _, element := range strings.Split(key, "/") {
					if len(element) > 250 {
						return false
					}
				}
				return path.Clean(key) == key && !strings.HasPrefix(key, "/") && !strings.HasPrefix(key, "..") && !strings.Contains(key, "\x00")
			},
		}
	})
}

// TestNothingOutsideTheFolder asks for what is beside it.
func TestNothingOutsideTheFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/in", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/secret", []byte("S3CR3T"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", dir+"/in/link"); err != nil {
		t.Fatal(err)
	}
	server, err := s3folder.Start(dir + "/in")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, path := range []string{"/b/../secret", "/b/%2e%2e/secret", "/b/link", "/b/..%2fsecret", "/b//etc/passwd"} {
		if text := get(t, server.URL+path); strings.Contains(text, "S3CR3T") || strings.Contains(text, "root:") {
			t.Errorf("%s answers %q", path, text)
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
