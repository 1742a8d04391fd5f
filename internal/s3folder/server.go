// Package s3folder serves a local folder the way S3 serves a bucket, read
// only, on loopback: as much of the protocol as reading takes. The demo loads
// from it, and tests in one process do. It asks for no credentials and keeps
// the whole listing in memory, so it is for the small and the trusted.
package s3folder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Server is a running server. Every bucket's name stands for the one folder.
type Server struct {
	// URL is the address to give as the endpoint, with path style.
	URL string

	http   *http.Server
	served chan error
}

// Start serves a folder on a free port of loopback, until Close.
func Start(dir string) (*Server, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		root.Close()
		return nil, err
	}
	s := &Server{
		URL:    "http://" + listener.Addr().String(),
		http:   &http.Server{Handler: &folder{root: root}, ReadHeaderTimeout: 10 * time.Second},
		served: make(chan error, 1),
	}
	s.http.RegisterOnShutdown(func() { root.Close() })
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// Close ends the server and waits for it. Requests under way are cut off.
func (s *Server) Close() error {
	err := s.http.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// folder answers requests. No path leads out of root.
type folder struct{ root *os.Root }

func (f *folder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	case key == "":
		f.list(w, r.URL.Query())
	default:
		f.get(w, r, key)
	}
}

// get answers GetObject and HeadObject: ranges and conditions are the standard
// library's.
func (f *folder) get(w http.ResponseWriter, r *http.Request, key string) {
	file, err := f.root.Open(filepath.FromSlash(key))
	if err != nil {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || strings.HasSuffix(key, "/") {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("ETag", etag(info))
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", info.ModTime(), file)
}

// etag changes with size and time of change; that of S3 says no more to its
// readers.
func etag(info fs.FileInfo) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", info.Size(), info.ModTime().UnixNano()))
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// maxKeys is the most that a page holds, as on S3.
const maxKeys = 1000

// page is an answer of ListObjectsV2.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
type page struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	EncodingType          string   `xml:",omitempty"`
	IsTruncated           bool
	KeyCount              int
	NextContinuationToken string `xml:",omitempty"`
	Contents              []entry
}

type entry struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
}

// list answers ListObjectsV2. A continuation token is the last key told.
func (f *folder) list(w http.ResponseWriter, query url.Values) {
	keys, err := f.keys(query.Get("prefix"))
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalError")
		return
	}
	most := maxKeys
	if n, err := strconv.Atoi(query.Get("max-keys")); err == nil && n > 0 {
		most = min(n, maxKeys)
	}
	after := max(query.Get("start-after"), query.Get("continuation-token"))
	out := page{EncodingType: query.Get("encoding-type")}
	encode := func(s string) string { return s }
	if out.EncodingType == "url" {
		encode = url.QueryEscape
	}
	last := ""
	for _, key := range keys {
		if key <= after {
			continue
		}
		if out.KeyCount == most {
			out.IsTruncated, out.NextContinuationToken = true, last
			break
		}
		info, err := f.root.Stat(filepath.FromSlash(key))
		if err != nil {
			continue // it went away
		}
		last = key
		out.KeyCount++
		out.Contents = append(out.Contents, entry{encode(key), info.ModTime().UTC().Format("2006-01-02T15:04:05.000Z"), etag(info), info.Size()})
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(out) // a client that went away needs no answer
}

// keys lists the files whose paths begin with prefix, sorted as S3 does.
func (f *folder) keys(prefix string) (keys []string, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasPrefix(path, prefix) {
			keys = append(keys, path)
		}
		return err
	})
	slices.Sort(keys)
	return keys, err
}

// refuse answers an error the way S3 does.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code></Error>`, code)
}
