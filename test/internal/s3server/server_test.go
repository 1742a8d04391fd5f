package s3server_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

func TestMain(m *testing.M) { os.Exit(s3server.Main(m)) }

func TestServer(t *testing.T) {
	s := s3server.Start(t)
	bucket, content := s.NewBucket(t), []byte("content")
	s.Put(t, bucket, "dir/key", content)
	out, err := s.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("dir/key")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if got, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %q, %v; want %q", got, err, content)
	}
}
