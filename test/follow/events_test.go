package follow

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// stored is an object that an event tells of.
type stored struct {
	bucket, key, etag string
	size              int
}

// form is a way in which a message tells of an object.
type form struct {
	name string
	body func(o stored) string
}

// forms are all that are understood but for Ceph's.
var forms = []form{
	{"S3, or SNS with raw delivery", func(o stored) string { return records(record(o)) }},
	{"S3 in SNS", func(o stored) string { return inSNS(records(record(o))) }},
	{"EventBridge", eventBridge},
	{"EventBridge in SNS", func(o stored) string { return inSNS(eventBridge(o)) }},
	{"MinIO", minIO},
}

// records is a message of S3.
func records(list ...string) string { return `{"Records":[` + strings.Join(list, ",") + `]}` }

// record is a record of S3, whose key is encoded as in a form, but for slashes.
func record(o stored) string {
	key := strings.ReplaceAll(url.QueryEscape(o.key), "%2F", "/")
	return fmt.Sprintf(`{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"2026-11-24T10:00:00.000Z",
		"eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","configurationId":"all","bucket":{"name":%q,"arn":"arn:aws:s3:::b"},
		"object":{"key":%q,"size":%d,"eTag":%q,"sequencer":"0055AED6DCD90281E5"}}}`, o.bucket, key, o.size, o.etag)
}

// minIO is a message of MinIO, which encodes slashes, too, and leaves out the
// size of an empty object.
func minIO(o stored) string {
	size := fmt.Sprintf(`"size":%d,`, o.size)
	if o.size == 0 {
		size = ""
	}
	return fmt.Sprintf(`{"EventName":"s3:ObjectCreated:Put","Key":%s,"Records":[{"eventVersion":"2.0","eventSource":"minio:s3",
		"eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":%q},"object":{"key":%q,%s"eTag":%q,"contentType":"text/csv"}}}]}`,
		quoted(o.bucket+"/"+o.key), o.bucket, url.QueryEscape(o.key), size, o.etag)
}

// eventBridge is a message of EventBridge, whose key is as it is.
func eventBridge(o stored) string {
	return fmt.Sprintf(`{"version":"0","detail-type":"Object Created","source":"aws.s3","region":"us-east-1","detail":{"version":"0",
		"bucket":{"name":%q},"object":{"key":%s,"size":%d,"etag":%q},"reason":"PutObject"}}`, o.bucket, quoted(o.key), o.size, o.etag)
}

// inSNS puts a message into the envelope of SNS.
func inSNS(message string) string {
	return fmt.Sprintf(`{"Type":"Notification","MessageId":"22b80b92","TopicArn":"arn:aws:sns:us-east-1:123456789012:t",
		"Message":%s,"SigningCertURL":"http://127.0.0.1:1/cert.pem","UnsubscribeURL":"http://127.0.0.1:1/unsubscribe"}`, quoted(message))
}

func quoted(s string) string {
	text, _ := json.Marshal(s) // a string never fails
	return string(text)
}

// poison are messages that nobody understands, or that are for somebody else.
func poison(random *rand.Rand) []string {
	foreign := records(record(stored{"elsewhere", "in/a.csv", "e", 1}))
	return []string{
		"nonsense", `{"Records":[]}`, `{"Records":null}`, `{"hello":"world"}`, `["Records"]`, foreign, foreign[:1+random.IntN(len(foreign)-1)],
		inSNS("nonsense"), strings.Replace(inSNS(foreign), "Notification", "SubscriptionConfirmation", 1),
		strings.Replace(foreign, "in/a.csv", "in/%zz.csv", 1),
	}
}
