package s3

import (
	"os"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object/objecttest"
	"github.com/seed-ede61cd5/sluice/object/s3"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

func TestMain(m *testing.M) { os.Exit(s3server.Main(m)) }

// open returns the driver's bucket of that name, as a user would reach it.
func open(t *testing.T, endpoint, bucket string, opts s3.Options) *s3.Bucket {
	t.Helper()
	for _, entry := range s3server.Start(t).Env() {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value)
		}
	}
	opts.Endpoint = endpoint
	b, err := s3.Open(t.Context(), bucket, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestConformance(t *testing.T) {
	server := s3server.Start(t)
	objecttest.Run(t, func(t *testing.T) objecttest.Harness {
		bucket := server.NewBucket(t)
		return objecttest.Harness{
			Bucket: open(t, server.Endpoint, bucket, s3.Options{}),
			Put:    func(t *testing.T, key string, content []byte) { server.Put(t, bucket, key, content) },
			Delete: func(t *testing.T, key string) { server.Delete(t, bucket, key) },
			HalfMove: func(t *testing.T, id abstract.ObjectID, key string) {
				// As by parts: another ETag, and the mark that the driver leaves.
				upload(t, server, bucket, key, read(t, server, bucket, id.Key), map[string]string{"sluice-copy-of": id.Generation})
			},
			Tags:  func(t *testing.T, key string) map[string]string { return tags(t, server, bucket, key) },
			Holds: holds(server),
		}
	})
}

// holds tells which keys the server can hold. S3 holds all that are valid
// UTF-8. Both servers store objects as files, and versitygw ignores
// encoding-type=url: it lists the character that XML cannot carry as U+FFFD.
func holds(server *s3server.Server) func(key string) bool {
	return func(key string) bool {
		for element := range strings.SplitSeq(key, "/") {
			if len(element) > 255 {
				return false
			}
		}
		return utf8.ValidString(key) && path.Clean("/"+key) == "/"+key && (server.IsMinIO || !strings.Contains(key, "\x01"))
	}
}
