package sqs

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
)

// explain classifies what a request has failed with, and says what it means
// and what to do about it. action is the permission that it needs.
func (s *Source) explain(doing, action string, err error) error {
	class, text := judge(action, err)
	detail := awsclient.Cause(err)
	if text != "" {
		detail = fmt.Errorf("%s (%w)", text, detail)
	}
	at := ""
	if s.elsewhere != "" {
		at = fmt.Sprintf(" at %q", awsclient.Redact(s.elsewhere))
	}
	return abstract.WithClass(class, fmt.Errorf("%s queue %q%s: %w", doing, awsclient.Redact(s.cfg.Queue), at, detail))
}

func judge(action string, err error) (abstract.Class, string) {
	if class, text, ok := awsclient.Judge(err); ok {
		return class, text
	}
	code := awsclient.CodeOf(err)
	if _, ok := errors.AsType[*types.QueueDoesNotExist](err); ok {
		code = "QueueDoesNotExist"
	}
	switch code {
	case "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "InvalidAddress":
		return abstract.Permanent, "there is no such queue in this region at this endpoint"
	case "AccessDenied", "AccessDeniedException":
		return abstract.Permanent, "access denied: these credentials need " + action + " for the queue"
	case "KmsAccessDenied", "KMS.AccessDeniedException":
		return abstract.Permanent, "the queue is encrypted, and these credentials may not use its key: they need kms:Decrypt"
	case "RequestThrottled", "ThrottlingException", "Throttling", "OverLimit", "KmsThrottled":
		return abstract.Transient, ""
	}
	switch status := awsclient.StatusOf(err); {
	case status == http.StatusForbidden:
		return abstract.Permanent, "access denied: these credentials need " + action + " for the queue"
	case status == 0 || status == http.StatusTooManyRequests || status >= 500:
		return abstract.Transient, ""
	}
	return abstract.Permanent, ""
}
