package sqs

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/internal/alloctest"
)

// Messages as they come, shortened where nothing is read.
const (
	fromS3 = `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-central-1","eventTime":"2026-11-24T10:00:00.000Z",
		"eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:AIDAJ"},"requestParameters":{"sourceIPAddress":"10.0.0.1"},
		"responseElements":{"x-amz-request-id":"C3D13FE58DE4C810","x-amz-id-2":"FMyUVURIY8"},
		"s3":{"s3SchemaVersion":"1.0","configurationId":"all","bucket":{"name":"b","ownerIdentity":{"principalId":"A3NL1KOZZKExample"},"arn":"arn:aws:s3:::b"},
		"object":{"key":"in/a%2Bb+c%252Bd%3D%C3%A9.csv","size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e","versionId":"096fKKXTRTtl3on89fVO","sequencer":"0055AED6DCD90281E5"}}}]}`
	fromMinIO = `{"EventName":"s3:ObjectCreated:Put","Key":"b/in/a+b.csv","Records":[{"eventVersion":"2.0","eventSource":"minio:s3","awsRegion":"",
		"eventTime":"2026-11-24T10:00:00.000Z","eventName":"s3:ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","configurationId":"Config",
		"bucket":{"name":"b","arn":"arn:aws:s3:::b"},"object":{"key":"in%2Fa%2Bb+c%252Bd%3D%C3%A9.csv","size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e",
		"contentType":"text/csv","sequencer":"17A1B2C3D4E5F601"}},"source":{"host":"127.0.0.1","port":"","userAgent":"MinIO"}}]}`
	fromCeph = `{"Records":[{"eventVersion":"2.2","eventSource":"ceph:s3","awsRegion":"","eventTime":"2026-11-24T10:00:00Z","eventName":"s3:ObjectCreated:Put",
		"s3":{"s3SchemaVersion":"1.0","configurationId":"n","bucket":{"name":"b","arn":"arn:aws:s3:::b","id":"x"},
		"object":{"key":"in/a+b c%2Bd=é.csv","size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e","versionId":"","sequencer":"F7E6D75DC742D108","metadata":[],"tags":[]}},
		"eventId":"1575221657","opaqueData":"me@example.com"}]}`
	fromEventBridge = `{"version":"0","id":"17793124-05d4","detail-type":"Object Created","source":"aws.s3","account":"111122223333","time":"2026-11-24T10:00:00Z",
		"region":"ca-central-1","resources":["arn:aws:s3:::b"],"detail":{"version":"0","bucket":{"name":"b"},
		"object":{"key":"in/a+b c%2Bd=é.csv","size":1024,"etag":"d41d8cd98f00b204e9800998ecf8427e","version-id":"IYV3p45BT0ac8hjHg1houSdS1a","sequencer":"00617F08299329D189"},
		"request-id":"N4N7GDK58NMKJ12R","requester":"123456789012","source-ip-address":"1.2.3.4","reason":"PutObject"}}`
	testEvent = `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-24T10:00:00.000Z","Bucket":"b","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR"}`
)

// inSNS puts a message into the envelope that SNS sends.
func inSNS(message string) string {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"Type":"Notification","MessageId":"22b80b92","TopicArn":"arn:aws:sns:us-east-1:123456789012:t","Subject":"Amazon S3 Notification",
		"Message":%s,"Timestamp":"2026-11-24T10:00:00.000Z","SignatureVersion":"1","Signature":"EXAMPLE",
		"SigningCertURL":"http://127.0.0.1:1/cert.pem","UnsubscribeURL":"http://127.0.0.1:1/unsubscribe"}`, text)
}

// the exact key is reached through every wrapper.
func TestQ17Q18Forms(t *testing.T) {
	want := event{name: "ObjectCreated:Put", bucket: "b", key: "in/a+b c%2Bd=é.csv", etag: "d41d8cd98f00b204e9800998ecf8427e", size: 1024}
	for name, body := range map[string]string{
		"S3": fromS3, "S3 by SNS": inSNS(fromS3), "MinIO": fromMinIO, "MinIO by SNS": inSNS(fromMinIO), "Ceph": fromCeph,
		"EventBridge": fromEventBridge, "EventBridge by SNS": inSNS(fromEventBridge),
	} {
		c, err := parse(body)
		if err != nil || c.test || len(c.malformed) > 0 || len(c.events) != 1 {
			t.Errorf("%s: %+v, %v", name, c, err)
			continue
		}
		want := want
		if strings.HasPrefix(name, "EventBridge") {
			want.name = "ObjectCreated:*"
		}
		if c.events[0] != want || !c.events[0].created() {
			t.Errorf("%s: %+v, want %+v", name, c.events[0], want)
		}
	}
}

// what S3 sends when notifications are set up is known in every wrapper.
func TestQ10TestEvent(t *testing.T) {
	for _, body := range []string{testEvent, inSNS(testEvent)} {
		if c, err := parse(body); err != nil || !c.test || len(c.events)+len(c.malformed) > 0 {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

// record1 is a message of one record.
func record1(name, bucket, object string) string {
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":%q,"s3":{"bucket":{"name":%q},"object":{%s}}}]}`, name, bucket, object)
}

// what is no creation is an event all the same.
func TestQ15OtherEvents(t *testing.T) {
	for _, name := range []string{
		"ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", "ObjectRestore:Completed", "Replication:OperationFailedReplication",
		"LifecycleExpiration:Delete", "ObjectTagging:Put", "s3:ObjectAccessed:Get", "ObjectAcl:Put",
	} {
		c, err := parse(record1(name, "b", `"key":"k"`))
		if err != nil || len(c.events) != 1 || c.events[0].created() {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	c, err := parse(strings.Replace(fromEventBridge, "Object Created", "Object Deleted", 1))
	if err != nil || len(c.events) != 1 || c.events[0].created() {
		t.Errorf("EventBridge: %+v, %v", c, err)
	}
}

// keys that hold the words by which events are told.
func TestQ28WordsInKeys(t *testing.T) {
	key := `s3:TestEvent "Event":"s3:TestEvent" ObjectCreated:Put detail-type`
	text, _ := json.Marshal(key)
	c, err := parse(record1("ObjectRemoved:Delete", "b", `"key":`+strings.ReplaceAll(string(text), " ", "+")))
	if err != nil || c.test || len(c.events) != 1 || c.events[0].key != key || c.events[0].created() {
		t.Errorf("%+v, %v", c, err)
	}
}

// MinIO does not tell a size of 0, others no ETag: the store is asked for them.
func TestMissingFields(t *testing.T) {
	for object, want := range map[string]event{
		`"key":"k","size":0,"eTag":"e"`:       {size: 0, etag: "e"},
		`"key":"k","eTag":"e"`:                {size: -1, etag: "e"},
		`"key":"k","size":7`:                  {size: 7},
		`"key":"k","size":null,"eTag":null`:   {size: -1},
		`"key":"k","size":7,"eTag":"\"e-3\""`: {size: 7, etag: `"e-3"`},
	} {
		c, err := parse(record1("ObjectCreated:Put", "b", object))
		if err != nil || len(c.events) != 1 || c.events[0].size != want.size || c.events[0].etag != want.etag {
			t.Errorf("%s: %+v, %v", object, c, err)
		}
	}
}

// what cannot be understood is said to be so, and nothing is
// taken from it.
func TestQ11X13Malformed(t *testing.T) {
	for _, body := range []string{
		"", " ", "hello", "{", "[]", `"x"`, "null", "1", `{}`, `{"Records":null}`, `{"Records":[]}`, `{"Records":{}}`, `{"Records":"x"}`,
		fromS3 + "{}", fromS3[:len(fromS3)-1], "\xff" + fromS3, strings.Replace(fromS3, "in/", "in/\xff", 1),
		`{"Service":"Amazon S3","Event":"s3:OtherEvent"}`,
		`{"Type":"SubscriptionConfirmation","Token":"x","TopicArn":"arn","Message":"You have chosen","SubscribeURL":"http://127.0.0.1:1/"}`,
		`{"Type":"Notification"}`, `{"Type":"Notification","Message":{}}`, inSNS(""), inSNS("{}"), inSNS(inSNS(fromS3)),
		`{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":{}}`,
		`{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"b"},"object":{}}}`,
		`{"source":"aws.s3","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}`,
		strings.Repeat("[", 1<<20), `{"Records":` + strings.Repeat(`[{"s3":`, 200_000), strings.Repeat(" ", maxBody+1),
	} {
		if c, err := parse(body); err == nil {
			t.Errorf("%.100q: %+v, want an error", body, c)
		}
	}
	for _, one := range []string{
		record1("", "b", `"key":"k"`), record1("ObjectCreated:Put", "", `"key":"k"`), record1("ObjectCreated:Put", "b", `"key":""`),
		record1("ObjectCreated:Put", "b", `"key":"%zz"`), record1("ObjectCreated:Put", "b", `"key":"k%"`), record1("ObjectCreated:Put", "b", `"key":"k","size":-1`),
		`{"Records":[{}]}`, `{"Records":[null]}`,
	} {
		if c, err := parse(one); err != nil || len(c.malformed) != 1 || len(c.events) > 0 {
			t.Errorf("%s: %+v, %v; want a malformed record", one, c, err)
		}
	}
	// the others of a message are good.
	good := strings.TrimSuffix(strings.TrimPrefix(fromS3, `{"Records":[`), `]}`)
	if c, err := parse(`{"Records":[{},` + good + `,{"eventName":7},8,"x",[]]}`); err != nil || len(c.events) != 1 || len(c.malformed) != 5 {
		t.Errorf("%+v, %v; want one event and five malformed records", c, err)
	}
}

// a message as large as a queue takes.
func TestQ25ManyRecords(t *testing.T) {
	good := strings.TrimSuffix(strings.TrimPrefix(fromS3, `{"Records":[`), `]}`)
	c, err := parse(`{"Records":[` + strings.Repeat(good+",", 999) + good + `]}`)
	if err != nil || len(c.events) != 1000 {
		t.Errorf("%d events, %v", len(c.events), err)
	}
}

func FuzzParse(f *testing.F) {
	for _, body := range []string{fromS3, fromMinIO, fromCeph, fromEventBridge, testEvent, inSNS(fromS3), inSNS(fromEventBridge), inSNS(testEvent), `{"Records":[{}]}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var c contents
		var err error
		alloctest.Check(t, len(body), func() { c, err = parse(body) })
		if err != nil && (c.test || len(c.events)+len(c.malformed) > 0) {
			t.Errorf("an error and contents: %+v", c)
		}
		if err == nil && !c.test && len(c.events)+len(c.malformed) == 0 {
			t.Error("nothing, and no error: the message would be deleted")
		}
		for _, e := range c.events {
			if e.name == "" || e.bucket == "" || e.key == "" || e.size < -1 {
				t.Errorf("an event without a part of it: %+v", e)
			}
		}
	})
}
