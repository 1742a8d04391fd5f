package sqstest

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	source "github.com/seed-ede61cd5/sluice/source/sqs"
)

// Harness is an empty queue, with a visibility timeout of 30 seconds and a
// redrive policy with a maxReceiveCount of 3.
type Harness struct {
	API source.API
	URL string
	// Send puts a message into the queue.
	Send func(t *testing.T, body string)
	// Dead is how many messages the redrive policy took away.
	Dead func(t *testing.T) int
}

// Run tests what a source relies on in the queue that each call of open returns,
// one for each subtest. The double passes it as real servers do.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, h Harness)
	}{
		{"attributes", testAttributes},
		{"long poll", testLongPoll},
		{"batches", testBatches},
		{"release", testRelease},
		{"redrive", testRedrive},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func (h Harness) receive(t *testing.T, wait int32) []types.Message {
	t.Helper()
	out, err := h.API.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &h.URL, MaxNumberOfMessages: 10, WaitTimeSeconds: wait, VisibilityTimeout: 30,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

// release gives messages back, and returns the entries that failed.
func (h Harness) release(t *testing.T, list []types.Message, delay int32) []types.BatchResultErrorEntry {
	t.Helper()
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &h.URL}
	for _, m := range list {
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(string(rune('a' + len(in.Entries)))), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: delay,
		})
	}
	out, err := h.API.ChangeMessageVisibilityBatch(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out.Failed
}

func testAttributes(t *testing.T, h Harness) {
	out, err := h.API.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &h.URL, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameVisibilityTimeout, types.QueueAttributeNameRedrivePolicy,
	}})
	if err != nil || out.Attributes["VisibilityTimeout"] != "30" || out.Attributes["RedrivePolicy"] == "" {
		t.Errorf("%v, %v", out, err)
	}
}

// A long poll ends when a message comes, or else when its time is over.
func testLongPoll(t *testing.T, h Harness) {
	begun := time.Now()
	if list := h.receive(t, 1); len(list) > 0 || time.Since(begun) < 900*time.Millisecond {
		t.Errorf("%d messages after %s", len(list), time.Since(begun))
	}
	sent := make(chan struct{})
	time.AfterFunc(100*time.Millisecond, func() {
		defer close(sent)
		h.Send(t, "x")
	})
	begun = time.Now()
	list := h.receive(t, 20)
	<-sent
	if len(list) != 1 || time.Since(begun) > 10*time.Second || aws.ToString(list[0].Body) != "x" || list[0].Attributes["ApproximateReceiveCount"] != "1" ||
		list[0].Attributes["SentTimestamp"] == "" {
		t.Errorf("%+v after %s", list, time.Since(begun))
	}
}

// Batches hold one to ten entries with ids of their own; what was deleted is
// gone, and a message that is held is given to nobody.
func testBatches(t *testing.T, h Harness) {
	for range 12 {
		h.Send(t, "x")
	}
	first, second := h.receive(t, 1), h.receive(t, 1)
	list := slices.Concat(first, second)
	if len(list) != 12 || len(h.receive(t, 0)) > 0 {
		t.Fatalf("received %d messages, then %d; want 12 in all", len(first), len(second))
	}
	remove := func(list []types.Message, id func(i int) string) error {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: &h.URL}
		for i, m := range list {
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(id(i)), ReceiptHandle: m.ReceiptHandle})
		}
		out, err := h.API.DeleteMessageBatch(t.Context(), in)
		if err == nil && len(out.Failed) > 0 {
			t.Errorf("failed: %+v", out.Failed[0])
		}
		return err
	}
	own := func(i int) string { return string(rune('a' + i)) }
	if remove(list[:11], own) == nil {
		t.Error("eleven entries were taken")
	}
	if remove(list[:2], func(int) string { return "a" }) == nil {
		t.Error("two entries of one id were taken")
	}
	if remove(nil, own) == nil {
		t.Error("no entries were taken")
	}
	if err := remove(list[:10], own); err != nil {
		t.Error(err)
	}
	if failed := h.release(t, list[10:], 0); len(failed) > 0 {
		t.Errorf("%+v", failed)
	}
	if again := h.receive(t, 1); len(again) != 2 {
		t.Errorf("%d messages are left, want 2", len(again))
	}
	// the handle of a message that is gone.
	if failed := h.release(t, list[:1], 30); len(failed) != 1 || !failed[0].SenderFault {
		t.Errorf("a message that was deleted: %+v", failed)
	}
}

// A message that is given back with a delay comes after it, with a new handle.
func testRelease(t *testing.T, h Harness) {
	h.Send(t, "x")
	first := h.receive(t, 1)
	begun := time.Now()
	if failed := h.release(t, first, 1); len(failed) > 0 {
		t.Fatalf("%+v", failed)
	}
	again := h.receive(t, 5)
	if len(again) != 1 || time.Since(begun) < 900*time.Millisecond || *again[0].MessageId != *first[0].MessageId ||
		*again[0].ReceiptHandle == *first[0].ReceiptHandle || again[0].Attributes["ApproximateReceiveCount"] != "2" {
		t.Errorf("%+v after %s", again, time.Since(begun))
	}
}

// A message that was given out three times is not given out a fourth time.
func testRedrive(t *testing.T, h Harness) {
	h.Send(t, "x")
	for i := range 3 {
		list := h.receive(t, 1)
		if len(list) != 1 {
			t.Fatalf("receipt %d: %d messages", i+1, len(list))
		}
		h.release(t, list, 0)
	}
	if list := h.receive(t, 1); len(list) > 0 || h.Dead(t) != 1 {
		t.Errorf("received %d messages, %d in the dead-letter queue", len(list), h.Dead(t))
	}
}
