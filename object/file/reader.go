package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Open implements [object.Bucket]. It never waits for another process: what
// is not a regular file is refused before it is opened, and again after.
func (Bucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if length < 0 {
		length = info.Size - offset
	}
	if offset < 0 || length < 0 || length > info.Size-offset {
		return nil, abstract.WithClass(abstract.FileOnly, fmt.Errorf("open %q: bytes from %d on, %d of them, of %d: %w",
			info.Key, offset, length, info.Size, io.ErrUnexpectedEOF))
	}
	if _, err := stat(info.Key); err != nil {
		return nil, fileError("open", info.Key, err)
	}
	f, err := os.OpenFile(info.Key, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, fileError("open", info.Key, err)
	}
	r := &reader{ctx: ctx, file: f, info: info, next: offset, left: length}
	if err := r.checkFile(); err != nil {
		return nil, errors.Join(fileError("open", info.Key, err), f.Close())
	}
	return r, nil
}

// reader reads a range of one generation of a file.
//
// The generation is verified after the last byte was read and before the
// read that got it returns. So whoever asks for exactly the bytes of the
// range, and never sees the end of file, is safe as well (Invariant 2).
type reader struct {
	ctx        context.Context
	file       *os.File
	info       object.Info
	next, left int64
	verified   bool
	err        error // what ended the reads, for good
}

// Read reads from where the last one ended. A cancelled context ends it; a
// read that is already waiting for the disk is not interrupted.
func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.read(p)
	r.err = err
	return n, err
}

func (r *reader) read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.verified {
		return 0, io.EOF
	}
	if len(p) == 0 && r.left > 0 {
		return 0, nil
	}
	n, err := r.file.ReadAt(p[:min(int64(len(p)), r.left)], r.next)
	if errors.Is(err, fs.ErrClosed) {
		return 0, err
	}
	r.next += int64(n)
	r.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("%w: it ends at byte %d instead of %d", object.ErrChanged, r.next, r.info.Size)
	case err == nil && r.left == 0:
		err = r.verify()
		r.verified = err == nil
	}
	if err != nil {
		return 0, fileError("read", r.info.Key, err)
	}
	if n == 0 {
		return 0, io.EOF // the range is empty
	}
	return n, nil
}

// Close ends the reads.
func (r *reader) Close() error { return r.file.Close() }

// verify tells whether the bytes read are those of the generation asked for:
// the open file has not changed under the reads, and its path has not been
// given to another file since. With inodes the second implies the first, as
// the file that was opened is still open; without them it takes both.
func (r *reader) verify() error {
	if err := r.checkFile(); err != nil {
		return err
	}
	fi, err := stat(r.info.Key)
	if isGone(err) {
		return fmt.Errorf("%w: it was deleted", object.ErrChanged)
	}
	if err != nil {
		return err
	}
	return r.check(fi)
}

// checkFile compares the open file with what was listed.
func (r *reader) checkFile() error {
	fi, err := r.file.Stat()
	if err != nil {
		return err
	}
	if err := regular(fi); err != nil {
		return err
	}
	return r.check(fi)
}

func (r *reader) check(fi fs.FileInfo) error {
	if now := generation(fi); now != r.info.Generation {
		return fmt.Errorf("%w: generation %s, was %s", object.ErrChanged, now, r.info.Generation)
	}
	return nil
}
