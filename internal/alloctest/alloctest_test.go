package alloctest

import "testing"

// recorder is a test that may fail without failing this one.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCheck(t *testing.T) {
	var kept []byte
	for _, test := range []struct {
		allocate int
		fails    bool
	}{{15 << 20, false}, {17 << 20, true}} {
		r := &recorder{TB: t}
		Check(r, 0, func() { kept = make([]byte, test.allocate) })
		if r.failed != test.fails {
			t.Errorf("%d bytes: failed %t", len(kept), r.failed)
		}
	}
}
