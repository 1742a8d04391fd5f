package command

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"sync"
	"testing"
	"time"
)

// Output is what a running process has said so far: use it as its standard
// error. Make it with [NewOutput].
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
	grew chan struct{} // with room for one
}

// NewOutput returns an empty output.
func NewOutput() *Output { return &Output{grew: make(chan struct{}, 1)} }

// Write takes what the process prints.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.grew <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

// String is all of it.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Await waits until the process has printed a text, and returns the match and
// what its groups hold. One goroutine at a time may wait.
func (o *Output) Await(t testing.TB, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for late := time.After(time.Minute); ; {
		if m := re.FindStringSubmatch(o.String()); m != nil {
			return m
		}
		select {
		case <-o.grew:
		case <-late:
			t.Fatalf("it does not say %q", pattern)
		}
	}
}

// Metrics asks a process that was told --http 127.0.0.1:0 for its metrics.
func (o *Output) Metrics(t testing.TB) string {
	t.Helper()
	response, err := http.Get("http://" + o.Await(t, `address=(127\.0\.0\.1:\d+)`)[1] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
