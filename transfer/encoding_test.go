package transfer_test

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// TestV08OtherEncoding: a file that was begun in one encoding does not go on in
// another, in which its offset would be another place. It is loaded anew when
// that is asked for.
func TestV08OtherEncoding(t *testing.T) {
	r := newRig(t)
	path := r.write("f.csv", "id,word\n0,x\n1,\xe9\n2,y\n")
	rows := func(want int64) {
		t.Helper()
		if got := r.ints(`SELECT count(*), count(DISTINCT word) FROM t`, 2); got[0] != want || got[1] != want {
			t.Errorf("rows and words: %d, want %d", got, want)
		}
	}
	in := func(encoding string) func(*transfer.Config) {
		return func(cfg *transfer.Config) { cfg.Hints = reader.Hints{Encoding: encoding} }
	}
	if result := r.mustLoad(nil); result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "is not valid UTF-8") {
		t.Fatalf("%+v", result)
	}
	rows(1)
	result := r.mustLoad(in("latin1"))
	if result.FilesFailed != 1 || !strings.Contains(result.Failures[0].Reason(), "began in the encoding utf-8, and now it is said to be latin1: run 'sluice replay "+path) {
		t.Fatalf("%+v", result)
	}
	rows(1)
	r.replay(path)
	if result := r.mustLoad(in("latin1")); result.RowsLoaded != 3 {
		t.Fatalf("%+v", result)
	}
	rows(3)
	// Nobody has to say it again.
	r.write("g.csv", "\xff\xfei\x00d\x00,\x00w\x00o\x00r\x00d\x00\n\x003\x00,\x00\xe9\x00\n\x00")
	if result := r.mustLoad(nil); result.RowsLoaded != 1 || result.FilesFailed != 0 {
		t.Fatalf("%+v", result)
	}
}
