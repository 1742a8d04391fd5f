package e2e

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// peakRSS watches the most memory that a process had at once. It reads the
// kernel's own high-water mark, VmHWM in proc(5). The one in wait4's rusage
// will not do: it is never below what this process had when it forked.
type peakRSS struct {
	stop chan struct{}
	peak chan int64
}

const rssEvery = 20 * time.Millisecond

func watchRSS(pid int) *peakRSS {
	p := &peakRSS{stop: make(chan struct{}), peak: make(chan int64, 1)}
	go func() {
		var peak int64
		ticker := time.NewTicker(rssEvery)
		defer ticker.Stop()
		for {
			peak = max(peak, highWater(pid))
			select {
			case <-ticker.C:
			case <-p.stop:
				p.peak <- peak
				return
			}
		}
	}()
	return p
}

// end ends the watch and tells the peak in bytes, 0 where there is no /proc.
func (p *peakRSS) end() int64 {
	close(p.stop)
	return <-p.peak
}

func highWater(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(status, []byte("VmHWM:"))
	if !found {
		return 0 // it has ended
	}
	var kib int64
	if _, err := fmt.Fscan(bytes.NewReader(rest), &kib); err != nil {
		return 0
	}
	return kib << 10
}
