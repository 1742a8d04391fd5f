package sqs

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// beaters is how many batches of heartbeats are under way at most.
	beaters = 4
	// clockSlack is how much earlier than we SQS may count a receipt.
	clockSlack = 30 * time.Second
)

// beat prolongs the time of what is held, at a third of the visibility
// timeout, until Close: so one heartbeat may fail.
func (s *Source) beat(ctx context.Context) {
	interval := s.queue.visibility / 3
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.prolong(ctx, s.held.due(interval/2))
		case <-s.stopped:
			return
		case <-ctx.Done():
			return
		}
	}
}

// due is what was not prolonged for a while. Heartbeats end when SQS would not
// take them any longer: the message comes again then, and is known.
func (h *held) due(since time.Duration) []*message {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	var list []*message
	for _, m := range h.messages {
		returning := m.settled && m.fate.keep
		if !returning && !m.lost && now.Sub(m.extended) >= since && now.Sub(m.received) < longestVisibility-clockSlack {
			list = append(list, m)
		}
	}
	return list
}

func (s *Source) prolong(ctx context.Context, list []*message) {
	var group errgroup.Group
	group.SetLimit(beaters)
	for i := 0; i < len(list); i += batchSize {
		group.Go(func() error {
			s.prolongBatch(ctx, list[i:min(i+batchSize, len(list))], i == 0)
			return nil
		})
	}
	group.Wait()
}

// prolongBatch sends one batch of heartbeats. That one fails does not matter
// to the load: the ledger answers for what is delivered twice.
func (s *Source) prolongBatch(ctx context.Context, batch []*message, first bool) {
	now := time.Now()
	handles := s.held.handles(batch)
	failed, err := s.setVisibility(ctx, batch, s.remaining)
	if err != nil {
		s.queueFailed("prolong messages of", "sqs:ChangeMessageVisibility", err, first)
		return
	}
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	for i, m := range batch {
		f, bad := failed[i]
		switch {
		case bad && f.final && m.handle == handles[i]:
			m.lost = true
			s.held.stats.Stale++
		case bad:
			s.held.stats.Failures++
		default:
			m.extended = now
			s.held.stats.Extended++
		}
	}
}

// remaining is for how long a message may be held from now on.
func (s *Source) remaining(m *message) time.Duration {
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	rest := min(s.queue.visibility, longestVisibility-clockSlack-time.Since(m.received))
	return max(rest.Truncate(time.Second), time.Second) // 0 would give it back
}
