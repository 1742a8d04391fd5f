package sqs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/object"
)

// receive asks for messages, while there is room for them, and passes on what
// they tell of. It returns when ctx ends.
func (s *Source) receive(ctx context.Context, arrivals chan<- []delivery) error {
	var wait backoff
	for {
		n := min(batchSize, s.cfg.Hold)
		if err := s.held.reserve(ctx, n); err != nil {
			return err
		}
		received, err := s.poll(ctx, n)
		s.held.free(n - len(received))
		switch {
		case ctx.Err() != nil && len(received) == 0:
			return ctx.Err()
		case err != nil:
			s.queueFailed("receive from", "sqs:ReceiveMessage", err, wait.longest == 0)
			if err := wait.sleep(ctx); err != nil {
				return err
			}
			continue
		}
		wait.reset()
		var batch []delivery
		for _, m := range received {
			batch = append(batch, s.read(ctx, m)...)
		}
		if len(batch) == 0 {
			continue
		}
		select {
		case arrivals <- batch:
		case <-ctx.Done():
			s.giveBack(batch)
			return ctx.Err()
		}
	}
}

// poll asks once. An answer that comes although ctx has ended is not lost:
// its messages are given back.
func (s *Source) poll(ctx context.Context, n int) ([]types.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTime+callTime)
	defer cancel()
	out, err := s.api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &s.cfg.Queue, MaxNumberOfMessages: int32(n), WaitTimeSeconds: int32(pollTime / time.Second),
		VisibilityTimeout: seconds(s.queue.visibility),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
		},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// queueFailed counts a request that has failed, and logs the first one in a
// row.
func (s *Source) queueFailed(doing, action string, err error, first bool) {
	s.held.count(func(st *Stats) { st.Failures++ })
	if first {
		s.log.Warn("a request to the queue failed; it is made again", "error", s.explain(doing, action, err))
	}
}

// read decides about each record of a message, and returns the objects that
// are to be delivered.
func (s *Source) read(ctx context.Context, received types.Message) []delivery {
	now := time.Now()
	m := s.held.admit(&message{
		id: aws.ToString(received.MessageId), handle: aws.ToString(received.ReceiptHandle), received: now, extended: now,
		receipts: int(number(received, types.MessageSystemAttributeNameApproximateReceiveCount)),
		sent:     sentTime(received),
	})
	if m == nil {
		return nil
	}
	var batch []delivery
	all, err := parse(aws.ToString(received.Body))
	switch {
	case err != nil:
		all.malformed = append(all.malformed, err)
	case all.test:
		s.held.count(func(st *Stats) { st.TestEvents++ })
	}
	var foreign []error
	for _, e := range all.events {
		d, outcome, err := s.decide(ctx, e)
		switch {
		case err != nil && outcome == refuse:
			foreign = append(foreign, err)
		case err != nil:
			s.log.Warn("an object of a message cannot be looked at; the message comes again", "message", m.id, "error", err)
			s.retry(m)
		case outcome == skip:
			s.held.count(func(st *Stats) { st.Skipped++ })
		case outcome == vanished:
			s.vanished(m)
		case s.held.expect(m, d):
			batch = append(batch, d)
		}
	}
	s.reject(m, all.malformed, foreign)
	s.held.verdict(m, fate{})
	return batch
}

// outcome is what becomes of a record.
type outcome int

const (
	load outcome = iota
	skip
	refuse
	vanished
)

// decide finds out what an event means. What the event does not tell of its
// object, the store is asked for.
func (s *Source) decide(ctx context.Context, e event) (delivery, outcome, error) {
	bucket := s.places.bucket(e)
	switch {
	case bucket == nil:
		return delivery{}, refuse, fmt.Errorf("the bucket %q is not one that is loaded from", e.bucket)
	case !e.created() || !s.places.wants(bucket, e.key):
		return delivery{}, skip, nil
	case e.size >= 0 && e.etag != "":
		// The version is left out on purpose: what is loaded is the current
		// one, and never an older one over it.
		return delivery{bucket, object.Info{Key: e.key, Size: e.size, Generation: awsclient.Generation(e.etag, e.size)}}, load, nil
	}
	info, err := bucket.Stat(ctx, e.key)
	switch {
	case abstract.ClassOf(err) == abstract.NotFound:
		return delivery{}, vanished, nil
	case err != nil:
		return delivery{}, load, err
	}
	info.Version = ""
	return delivery{bucket, info}, load, nil
}

// number reads a system attribute, 0 if it is not there.
func number(m types.Message, name types.MessageSystemAttributeName) int64 {
	n, err := strconv.ParseInt(m.Attributes[string(name)], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// sentTime is when a message was sent, by the queue's clock. It is shown and
// decides nothing.
func sentTime(m types.Message) time.Time {
	if ms := number(m, types.MessageSystemAttributeNameSentTimestamp); ms > 0 {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

func seconds(d time.Duration) int32 { return int32(d / time.Second) }
