package sqs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestSplitQueue(t *testing.T) {
	for text, want := range map[string][2]string{
		"https://sqs.eu-west-1.amazonaws.com/123456789012/q":                 {"https://sqs.eu-west-1.amazonaws.com", "eu-west-1"},
		"https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q.fifo":        {"https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		"https://sqs-fips.us-gov-west-1.amazonaws.com/1/q":                   {"https://sqs-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
		"https://eu-west-1.queue.amazonaws.com/1/q":                          {"https://eu-west-1.queue.amazonaws.com", "eu-west-1"},
		"https://queue.amazonaws.com/1/q":                                    {"https://queue.amazonaws.com", ""},
		"https://vpce-0a-1b.sqs.us-east-1.vpce.amazonaws.com/1/q":            {"https://vpce-0a-1b.sqs.us-east-1.vpce.amazonaws.com", "us-east-1"},
		"http://127.0.0.1:4566/000000000000/q":                               {"http://127.0.0.1:4566", ""},
		"http://sqs.us-east-1.localhost:4566/000000000000/q":                 {"http://sqs.us-east-1.localhost:4566", "us-east-1"},
		"https://message-queue.api.cloud.yandex.net/b1g8/dj6000000000/queue": {"https://message-queue.api.cloud.yandex.net", ""},
	} {
		host, named, err := splitQueue(text)
		if err != nil || host != want[0] || named != want[1] {
			t.Errorf("%s: %q, %q, %v", text, host, named, err)
		}
	}
}

// a URL that is none, or holds a secret, is refused without it.
func TestX03X04Open(t *testing.T) {
	for _, name := range []string{"AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	const canary = "S3CR3T"
	for queue, want := range map[string]string{
		"": "https://sqs", "my-queue": "https://sqs", "arn:aws:sqs:eu-west-1:1:q": "https://sqs", "https://sqs.eu-west-1.amazonaws.com/": "https://sqs",
		"ftp://x/1/q": "https://sqs", "https://u:" + canary + "@sqs.x/1/q": "leave the rest out", "https://sqs.x/1/q?X-Amz-Signature=" + canary: "leave the rest out",
		"http://sqs.example/1/q": "--allow-http", "https://sqs.eu-west-1.amazonaws.com/1/q": "", "http://127.0.0.1:1/1/q": "",
	} {
		_, err := Open(t.Context(), Config{Queue: queue}, Options{})
		switch {
		case want == "" && err == nil:
		case err == nil || want == "" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary):
			t.Errorf("%q: %v, want %q", queue, err, want)
		}
	}
	if _, err := Open(t.Context(), Config{Queue: "http://sqs.example/1/q"}, Options{AllowHTTP: true}); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), Config{Queue: "https://sqs.example/1/q"}, Options{Endpoint: "http://sqs.example"}); err == nil {
		t.Error("an endpoint by plain http was taken")
	}
}

// An endpoint that the environment has put in place of the queue's own is named.
func TestEndpointElsewhere(t *testing.T) {
	for _, name := range []string{"AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	for endpoint, want := range map[string]string{"": `look at queue "https://sqs.eu-west-1.amazonaws.com/1/q": down`,
		"http://127.0.0.1:9000": `look at queue "https://sqs.eu-west-1.amazonaws.com/1/q" at "http://127.0.0.1:9000": down`} {
		t.Setenv("AWS_ENDPOINT_URL_SQS", endpoint)
		s, err := Open(t.Context(), Config{Queue: "https://sqs.eu-west-1.amazonaws.com/1/q"}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.explain("look at", "sqs:GetQueueAttributes", errors.New("down")); err.Error() != want {
			t.Errorf("%v", err)
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, test := range []struct {
		visibility, redrive string
		want                queue
		bad                 bool
	}{
		{"30", "", queue{30 * time.Second, false, 0}, false},
		{"0", "", queue{30 * time.Second, false, 0}, false},
		{"43200", `{"maxReceiveCount":"20","deadLetterTargetArn":"arn"}`, queue{12 * time.Hour, true, 20}, false},
		{"600", `{"maxReceiveCount":3}`, queue{10 * time.Minute, true, 3}, false},
		{"", "", queue{}, true},
		{"30", `{}`, queue{}, true},
		{"30", `{`, queue{}, true},
	} {
		got, err := describe(map[string]string{"VisibilityTimeout": test.visibility, "RedrivePolicy": test.redrive})
		if got != test.want || (err != nil) != test.bad {
			t.Errorf("%q, %q: %+v, %v", test.visibility, test.redrive, got, err)
		}
	}
}

// Q-22, P15: what stands in the way is named.
func TestQ22Errors(t *testing.T) {
	s := New(nil, Config{Queue: "https://sqs.x/1/q"})
	for _, test := range []struct {
		err   error
		class abstract.Class
		text  string
	}{
		{&types.QueueDoesNotExist{}, abstract.Permanent, "no such queue"},
		{&smithy.GenericAPIError{Code: "AccessDenied"}, abstract.Permanent, "sqs:ReceiveMessage"},
		{&smithy.GenericAPIError{Code: "InvalidClientTokenId"}, abstract.Permanent, "AWS_ACCESS_KEY_ID"},
		{&types.OverLimit{}, abstract.Transient, ""},
		{&types.RequestThrottled{}, abstract.Transient, ""},
		{errors.New("connection refused"), abstract.Transient, "refused"},
	} {
		err := s.explain("receive from", "sqs:ReceiveMessage", test.err)
		if abstract.ClassOf(err) != test.class || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%v: %v", test.err, err)
		}
	}
}
