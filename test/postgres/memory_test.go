package postgres_test

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
	"github.com/seed-ede61cd5/sluice/test/internal/rss"
	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
)

// TestT13SlowTarget (P10): a server that takes 1 MB a second holds the reader
// back. The load is ended once its memory has stopped growing.
func TestT13SlowTarget(t *testing.T) {
	const (
		mib    = 1 << 20
		memory = 32 * mib
		rows   = 3_000_000 // some 200 MB
		flat   = 20 * time.Second
	)
	address, command := database(t, t.Name()), binary(t)
	through, proxy := proxied(t, address)
	proxy.Judge(tcpproxy.Throttle(t.Context(), 1_000_000))
	data := t.TempDir()
	must(t, orders.WriteFile(filepath.Join(data, "big.csv"), 0, rows))
	cmd := exec.Command(command, "load", data, "--to", through, "--table", "orders", "--memory", "32MiB")
	must(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	peak, begun := int64(0), time.Now()
	for grown := begun; time.Since(grown) < flat && time.Since(begun) < 2*time.Minute; {
		select {
		case err := <-ended:
			t.Fatalf("the load ended: %v", err)
		case <-every.C:
		}
		if now := rss.HighWater(cmd.Process.Pid); now > peak+mib/2 {
			peak, grown = now, time.Now()
		}
	}
	peak = max(peak, rss.HighWater(cmd.Process.Pid))
	must(t, cmd.Process.Kill())
	<-ended
	if peak == 0 {
		t.Skip("this system has no /proc to read the peak from")
	}
	t.Logf("peak RSS %d MiB after %v", peak/mib, time.Since(begun).Round(time.Second))
	if limit := int64(memory + 200*mib); peak > limit {
		t.Errorf("peak RSS %d MiB exceeds %d MiB", peak/mib, limit/mib)
	}
}
