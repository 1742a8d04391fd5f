package sqs

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// message is a message from its receipt until it is deleted or given back.
// Everything in it that changes is guarded by held.mu.
type message struct {
	id   string
	sent time.Time // zero if the queue does not tell

	// handle is what the newest receipt gave: only with that one can the
	// message be deleted for certain.
	handle   string
	received time.Time // with that handle
	extended time.Time // when its time was last prolonged
	receipts int       // how often it was given out, to anybody
	lost     bool      // somebody else may hold it: it cannot be prolonged

	open    int // objects without a verdict, and 1 while it is being read
	weight  int // what it counts for in held.used
	fate    fate
	settled bool // it is on its way to be deleted or given back
}

// fate is what will become of a message when all verdicts are in. The zero
// value is to be deleted.
type fate struct {
	keep  bool
	delay time.Duration // until it is delivered again
}

// join adds a verdict: one record that failed keeps the message, and the
// longest delay counts.
func (f *fate) join(other fate) {
	f.keep = f.keep || other.keep
	f.delay = max(f.delay, other.delay)
}

// delivery is an object for the engine.
type delivery struct {
	bucket object.Bucket
	info   object.Info
}

func (d delivery) id() abstract.ObjectID { return object.ID(d.bucket, d.info) }

// awaited is an object that was delivered and not answered yet, with the
// messages that tell of it.
type awaited struct {
	delivery
	messages []*message
}

// held is all messages that are held, and what they wait for.
type held struct {
	limit            int
	deletes, returns chan *message // each has room for all messages
	again            chan struct{} // tells that redeliver is not empty

	mu       sync.Mutex
	messages map[string]*message              // by id
	awaited  map[abstract.ObjectID][]*awaited // without generations
	late     []delivery                       // to be delivered again
	used     int                              // sum of the weights, and what is reserved
	freed    chan struct{}                    // closed when used falls
	closed   bool
	stats    Stats
}

func newHeld(limit int) *held {
	return &held{
		limit: limit, deletes: make(chan *message, limit), returns: make(chan *message, limit), again: make(chan struct{}, 1),
		messages: map[string]*message{}, awaited: map[abstract.ObjectID][]*awaited{}, freed: make(chan struct{}),
	}
}

// reserve waits until there is room for n more messages, and takes it.
func (h *held) reserve(ctx context.Context, n int) error {
	for {
		h.mu.Lock()
		if h.used+n <= h.limit {
			h.used += n
			h.mu.Unlock()
			return nil
		}
		freed := h.freed
		h.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// free gives back room.
func (h *held) free(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.freeLocked(n)
}

func (h *held) freeLocked(n int) {
	if n == 0 {
		return
	}
	h.used -= n
	close(h.freed)
	h.freed = make(chan struct{})
}

// admit takes a message that was received, for which room was reserved. It
// returns nil if the message is held already: then the receipt is all that was
// new about it.
func (h *held) admit(m *message) *message {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.Received++
	if old := h.messages[m.id]; old != nil {
		h.stats.Duplicates++
		old.handle, old.received, old.extended, old.receipts, old.lost = m.handle, m.received, m.received, m.receipts, false
		h.freeLocked(1)
		return nil
	}
	m.open, m.weight = 1, 1 // until all of it was read, so that it cannot end before
	h.messages[m.id] = m
	return m
}

// expect makes m wait for an object, and tells whether the object is to be
// delivered: it is not if it was already and will be answered.
func (h *held) expect(m *message, d delivery) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := keyOf(d.id())
	for _, a := range h.awaited[key] {
		if a.info.Generation == d.info.Generation {
			if !slices.Contains(a.messages, m) {
				a.messages = append(a.messages, m)
				h.addLocked(m)
			}
			return false
		}
	}
	h.awaited[key] = append(h.awaited[key], &awaited{delivery: d, messages: []*message{m}})
	h.addLocked(m)
	return true
}

func (h *held) addLocked(m *message) {
	if m.open++; m.open > 2 { // the first record came with the message
		m.weight++
		h.used++
	}
}

// awaits tells whether a message waits for an object.
func (h *held) awaits(id abstract.ObjectID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.awaited[keyOf(id)], func(a *awaited) bool { return a.info.Generation == id.Generation })
}

// answer gives the messages that wait for an object their verdict. Other
// generations of the object, which the engine does not take while it has one
// of them, are to be delivered again.
func (h *held) answer(id abstract.ObjectID, verdict func(*message) fate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := keyOf(id)
	others := h.awaited[key][:0]
	for _, a := range h.awaited[key] {
		if a.info.Generation != id.Generation {
			others = append(others, a)
			h.late = append(h.late, a.delivery)
			continue
		}
		for _, m := range a.messages {
			h.verdictLocked(m, verdict(m))
		}
	}
	if len(others) == 0 {
		delete(h.awaited, key)
		return
	}
	h.awaited[key] = others
	select {
	case h.again <- struct{}{}:
	default:
	}
}

// takeLate returns what is to be delivered again.
func (h *held) takeLate() []delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	late := h.late
	h.late = nil
	return late
}

// verdict counts one verdict on m.
func (h *held) verdict(m *message, f fate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.verdictLocked(m, f)
}

func (h *held) verdictLocked(m *message, f fate) {
	m.fate.join(f)
	if m.open--; m.open == 0 {
		h.settleLocked(m)
	}
}

// settleLocked sends m on its way. It does not wait: the channels have room
// for all messages that are held.
func (h *held) settleLocked(m *message) {
	switch {
	case m.settled:
	case h.closed:
		h.forgetLocked(m)
	case m.fate.keep:
		m.settled = true
		h.returns <- m
	default:
		m.settled = true
		h.deletes <- m
	}
}

// forget ends m.
func (h *held) forget(m *message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forgetLocked(m)
}

func (h *held) forgetLocked(m *message) {
	delete(h.messages, m.id)
	h.freeLocked(m.weight)
}

// close gives back every message that has no verdict, and lets nothing in.
func (h *held) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	for _, m := range h.messages {
		if !m.settled {
			m.fate = fate{keep: true}
			h.settleLocked(m)
		}
	}
	clear(h.awaited)
	h.late = nil
	h.closed = true
	close(h.deletes)
	close(h.returns)
}

func keyOf(id abstract.ObjectID) abstract.ObjectID {
	id.Generation = ""
	return id
}
