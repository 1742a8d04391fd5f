package postgres_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
)

// TestT01OpenIsTriedAgain cuts each of the sends of which opening consists,
// before and after the server has seen it. Only the very first, which shows
// whether there is a server at all, is not tried again.
func TestT01OpenIsTriedAgain(t *testing.T) {
	count := 0
	for name, verdict := range map[string]tcpproxy.Verdict{"reply lost": tcpproxy.CutReply, "request lost": tcpproxy.Cut} {
		for at := 2; ; at++ {
			through, proxy := proxied(t, database(t, fmt.Sprint(t.Name(), verdict, at)))
			var sent atomic.Int64
			proxy.Judge(func([]byte) tcpproxy.Verdict {
				if sent.Add(1) == int64(at) {
					return verdict
				}
				return tcpproxy.Forward
			})
			db, err := openTarget(t.Context(), through)
			if err != nil {
				t.Fatalf("send %d, %s: %v", at, name, err)
			}
			proxy.Judge(nil)
			must(t, db.Ledger().Bind(t.Context(), "p", "t"))
			must(t, db.Close())
			count++
			if sent.Load() < int64(at) {
				break
			}
		}
	}
	t.Logf("%d cuts", count)
}

// TestT09TooManyConnections when the target is opened: it waits for one.
func TestT09TooManyConnections(t *testing.T) {
	address := database(t, t.Name())
	_, err := connect(t, address).Exec(t.Context(), `CREATE ROLE narrow LOGIN CONNECTION LIMIT 1;
		DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO narrow', current_database()); END $$`)
	must(t, err)
	narrow := strings.Replace(address, "postgres@", "narrow@", 1)
	through, proxy := proxied(t, narrow)
	held := connect(t, narrow)
	asked := 0
	proxy.Judge(func(sent []byte) tcpproxy.Verdict {
		if bytes.Contains(sent, []byte("narrow\x00")) {
			if asked++; asked == 3 {
				if err := held.Close(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		return tcpproxy.Forward
	})
	db, err := openTarget(t.Context(), through)
	must(t, err)
	must(t, db.Close())
	if asked < 3 {
		t.Errorf("asked %d times", asked)
	}
}
