package e2e

import (
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/faultproxy"
	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// TestS3Faults loads through a network and from a store that fail again and
// again, in every way the proxy knows: the table must be the model, row by row
// (S-01, S-07, S-08, S-10, S-11, P7).
func TestS3Faults(t *testing.T) {
	const rows = 1_000_000
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	b, dir := newBucket(t), t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := orders.WriteMixedFolder(data, rows); err != nil {
		t.Fatal(err)
	}
	b.server.PutDir(t, b.name, "orders/", data)

	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 0))
	count := map[faultproxy.Fault]int{}
	decide := func(*http.Request) faultproxy.Fault {
		mu.Lock()
		defer mu.Unlock()
		fault := faultproxy.None
		switch n := random.IntN(100); {
		case n < 5:
			fault = faultproxy.SlowDown
		case n < 8:
			fault = faultproxy.Internal
		case n < 14:
			fault = faultproxy.Reset
		case n < 20:
			fault = faultproxy.Cut
		case n < 21 && count[faultproxy.Stall] < 1: // it takes as long as the driver's patience
			fault = faultproxy.Stall
		}
		count[fault]++
		return fault
	}
	b.endpoint = faultproxy.Start(t, b.endpoint, decide).URL
	db := filepath.Join(dir, "faults.duckdb")
	b.sluice(t, "load", b.url("orders/"), "--to", "duckdb:"+db, "--memory", "64MiB").expect(t, 0)
	if err := compare(t, db, rows); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	t.Logf("requests by fault: %v", count)
	if count[faultproxy.Reset] == 0 || count[faultproxy.Cut] == 0 || count[faultproxy.SlowDown] == 0 {
		t.Error("the proxy did nothing")
	}
}

// TestS3ChangedMidRead overwrites and deletes objects while they are read:
// each is refused by name with no rows of another generation in the table, and
// the others are loaded (S-12, S-13, S-14).
func TestS3ChangedMidRead(t *testing.T) {
	b, dir := newBucket(t), t.TempDir()
	const rows = 600_000 // several ranges
	var contents = map[string][]byte{}
	for name, first := range map[string]int64{"overwritten.csv": 0, "deleted.csv": rows, "good.csv": 2 * rows, "new.csv": 3 * rows} {
		path := filepath.Join(dir, name)
		if err := orders.WriteFile(path, first, rows); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if contents[name] = content; name != "new.csv" {
			b.server.Put(t, b.name, "p/"+name, content)
		}
	}
	var once sync.Map
	b.endpoint = faultproxy.Start(t, b.endpoint, func(r *http.Request) faultproxy.Fault {
		// A range from the second half comes after some of the first is there.
		from := r.Header.Get("Range")
		if r.Method != http.MethodGet || from == "" || strings.HasPrefix(from, "bytes=0-") {
			return faultproxy.None
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/overwritten.csv"):
			if _, done := once.LoadOrStore("o", true); !done {
				b.server.Put(t, b.name, "p/overwritten.csv", contents["new.csv"])
			}
		case strings.HasSuffix(r.URL.Path, "/deleted.csv"):
			if _, done := once.LoadOrStore("d", true); !done {
				b.server.Delete(t, b.name, "p/deleted.csv")
			}
		}
		return faultproxy.None
	}).URL
	db := filepath.Join(dir, "changed.duckdb")
	b.sluice(t, "load", b.url("p/"), "--to", "duckdb:"+db, "--table", "orders", "--memory", "64MiB").expect(t, 3)
	list := files(t, db)
	if list["good.csv"].State != "done" || list["good.csv"].Rows != rows {
		t.Errorf("good.csv: %+v", list["good.csv"])
	}
	for _, name := range []string{"overwritten.csv", "deleted.csv"} {
		if f := list[name]; f.State != "failed" || !strings.Contains(f.Reason, "changed") && !strings.Contains(f.Reason, "deleted") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	// Whatever rows they left are a beginning of what was listed.
	if n := scalar(t, db, `SELECT count(*) FROM orders WHERE id >= 1800000`); n != 0 {
		t.Errorf("%d rows of a generation that was never listed", n)
	}
	if n := scalar(t, db, `SELECT count(*) - count(DISTINCT id) FROM orders`); n != 0 {
		t.Errorf("%d rows are there twice", n)
	}
	for name, first := range map[string]string{"overwritten.csv": "0", "deleted.csv": "600000"} {
		rows := scalar(t, db, `SELECT count(*) FROM orders WHERE id >= `+first+` AND id < `+first+` + 600000`)
		if last := scalar(t, db, `SELECT coalesce(max(id) + 1 - `+first+`, 0) FROM orders WHERE id >= `+first+` AND id < `+first+` + 600000`); rows != last || rows != list[name].Rows {
			t.Errorf("%s: %d rows in the table up to row %d, the ledger has %d", name, rows, last, list[name].Rows)
		}
	}
}
