package e2e

import (
	"os"
	"syscall"
)

// maxRSS is the most memory that a process had at once, in bytes.
func maxRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10 // Linux counts in KiB, see getrusage(2)
}
