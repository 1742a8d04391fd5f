package main

import "slices"

// result is what a contender has shown.
type result struct {
	contender
	in    input
	loads []load
}

// median is the middle of what of tells of each load.
func (r result) median(of func(load) float64) float64 { return median(r.loads, of) }

func median(list []load, of func(load) float64) float64 {
	var values []float64
	for _, l := range list {
		values = append(values, of(l))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// What can be told of a load.
func wall(l load) float64        { return l.wall }
func others(l load) float64      { return l.others }
func idleForDisk(l load) float64 { return l.idleForDisk }

// speed is rows a second, as the median load has it.
func (r result) speed() float64 { return float64(r.in.rows) / r.median(wall) }

// cpuPerRow is the CPU time of all processes, which other work on the machine
// distorts less than it does the speed.
func (r result) cpuPerRow() float64 { return r.median(load.ours) / float64(r.in.rows) }

// share is a time as a part of what all cores had to give.
func (r result) share(of func(load) float64) float64 {
	return r.median(func(l load) float64 { return l.share(of(l)) })
}

// peak is the client's memory in MiB.
func (r result) peak() int64 {
	return int64(r.median(func(l load) float64 { return float64(l.rss) })) >> 20
}

func extremes(loads []load) (fastest, slowest float64) {
	fastest = loads[0].wall
	for _, l := range loads {
		fastest, slowest = min(fastest, l.wall), max(slowest, l.wall)
	}
	return fastest, slowest
}
