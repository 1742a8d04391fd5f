package sqs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// event is what one record of a message tells.
type event struct {
	name        string // such as ObjectCreated:Put
	bucket, key string
	etag        string // "" if it was not told
	size        int64  // negative if it was not told
}

// created tells whether there is something to load. All other events (removed,
// restored, tagged …) are skipped by this rule.
func (e event) created() bool { return strings.HasPrefix(e.name, "ObjectCreated:") }

// contents is what a message tells.
type contents struct {
	// test tells that it is what S3 sends when notifications are set up.
	test   bool
	events []event
	// malformed are the reasons why records are left out of events. The
	// others of their message are good.
	malformed []error
}

// maxBody is more than a queue takes.
const maxBody = 2 << 20

// parse reads a message, in any of the forms that its events come in:
//
//   - as S3 writes them, and what is like it (MinIO, Ceph), also by SNS with
//     raw message delivery;
//   - as EventBridge writes them;
//   - either one in the envelope of SNS.
//
// It goes by the structure alone: keys may hold any text. The error
// says why nothing in the message could be understood. Of the rest of a
// message, such as the URLs in an envelope, nothing is used.
func parse(body string) (contents, error) {
	switch {
	case len(body) > maxBody:
		return contents{}, fmt.Errorf("the message has %d bytes, more than a queue takes", len(body))
	case !utf8.ValidString(body): // the decoder would put other characters into keys
		return contents{}, errors.New("the message is not valid UTF-8")
	}
	var m envelope
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return contents{}, fmt.Errorf("the message is not one of JSON as expected: %w", err)
	}
	if m.Type == "" {
		return m.contents()
	}
	if m.Type != "Notification" || m.Message == nil {
		return contents{}, fmt.Errorf("the message is a %q of SNS, not a notification", m.Type)
	}
	var inner envelope
	if err := json.Unmarshal([]byte(*m.Message), &inner); err != nil {
		return contents{}, fmt.Errorf("the notification of SNS is not one of JSON as expected: %w", err)
	}
	if inner.Type != "" {
		return contents{}, errors.New("the message is a notification of SNS within another")
	}
	return inner.contents()
}

// envelope has the fields of all forms. A form is told by those that are there.
type envelope struct {
	Type    string  // SNS
	Message *string // SNS

	Event string // s3:TestEvent

	Records []json.RawMessage // S3, each a record

	Source     string `json:"source"` // EventBridge
	DetailType string `json:"detail-type"`
	Detail     struct {
		Bucket bucket     `json:"bucket"`
		Object objectInfo `json:"object"`
	} `json:"detail"`
}

// record is an event as S3 writes it.
type record struct {
	EventName   string `json:"eventName"`
	EventSource string `json:"eventSource"`
	S3          struct {
		Bucket bucket     `json:"bucket"`
		Object objectInfo `json:"object"`
	} `json:"s3"`
}

type bucket struct {
	Name string `json:"name"`
}

type objectInfo struct {
	Key  string `json:"key"`
	Size *int64 `json:"size"` // MinIO leaves it out if it is 0
	ETag string `json:"etag"` // S3 writes eTag, EventBridge etag
}

func (m *envelope) contents() (contents, error) {
	var c contents
	switch {
	case m.Event == "s3:TestEvent":
		c.test = true
	case len(m.Records) > 0:
		for i, text := range m.Records {
			e, err := readRecord(text)
			if err != nil {
				c.malformed = append(c.malformed, fmt.Errorf("record %d: %w", i, err))
				continue
			}
			c.events = append(c.events, e)
		}
	case m.Source == "aws.s3" && m.DetailType != "":
		// EventBridge has names of its own for events, and does not encode keys.
		name := m.DetailType
		if name == "Object Created" {
			name = "ObjectCreated:*"
		}
		e, err := m.Detail.Object.event(name, m.Detail.Bucket.Name, m.Detail.Object.Key)
		if err != nil {
			return contents{}, err
		}
		c.events = []event{e}
	default:
		return contents{}, errors.New("the message holds no event of S3")
	}
	return c, nil
}

func readRecord(text json.RawMessage) (event, error) {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return event{}, err
	}
	return r.event()
}

// event reads a record. Its key is encoded as in a form, once: a plus sign is
// a space. MinIO encodes slashes, too. Ceph alone writes keys as they
// are.
func (r record) event() (event, error) {
	key := r.S3.Object.Key
	if r.EventSource != "ceph:s3" {
		var err error
		if key, err = url.QueryUnescape(key); err != nil {
			return event{}, fmt.Errorf("the key %q is not encoded as keys in events are: %w", r.S3.Object.Key, err)
		}
	}
	// MinIO and Ceph write the prefix, S3 does not.
	return r.S3.Object.event(strings.TrimPrefix(r.EventName, "s3:"), r.S3.Bucket.Name, key)
}

func (o objectInfo) event(name, bucket, key string) (event, error) {
	switch {
	case name == "" || bucket == "" || key == "":
		return event{}, fmt.Errorf("event %q of the object %q in the bucket %q: all three must be there", name, key, bucket)
	case o.Size != nil && *o.Size < 0:
		return event{}, fmt.Errorf("event %q says that %q has %d bytes", name, key, *o.Size)
	}
	e := event{name: name, bucket: bucket, key: key, etag: o.ETag, size: -1}
	if o.Size != nil {
		e.size = *o.Size
	}
	return e, nil
}
