// Package rss watches how much memory a process takes.
package rss

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// Peak watches the most memory that a process had at once. It reads the
// kernel's own high-water mark, VmHWM in proc(5). The one in wait4's rusage
// will not do: it is never below what this process had when it forked.
type Peak struct {
	stop chan struct{}
	peak chan int64
}

const every = 20 * time.Millisecond

// Watch begins to watch a process.
func Watch(pid int) *Peak {
	p := &Peak{stop: make(chan struct{}), peak: make(chan int64, 1)}
	go func() {
		var peak int64
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			peak = max(peak, HighWater(pid))
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

// End ends the watch and tells the peak in bytes, 0 where there is no /proc.
func (p *Peak) End() int64 {
	close(p.stop)
	return <-p.peak
}

// HighWater is the most memory that a process had at once so far, in bytes: 0
// where there is no /proc, and when it has ended.
func HighWater(pid int) int64 {
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
