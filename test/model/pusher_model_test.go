package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/pusher"
)

// modelPusher is what a ParsequeuePusher should be, without any thought of
// speed: one list of what is in flight, one of what waits, both in order.
type modelPusher struct {
	limit    int64
	inFlight []*modelChunk
	waiting  []*modelChunk
	newest   map[string]*modelAttempt
}

type modelAttempt struct {
	number                  int
	completed, nacked, over bool
}

type modelChunk struct {
	pusher.Chunk
	attempt *modelAttempt
	outcome error // what Push should return, once it is neither waiting nor in flight
}

func (m *modelPusher) push(c *modelChunk) { m.waiting = append(m.waiting, c); m.admit() }

func (m *modelPusher) admit() {
	for len(m.waiting) > 0 {
		c := m.waiting[0]
		if m.limit > 0 && len(m.inFlight) > 0 && m.bytes()+c.Size > m.limit {
			return
		}
		m.waiting = m.waiting[1:]
		a := m.newest[c.FilePath]
		switch {
		case a != nil && c.Attempt < a.number:
			c.outcome = pusher.ErrSuperseded
			continue
		case a != nil && c.Attempt == a.number && !a.completed && a.nacked:
			c.outcome = pusher.ErrNacked
			continue
		case a == nil || c.Attempt > a.number || a.completed:
			if a != nil {
				a.over = true
			}
			a = &modelAttempt{number: c.Attempt}
			m.newest[c.FilePath] = a
		}
		a.completed = a.completed || c.Completed
		c.attempt = a
		m.inFlight = append(m.inFlight, c)
	}
}

func (m *modelPusher) settle(c *modelChunk, stored bool) (done bool) {
	a := c.attempt
	m.inFlight = slices.DeleteFunc(m.inFlight, func(other *modelChunk) bool { return other == c })
	a.nacked = a.nacked || !stored
	left := slices.ContainsFunc(m.inFlight, func(other *modelChunk) bool { return other.attempt == a })
	if a.completed && !left {
		done = !a.nacked && !a.over
		if m.newest[c.FilePath] == a {
			delete(m.newest, c.FilePath)
		}
	}
	m.admit()
	return done
}

func (m *modelPusher) bytes() (sum int64) {
	for _, c := range m.inFlight {
		sum += c.Size
	}
	return sum
}

// String is the observable state, in the words of describe.
func (m *modelPusher) String() string {
	progress := make(map[string]pusher.Progress)
	for path, a := range m.newest {
		p := pusher.Progress{Done: a.completed}
		for _, c := range m.inFlight {
			if c.attempt == a {
				p.ReadOffsets = append(p.ReadOffsets, c.Offset)
			}
		}
		progress[path] = p
	}
	return describe(int64(len(m.inFlight)), m.bytes(), progress)
}

func describe(chunks, bytes int64, progress map[string]pusher.Progress) string {
	var files []string
	for path, p := range progress {
		slices.SortFunc(p.ReadOffsets, func(a, b any) int { return a.(int) - b.(int) })
		files = append(files, fmt.Sprintf("%s%v%v", path, p.ReadOffsets, p.Done))
	}
	slices.Sort(files)
	return fmt.Sprintf("%d chunks, %d bytes: %s", chunks, bytes, strings.Join(files, " "))
}
