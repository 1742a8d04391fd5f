package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

const bucket = "bench"

// store is an S3 server in a process of its own, which shares the machine's
// cores with what it is measured with.
type store struct {
	*s3server.Server
	pid  int
	stop func() error
	has  map[string]bool // the objects' keys
}

// uploaded puts the file into the store, which it starts if need be.
func (b *bench) uploaded(ctx context.Context, in input) (input, error) {
	if b.store == nil {
		if err := b.startStore(ctx); err != nil {
			return in, err
		}
	}
	key := path.Base(in.path)
	if !b.store.has[key] {
		f, err := os.Open(in.path)
		if err != nil {
			return in, err
		}
		defer f.Close()
		name := bucket
		if _, err := b.store.Client.PutObject(ctx, &awss3.PutObjectInput{Bucket: &name, Key: &key, Body: f}); err != nil {
			return in, err
		}
		b.store.has[key] = true
	}
	in.path, in.store = "s3://"+bucket+"/"+key, b.store.Server
	return in, nil
}

// startStore starts the server, which ends when its standard input does.
func (b *bench) startStore(ctx context.Context) error {
	cmd := exec.Command(b.self, "child-s3", filepath.Join(b.dir, "s3"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.store = &store{pid: cmd.Process.Pid, has: map[string]bool{}, stop: func() error { return errors.Join(in.Close(), cmd.Wait()) }}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "http://") { // the server says something, too
	}
	if lines.Text() == "" {
		return fmt.Errorf("the S3 server did not start: %w", lines.Err())
	}
	b.store.Server = s3server.At(lines.Text())
	name := bucket
	_, err = b.store.Client.CreateBucket(ctx, &awss3.CreateBucketInput{Bucket: &name})
	return err
}

// storeChild is what the server's process does.
func storeChild(_ context.Context, args []string) error {
	if err := os.Mkdir(args[0], 0o700); err != nil {
		return err
	}
	server, stop, err := s3server.Run(args[0])
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println(server.Endpoint)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
