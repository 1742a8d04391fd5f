// Package s3server starts a real S3 server for tests: versitygw in this
// process, or MinIO as a child process where SLUICE_MINIO names its binary. It
// listens on loopback, so a child process such as the sluice command reaches
// it too: see [Server.Env] and [Server.Endpoint].
//
// versitygw changes the working directory to where it keeps its objects: a test
// that uses relative paths must make them absolute before it calls [Start].
// It keeps its settings in package variables, so there is one server
// per process. The first [Start] starts it, [Main] stops it after the tests.
package s3server

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The one account of the server.
const (
	Region    = "us-east-1"
	AccessKey = "sluicetest"
	SecretKey = "S3CR3T-sluice-canary" // a test that finds it in an output has found a leak
)

// Server is a running server. Its methods may be called concurrently.
type Server struct {
	// Endpoint is the server's URL, http://127.0.0.1:PORT.
	Endpoint string
	// Client puts and deletes objects, path style.
	Client *s3.Client
	// IsMinIO tells which of the two servers it is.
	IsMinIO bool

	root string // the folder that holds the buckets
}

// process is the server of this process.
var process struct {
	sync.Mutex
	server  *Server
	stop    func()
	buckets atomic.Int64
}

// Main runs the tests of a package and then stops the server, if one of them
// has started it. Call it from TestMain: os.Exit(s3server.Main(m)).
func Main(m *testing.M) int {
	code := m.Run()
	process.Lock()
	defer process.Unlock()
	if process.stop != nil {
		process.stop()
	}
	return code
}

// Start returns the server of this process, which it starts the first time.
func Start(t testing.TB) *Server {
	t.Helper()
	process.Lock()
	defer process.Unlock()
	if process.server != nil {
		return process.server
	}
	dir, err := os.MkdirTemp("", "sluice-s3-")
	if err != nil {
		t.Fatal(err)
	}
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	start, minio := startVersity, os.Getenv("SLUICE_MINIO")
	if minio != "" {
		start = func(dir, address string) (func(), error) { return startMinIO(minio, dir, address) }
	}
	stop, err := start(dir, address)
	if err != nil {
		os.RemoveAll(dir)
		t.Fatalf("start an S3 server: %v", err)
	}
	process.stop = func() {
		stop()
		os.RemoveAll(dir)
	}
	s := At("http://" + address)
	s.IsMinIO, s.root = minio != "", filepath.Join(dir, "root")
	if err := s.awaitReady(); err != nil {
		t.Fatal(err)
	}
	process.server = s
	return s
}

// Run starts versitygw for a program that is no test, in this process and with
// its objects below dir, which is absolute.
func Run(dir string) (s *Server, stop func(), err error) {
	address, err := freeAddress()
	if err != nil {
		return nil, nil, err
	}
	if stop, err = startVersity(dir, address); err != nil {
		return nil, nil, err
	}
	s = At("http://" + address)
	s.root = filepath.Join(dir, "root")
	if err := s.awaitReady(); err != nil {
		stop()
		return nil, nil, err
	}
	return s, stop, nil
}

// At is a server that another process runs.
func At(endpoint string) *Server {
	return &Server{Endpoint: endpoint, Client: s3.New(s3.Options{
		BaseEndpoint: &endpoint,
		Region:       Region,
		UsePathStyle: true,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	})}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		if _, err := s.Client.ListBuckets(ctx, &s3.ListBucketsInput{}); err == nil {
			return nil
		} else if ctx.Err() != nil {
			return fmt.Errorf("the S3 server does not answer: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Env is the environment in which a child process finds the server's
// credentials, and nothing of the user's own settings.
func (s *Server) Env() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") {
			env = append(env, entry)
		}
	}
	return append(env, "AWS_ACCESS_KEY_ID="+AccessKey, "AWS_SECRET_ACCESS_KEY="+SecretKey,
		"AWS_REGION="+Region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
}

// NewBucket makes a bucket of its own for a test.
func (s *Server) NewBucket(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("sluice-%d-%d", os.Getpid(), process.buckets.Add(1))
	if _, err := s.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatalf("make bucket: %v", err)
	}
	return name
}

// Put puts an object.
func (s *Server) Put(t testing.TB, bucket, key string, content []byte) {
	t.Helper()
	_, err := s.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(content)})
	if err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
}

// PutDir puts every regular file below dir, under prefix and its path there.
func (s *Server) PutDir(t testing.TB, bucket, prefix, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = s.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(prefix + filepath.ToSlash(rel)), Body: f})
		return err
	})
	if err != nil {
		t.Fatalf("put what is below %s: %v", dir, err)
	}
}

// Delete deletes an object.
func (s *Server) Delete(t testing.TB, bucket, key string) {
	t.Helper()
	if _, err := s.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
		t.Fatalf("delete %q: %v", key, err)
	}
}
