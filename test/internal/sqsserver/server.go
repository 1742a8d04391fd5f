// Package sqsserver starts an SQS server for tests: fauxqs, a program of
// Node's, as a child process on loopback. It speaks SQS and SNS, holds
// everything in memory, and has no accounts: any credentials will do.
package sqsserver

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Region is the region of all queues.
const Region = "us-east-1"

//go:embed server.mjs
var script []byte

// Server is a running server. Its methods may be called concurrently.
type Server struct {
	// Endpoint is the server's URL, http://127.0.0.1:PORT.
	Endpoint string
	// Client makes queues and sends messages.
	Client *sqs.Client

	queues atomic.Int64
}

// ErrNone reports that fauxqs is not installed where it is looked for: in
// $SLUICE_FAUXQS, else in sluice-test/fauxqs of the user's cache. "make test"
// installs it there.
var ErrNone = errors.New("fauxqs is not installed (make fauxqs)")

// find returns the file to import.
func find() (string, error) {
	dir := os.Getenv("SLUICE_FAUXQS")
	if dir == "" || dir == "required" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(cache, "sluice-test", "fauxqs")
	}
	file := filepath.Join(dir, "node_modules", "fauxqs", "dist", "app.js")
	if _, err := os.Stat(file); err != nil {
		return "", ErrNone
	}
	return file, nil
}

// Start starts a server, which ends with the test. Where there is none the test
// is skipped, unless SLUICE_FAUXQS says that it is required.
func Start(t testing.TB) *Server {
	t.Helper()
	file, err := find()
	if errors.Is(err, ErrNone) && os.Getenv("SLUICE_FAUXQS") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(t.TempDir(), "server.mjs")
	if err := os.WriteFile(main, script, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", main, file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("fauxqs: %v", err)
		}
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		rest, _ := io.ReadAll(out)
		t.Fatalf("fauxqs did not start: %v\n%s%s", err, port, rest)
	}
	s := &Server{Endpoint: "http://127.0.0.1:" + strings.TrimSpace(port)}
	s.Client = sqs.New(sqs.Options{
		BaseEndpoint: &s.Endpoint, Region: Region, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return s
}

// NewQueue makes a queue and returns its URL. If receives is not 0, a message
// that was given out so often goes to another queue, whose URL is dead.
func (s *Server) NewQueue(t testing.TB, receives int) (queue, dead string) {
	t.Helper()
	name := fmt.Sprintf("q%d", s.queues.Add(1))
	attributes := map[string]string{"VisibilityTimeout": "30"}
	if receives > 0 {
		dead = s.create(t, name+"-dead", nil)
		arn := s.attribute(t, dead, types.QueueAttributeNameQueueArn)
		attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"%d"}`, arn, receives)
	}
	return s.create(t, name, attributes), dead
}

func (s *Server) create(t testing.TB, name string, attributes map[string]string) string {
	t.Helper()
	out, err := s.Client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatalf("make a queue: %v", err)
	}
	return *out.QueueUrl
}

func (s *Server) attribute(t testing.TB, queue string, name types.QueueAttributeName) string {
	t.Helper()
	out, err := s.Client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{name}})
	if err != nil {
		t.Fatalf("look at a queue: %v", err)
	}
	return out.Attributes[string(name)]
}

// Send sends messages, ten at a time.
func (s *Server) Send(ctx context.Context, queue string, bodies ...string) error {
	return s.SendLater(ctx, queue, 0, bodies...)
}

// SendLater sends messages that nobody gets before so many seconds.
func (s *Server) SendLater(ctx context.Context, queue string, delay int32, bodies ...string) error {
	for len(bodies) > 0 {
		n := min(len(bodies), 10)
		entries := make([]types.SendMessageBatchRequestEntry, n)
		for i, body := range bodies[:n] {
			entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), MessageBody: &body, DelaySeconds: delay}
		}
		out, err := s.Client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &queue, Entries: entries})
		if err != nil {
			return fmt.Errorf("send messages: %w", err)
		}
		if len(out.Failed) > 0 {
			return fmt.Errorf("send messages: %s", aws.ToString(out.Failed[0].Message))
		}
		bodies = bodies[n:]
	}
	return nil
}

// Len is how many messages are in a queue: to be received, and held.
func (s *Server) Len(t testing.TB, queue string) (visible, held string) {
	t.Helper()
	return s.attribute(t, queue, types.QueueAttributeNameApproximateNumberOfMessages),
		s.attribute(t, queue, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)
}

// Depth is how many messages are in a queue: to be received, held, and not to
// be received yet.
type Depth struct{ Visible, Held, Delayed string }

// Empty is the depth of an empty queue.
var Empty = Depth{"0", "0", "0"}

// Depth counts the messages of a queue at one moment.
func (s *Server) Depth(t testing.TB, queue string) Depth {
	t.Helper()
	const visible, held, delayed = types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible, types.QueueAttributeNameApproximateNumberOfMessagesDelayed
	out, err := s.Client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{visible, held, delayed},
	})
	if err != nil {
		t.Fatalf("look at a queue: %v", err)
	}
	return Depth{out.Attributes[string(visible)], out.Attributes[string(held)], out.Attributes[string(delayed)]}
}
