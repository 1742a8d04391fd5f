package s3server

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// startVersity starts versitygw in this process. Paths must be absolute, and
// a CopyObjectThreshold of zero would refuse every copy.
func startVersity(dir, address string) (stop func(), err error) {
	root, versions := filepath.Join(dir, "root"), filepath.Join(dir, "versions")
	for _, d := range []string{root, versions} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return nil, err
		}
	}
	backend, err := posix.New(root, meta.XattrMeta{}, posix.PosixOpts{
		VersioningDir: versions, Concurrency: 1000, ValidateBucketNames: true, CopyObjectThreshold: 5 << 30,
	})
	if err != nil {
		return nil, fmt.Errorf("%w (versitygw needs user extended attributes in %s: set TMPDIR to a file system that has them)", err, dir)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: AccessKey, RootUserSecret: SecretKey, Region: Region,
			Ports: []string{address}, Quiet: true, KeepAlive: true,
			MaxConnections: 10_000, MaxRequests: 10_000, MultipartMaxParts: 10_000,
		})
		if err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "versitygw:", err)
		}
	}()
	return func() { cancel(); <-ended }, nil
}

// startMinIO starts MinIO as a process of its own; it is never linked.
func startMinIO(binary, dir, address string) (stop func(), err error) {
	cmd := exec.Command(binary, "server", filepath.Join(dir, "root"), "--address", address, "--console-address", "127.0.0.1:0", "--quiet")
	cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+AccessKey, "MINIO_ROOT_PASSWORD="+SecretKey, "HOME="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it says that it was killed
	}, nil
}
