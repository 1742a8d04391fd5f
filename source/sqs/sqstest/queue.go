package sqstest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	source "github.com/seed-ede61cd5/sluice/source/sqs"
)

// Queue is a standard queue. Its methods may be called concurrently. Change
// its fields before it is used.
type Queue struct {
	// Visibility is the queue's visibility timeout.
	Visibility time.Duration
	// MaxReceives is the redrive policy: a message that was given out so often
	// goes to Dead instead. 0 means that there is no such policy.
	MaxReceives int
	// Order picks the next message of n, to give them out in another order
	// than they came. Nil means the oldest.
	Order func(n int) int
	// Fail is asked before a request, named as in the API, and ends it with
	// its error. Nil lets all pass.
	Fail func(call string) error
	// FailEntry is asked for each entry of a batch, and makes it fail for the
	// server's fault. Nil lets all pass.
	FailEntry func(call, handle string) bool

	mu       sync.Mutex
	messages []*stored
	dead     []string
	calls    map[string]int
	sent     int
	arrived  chan struct{} // closed when a message may have become visible
}

var _ source.API = (*Queue)(nil)

// stored is a message in the queue.
type stored struct {
	id, body string
	sent     time.Time
	visible  time.Time // when it may be given out
	receives int
	handle   string // of the last receipt
	received time.Time
}

// New returns an empty queue with a visibility timeout of 30 seconds and no
// redrive policy.
func New() *Queue {
	return &Queue{Visibility: 30 * time.Second, calls: map[string]int{}, arrived: make(chan struct{})}
}

// Shuffled is an order for [Queue.Order] that the seed decides.
func Shuffled(seed uint64) func(int) int {
	r := rand.New(rand.NewPCG(seed, seed))
	return r.IntN
}

// Send puts messages into the queue and returns the id of the last.
func (q *Queue) Send(bodies ...string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := ""
	for _, body := range bodies {
		q.sent++
		id = fmt.Sprintf("m-%06d", q.sent)
		q.messages = append(q.messages, &stored{id: id, body: body, sent: time.Now(), visible: time.Now()})
	}
	q.wake()
	return id
}

// Redeliver makes a message visible that is held, as SQS may at any time.
func (q *Queue) Redeliver(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if m.id == id {
			m.visible = time.Now()
		}
	}
	q.wake()
}

// Purge removes all messages.
func (q *Queue) Purge() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = nil
}

// Len is how many messages are in the queue, those held included.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.messages)
}

// Visible is how many messages could be received now.
func (q *Queue) Visible() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, m := range q.messages {
		if !m.visible.After(time.Now()) {
			n++
		}
	}
	return n
}

// Dead are the bodies of the messages that the redrive policy took away.
func (q *Queue) Dead() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]string(nil), q.dead...)
}

// Calls is how often a request was made.
func (q *Queue) Calls(call string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.calls[call]
}

func (q *Queue) wake() {
	close(q.arrived)
	q.arrived = make(chan struct{})
}

// begin counts a request, and fails it if it is to fail.
func (q *Queue) begin(ctx context.Context, call string) error {
	q.mu.Lock()
	q.calls[call]++
	q.mu.Unlock()
	if q.Fail != nil {
		if err := q.Fail(call); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// GetQueueAttributes implements [source.API].
func (q *Queue) GetQueueAttributes(ctx context.Context, _ *sqs.GetQueueAttributesInput, _ ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	if err := q.begin(ctx, "GetQueueAttributes"); err != nil {
		return nil, err
	}
	attributes := map[string]string{"VisibilityTimeout": strconv.Itoa(int(q.Visibility / time.Second))}
	if q.MaxReceives > 0 {
		attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":"%d"}`, q.MaxReceives)
	}
	return &sqs.GetQueueAttributesOutput{Attributes: attributes}, nil
}

// ReceiveMessage implements [source.API].
func (q *Queue) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	if err := q.begin(ctx, "ReceiveMessage"); err != nil {
		return nil, err
	}
	end := time.Now().Add(time.Duration(in.WaitTimeSeconds) * time.Second)
	for {
		q.mu.Lock()
		out, next := q.take(int(in.MaxNumberOfMessages), time.Duration(in.VisibilityTimeout)*time.Second)
		arrived := q.arrived
		q.mu.Unlock()
		if len(out) > 0 || !time.Now().Before(end) {
			return &sqs.ReceiveMessageOutput{Messages: out}, nil
		}
		if next.IsZero() || next.After(end) {
			next = end
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-arrived:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
		timer.Stop()
	}
}

// take gives out messages; next is when another one becomes visible.
func (q *Queue) take(most int, visibility time.Duration) (out []types.Message, next time.Time) {
	now := time.Now()
	for len(out) < most {
		var ready []*stored
		next = time.Time{}
		for _, m := range q.messages {
			switch {
			case !m.visible.After(now):
				ready = append(ready, m)
			case next.IsZero() || m.visible.Before(next):
				next = m.visible
			}
		}
		if len(ready) == 0 {
			break
		}
		i := 0
		if q.Order != nil {
			i = q.Order(len(ready))
		}
		m := ready[i]
		if q.MaxReceives > 0 && m.receives >= q.MaxReceives {
			q.remove(m)
			q.dead = append(q.dead, m.body)
			continue
		}
		m.receives++
		m.visible, m.received = now.Add(visibility), now
		m.handle = fmt.Sprintf("%s/%d", m.id, m.receives)
		out = append(out, types.Message{
			MessageId: aws.String(m.id), ReceiptHandle: aws.String(m.handle), Body: aws.String(m.body),
			Attributes: map[string]string{
				"ApproximateReceiveCount": strconv.Itoa(m.receives),
				"SentTimestamp":           strconv.FormatInt(m.sent.UnixMilli(), 10),
			},
		})
	}
	return out, next
}

func (q *Queue) remove(m *stored) {
	for i, other := range q.messages {
		if other == m {
			q.messages = append(q.messages[:i], q.messages[i+1:]...)
			return
		}
	}
}

// byHandle is the message with that handle, nil if there is none or it was
// given out again since.
func (q *Queue) byHandle(handle *string) *stored {
	for _, m := range q.messages {
		if m.handle == aws.ToString(handle) {
			return m
		}
	}
	return nil
}

// DeleteMessageBatch implements [source.API]. A handle that is too old is taken
// without anything being deleted, as SQS does.
func (q *Queue) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	const call = "DeleteMessageBatch"
	if err := q.begin(ctx, call); err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, e := range in.Entries {
		ids[aws.ToString(e.Id)] = true
	}
	if err := checkBatch(len(in.Entries), len(ids)); err != nil {
		return nil, err
	}
	out := &sqs.DeleteMessageBatchOutput{}
	for _, e := range in.Entries {
		if q.FailEntry != nil && q.FailEntry(call, *e.ReceiptHandle) {
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: aws.String("InternalError")})
			continue
		}
		q.mu.Lock()
		if m := q.byHandle(e.ReceiptHandle); m != nil {
			q.remove(m)
		}
		q.mu.Unlock()
		out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: e.Id})
	}
	return out, nil
}

// ChangeMessageVisibilityBatch implements [source.API]. It refuses to let a
// message be held for more than twelve hours from its receipt.
func (q *Queue) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	const call = "ChangeMessageVisibilityBatch"
	if err := q.begin(ctx, call); err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, e := range in.Entries {
		ids[aws.ToString(e.Id)] = true
	}
	if err := checkBatch(len(in.Entries), len(ids)); err != nil {
		return nil, err
	}
	out := &sqs.ChangeMessageVisibilityBatchOutput{}
	for _, e := range in.Entries {
		fault := func(code string, sender bool) {
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: &code, SenderFault: sender})
		}
		if q.FailEntry != nil && q.FailEntry(call, *e.ReceiptHandle) {
			fault("InternalError", false)
			continue
		}
		q.mu.Lock()
		until := time.Now().Add(time.Duration(e.VisibilityTimeout) * time.Second)
		switch m := q.byHandle(e.ReceiptHandle); {
		case m == nil:
			fault("ReceiptHandleIsInvalid", true)
		case !m.visible.After(time.Now()):
			fault("MessageNotInflight", true)
		case until.Sub(m.received) > 12*time.Hour:
			fault("InvalidParameterValue", true)
		default:
			m.visible = until
			q.wake()
			out.Successful = append(out.Successful, types.ChangeMessageVisibilityBatchResultEntry{Id: e.Id})
		}
		q.mu.Unlock()
	}
	return out, nil
}

// checkBatch refuses what SQS refuses as a whole.
func checkBatch(entries, ids int) error {
	switch {
	case entries == 0:
		return &types.EmptyBatchRequest{}
	case entries > 10:
		return &types.TooManyEntriesInBatchRequest{}
	case ids != entries:
		return &types.BatchEntryIdsNotDistinct{}
	}
	return nil
}
