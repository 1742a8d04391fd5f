package sqs

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/seed-ede61cd5/sluice/abstract"
)

const (
	// leastVisibility is the shortest time for which messages are held, even
	// if the queue has a shorter one: heartbeats must keep up.
	leastVisibility = 30 * time.Second
	// fewReceipts is a maxReceiveCount that a few restarts use up.
	fewReceipts = 5
)

// queue is what is known about the queue.
type queue struct {
	visibility time.Duration // for which messages are held
	redrive    bool          // it has a redrive policy
	receipts   int           // how often a message is given out under it
}

// Check finds out whether the queue can be used and how it is set up, and logs
// what is not wise about it. An error names what has to change; it is
// Transient if it may pass. Pages calls Check if nobody did.
func (s *Source) Check(ctx context.Context) error {
	if s.queue != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	out, err := s.api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl:       &s.cfg.Queue,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameVisibilityTimeout, types.QueueAttributeNameRedrivePolicy},
	})
	if err != nil {
		return s.explain("look at", "sqs:GetQueueAttributes", err)
	}
	q, err := describe(out.Attributes)
	if err != nil {
		return abstract.WithClass(abstract.Permanent, fmt.Errorf("look at queue %q: %w", s.cfg.Queue, err))
	}
	switch {
	case !q.redrive:
		s.log.Warn("the queue has no redrive policy: messages that cannot be understood stay in it until they expire", "queue", s.cfg.Queue)
	case q.receipts < fewReceipts:
		s.log.Warn("the queue's maxReceiveCount is small: a few restarts move good messages to the dead-letter queue",
			"queue", s.cfg.Queue, "maxReceiveCount", q.receipts)
	}
	s.queue = &q
	return nil
}

// describe reads a queue's attributes.
func describe(attributes map[string]string) (queue, error) {
	text := attributes[string(types.QueueAttributeNameVisibilityTimeout)]
	n, err := strconv.Atoi(text)
	if err != nil {
		return queue{}, fmt.Errorf("its visibility timeout is %q, not a number of seconds", text)
	}
	q := queue{visibility: max(time.Duration(n)*time.Second, leastVisibility)}
	text = attributes[string(types.QueueAttributeNameRedrivePolicy)]
	if text == "" {
		return q, nil
	}
	var policy struct {
		Max json.RawMessage `json:"maxReceiveCount"` // "5" or 5
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		return queue{}, fmt.Errorf("its redrive policy %q: %w", text, err)
	}
	count := string(policy.Max)
	if unquoted, err := strconv.Unquote(count); err == nil {
		count = unquoted
	}
	if q.receipts, err = strconv.Atoi(count); err != nil {
		return queue{}, fmt.Errorf("its redrive policy %q has no maxReceiveCount", text)
	}
	q.redrive = true
	return q, nil
}
