package sqs

import "time"

// Stats is what a source has done, and has to do, at one moment.
type Stats struct {
	// Received counts messages, each time that one came.
	Received int64
	// Duplicates counts receipts of messages that were held at that moment.
	Duplicates int64
	// TestEvents counts what S3 sends when notifications are set up.
	TestEvents int64
	// Skipped counts records that need no loading by rule: events other than
	// creation, and keys outside of the places.
	Skipped int64
	// Superseded counts objects that were gone or had another generation when
	// they were to be loaded.
	Superseded int64
	// Poison counts messages with something in them that could not be
	// understood, Foreign those with objects of other buckets, each time that
	// one came.
	Poison, Foreign int64
	// Deleted counts messages that were deleted, Released those that were
	// given back to be delivered again.
	Deleted, Released int64
	// Extended counts prolongations of the time for which a message is held.
	Extended int64
	// Stale counts requests that came too late, for messages that were held
	// by somebody else meanwhile, or deleted.
	Stale int64
	// Failures counts requests to the queue that failed.
	Failures int64
	// Held is the messages held now, Oldest the age of the oldest of them,
	// counted from when it was sent.
	Held   int
	Oldest time.Duration
}

// Stats returns a snapshot.
func (s *Source) Stats() Stats {
	h := s.held
	h.mu.Lock()
	defer h.mu.Unlock()
	stats := h.stats
	stats.Held = len(h.messages)
	now := time.Now()
	for _, m := range h.messages {
		if !m.sent.IsZero() {
			stats.Oldest = max(stats.Oldest, now.Sub(m.sent))
		}
	}
	return stats
}

// count changes the counters.
func (h *held) count(change func(*Stats)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(&h.stats)
}
