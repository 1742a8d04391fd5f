package s3server

import (
	"crypto/md5"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/versity/versitygw/backend/meta"
)

// PutMany puts n objects of the same content, by the names that name gives
// them. It writes them where versitygw would, which takes seconds for a
// hundred thousand, where requests take minutes.
func (s *Server) PutMany(t testing.TB, bucket string, n int, name func(i int) string, content []byte) {
	t.Helper()
	if s.IsMinIO {
		for i := range n {
			s.Put(t, bucket, name(i), content)
		}
		return
	}
	for i := range n {
		if err := s.Write(bucket, name(i), content); err != nil {
			t.Fatal(err)
		}
	}
}

// Write puts an object where versitygw would.
func (s *Server) Write(bucket, key string, content []byte) error {
	path := filepath.Join(s.root, bucket, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	sum := md5.Sum(content)
	etag := []byte(hex.EncodeToString(sum[:]))
	return (meta.XattrMeta{}).StoreAttribute(nil, filepath.Dir(path), filepath.Base(path), "etag", etag)
}
