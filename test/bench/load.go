package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/rss"
)

// load is what one load took. Times are in seconds; those of CPUs are summed
// up over all cores.
type load struct {
	wall                    float64
	client, database, store float64 // CPU time of the processes
	others                  float64 // CPU time of whatever else ran on the machine
	idleForDisk             float64 // time that cores were idle because of the disk
	rss                     int64   // bytes of the client at its peak
}

// measure runs a loader's process once. databaseCPU and storeCPU tell what the
// servers have used so far.
func measure(cmd *exec.Cmd, databaseCPU, storeCPU func() float64) (l load, err error) {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	database, store := databaseCPU(), storeCPU()
	busy, waiting := machineCPU()
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return l, err
	}
	peak := rss.Watch(cmd.Process.Pid)
	err = cmd.Wait()
	l.wall = time.Since(begun).Seconds()
	l.rss = peak.End()
	if err != nil {
		return l, fmt.Errorf("%w\n%s", err, said.Bytes())
	}
	nowBusy, nowWaiting := machineCPU()
	l.client = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	l.database, l.store = databaseCPU()-database, storeCPU()-store
	l.others = max(0, nowBusy-busy-l.ours())
	l.idleForDisk = nowWaiting - waiting
	return l, nil
}

// ours is the CPU time of all that took part.
func (l load) ours() float64 { return l.client + l.database + l.store }

// share is a time as a part of what all cores had to give meanwhile.
func (l load) share(seconds float64) float64 {
	return seconds / (l.wall * float64(runtime.NumCPU()))
}
