package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// ticks a second are what the kernel counts CPU time in; USER_HZ, see proc(5).
const ticks = 100

// machine describes it, and what the benchmark was built with.
func machine() string {
	model := "unknown CPU"
	text, _ := os.ReadFile("/proc/cpuinfo")
	if _, rest, found := strings.Cut(string(text), "model name\t: "); found {
		model, _, _ = strings.Cut(rest, "\n")
	}
	return fmt.Sprintf("%s, %d cores (%s), %s/%s, load average %s, %s, DuckDB %s",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH, loadAverage(), runtime.Version(), duckdbVersion())
}

func loadAverage() string {
	average, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(average), " ")
	return first
}

// machineCPU is for how many seconds the cores were busy since the start of
// the machine, and idle because of the disk (Linux; 0 elsewhere).
func machineCPU() (busy, waiting float64) {
	text, _ := os.ReadFile("/proc/stat")
	first, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(first)
	if len(fields) < 9 {
		return 0, 0
	}
	field := func(n int) float64 { v, _ := strconv.ParseFloat(fields[n], 64); return v / ticks }
	// user, nice, system, idle, iowait, irq, softirq, steal
	return field(1) + field(2) + field(3) + field(6) + field(7) + field(8), field(5)
}

// serverCPU is the CPU time in seconds of a server and of its children, those
// that have ended included (Linux; 0 elsewhere).
func serverCPU(server int) float64 {
	list, _ := filepath.Glob("/proc/[0-9]*/stat")
	total := 0
	for _, name := range list {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		field := func(n int) int { v, _ := strconv.Atoi(fields[n-3]); return v } // numbered as in proc(5)
		switch {
		case pid == server:
			total += field(14) + field(15) + field(16) + field(17)
		case field(4) == server:
			total += field(14) + field(15)
		}
	}
	return float64(total) / ticks
}
