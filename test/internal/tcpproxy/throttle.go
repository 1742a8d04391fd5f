package tcpproxy

import (
	"context"
	"sync"
	"time"
)

// Throttle is a judge that lets all connections together send that many bytes
// a second, until ctx ends; then they are cut.
func Throttle(ctx context.Context, bytesPerSecond int) func([]byte) Verdict {
	var mu sync.Mutex
	var free time.Time // when the line is free again
	return func(sent []byte) Verdict {
		mu.Lock()
		if now := time.Now(); free.Before(now) {
			free = now
		}
		free = free.Add(time.Duration(len(sent)) * time.Second / time.Duration(bytesPerSecond))
		due := time.NewTimer(time.Until(free))
		mu.Unlock()
		defer due.Stop()
		select {
		case <-due.C:
			return Forward
		case <-ctx.Done():
			return Cut
		}
	}
}
