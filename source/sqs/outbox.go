package sqs

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// deleters is how many batches of deletes are under way at most: enough
	// for 1,000 messages a second at a latency of 40 ms.
	deleters = 4
	// linger is how long a batch waits to be full.
	linger = 200 * time.Millisecond
	// maxTries is how often a batch is sent, over a minute or so. What could
	// not be deleted then comes again, and is found to be loaded.
	maxTries = 8
)

// drain sends what comes through the queue, ten at a time, until the queue is
// closed and empty. What must be sent again send returns. gathering has
// room for one of those who drain one queue: one at a time gathers, so that
// batches are full.
func (s *Source) drain(ctx context.Context, gathering chan struct{}, queue <-chan *message, send func(context.Context, []*message, bool) []*message) {
	for {
		gathering <- struct{}{}
		batch := gather(queue)
		<-gathering
		if len(batch) == 0 {
			return
		}
		var wait backoff
		for tries := 1; ; tries++ {
			if batch = send(ctx, batch, tries == 1); len(batch) == 0 {
				break
			}
			if tries == maxTries || wait.sleep(ctx) != nil {
				s.log.Warn("messages could not be deleted or given back; they come again", "messages", len(batch))
				for _, m := range batch {
					s.held.forget(m)
				}
				break
			}
		}
	}
}

// gather waits for a message, and a little longer for more. It returns none
// when the queue is closed.
func gather(queue <-chan *message) []*message {
	first, ok := <-queue
	if !ok {
		return nil
	}
	batch := []*message{first}
	timer := time.NewTimer(linger)
	defer timer.Stop()
	for len(batch) < batchSize {
		select {
		case m, ok := <-queue:
			if !ok {
				return batch
			}
			batch = append(batch, m)
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// delete deletes messages, and returns those that must be tried again.
func (s *Source) delete(ctx context.Context, batch []*message, first bool) (again []*message) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	handles := s.held.handles(batch)
	entries := make([]types.DeleteMessageBatchRequestEntry, len(batch))
	for i := range batch {
		id := strconv.Itoa(i)
		entries[i] = types.DeleteMessageBatchRequestEntry{Id: &id, ReceiptHandle: &handles[i]}
	}
	out, err := s.api.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &s.cfg.Queue, Entries: entries})
	if err != nil {
		s.queueFailed("delete from", "sqs:DeleteMessage", err, first)
		return batch
	}
	failed := failures(out.Failed)
	for i, m := range batch {
		switch f, bad := failed[i]; {
		case bad && f.final:
			s.held.end(m, func(st *Stats) { st.Stale++ })
		case bad:
			s.held.count(func(st *Stats) { st.Failures++ })
			again = append(again, m)
		case s.held.renewed(m, handles[i]):
			// It was received again meanwhile: SQS may have taken the old
			// handle without deleting anything.
			again = append(again, m)
		default:
			s.held.end(m, func(st *Stats) { st.Deleted++ })
		}
	}
	return again
}

// giveBackNow makes messages come again, each after its delay, and returns
// those that must be tried again.
func (s *Source) giveBackNow(ctx context.Context, batch []*message, first bool) (again []*message) {
	failed, err := s.setVisibility(ctx, batch, func(m *message) time.Duration { return m.fate.delay })
	if err != nil {
		s.queueFailed("give messages back to", "sqs:ChangeMessageVisibility", err, first)
		return batch
	}
	for i, m := range batch {
		switch f, bad := failed[i]; {
		case bad && f.final:
			s.held.end(m, func(st *Stats) { st.Stale++ })
		case bad:
			s.held.count(func(st *Stats) { st.Failures++ })
			again = append(again, m)
		default:
			s.held.end(m, func(st *Stats) { st.Released++ })
		}
	}
	return again
}

// setVisibility says when messages come again, if they are not deleted before.
// failed are those of the batch for which it could not be said, by index.
func (s *Source) setVisibility(ctx context.Context, batch []*message, until func(*message) time.Duration) (failed map[int]failure, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	handles := s.held.handles(batch)
	entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(batch))
	for i, m := range batch {
		id := strconv.Itoa(i)
		entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{Id: &id, ReceiptHandle: &handles[i], VisibilityTimeout: seconds(until(m))}
	}
	out, err := s.api.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &s.cfg.Queue, Entries: entries})
	if err != nil {
		return nil, err
	}
	return failures(out.Failed), nil
}

// failure is why one entry of a batch failed.
type failure struct {
	// final tells that it will fail again: the receipt handle is too old, or
	// the message is gone.
	final bool
}

// failures returns the failed entries by their index.
func failures(list []types.BatchResultErrorEntry) map[int]failure {
	if len(list) == 0 {
		return nil
	}
	failed := make(map[int]failure, len(list))
	for _, f := range list {
		if i, err := strconv.Atoi(*f.Id); err == nil {
			failed[i] = failure{final: f.SenderFault}
		}
	}
	return failed
}

// handles are the newest receipt handles.
func (h *held) handles(batch []*message) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]string, len(batch))
	for i, m := range batch {
		list[i] = m.handle
	}
	return list
}

// renewed tells whether a message has got another handle.
func (h *held) renewed(m *message, handle string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return m.handle != handle
}

// end ends a message and counts how.
func (h *held) end(m *message, change func(*Stats)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(&h.stats)
	h.forgetLocked(m)
}
