package sqs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// API is what is used of the SDK's client, which implements it.
type API interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

var _ API = (*sqs.Client)(nil)

const (
	// batchSize is the most entries that SQS takes in one request, and the
	// most messages that it gives in one answer.
	batchSize = 10
	// pollTime is how long SQS may wait for messages before it answers that
	// there are none: the most that it takes.
	pollTime = 20 * time.Second
	// callTime is how long any other request may take, and how long an answer
	// may be late.
	callTime = 10 * time.Second
	// longestVisibility is for how long SQS lets a message be held after its
	// receipt, whatever was asked for meanwhile.
	longestVisibility = 12 * time.Hour
)
