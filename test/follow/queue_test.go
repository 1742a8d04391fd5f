package follow

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
	"github.com/seed-ede61cd5/sluice/test/internal/sqsserver"
)

// TestSnapshotAndEvents: what was there before, what was there and is told of,
// and what comes after the listing and is told of twice, in any form, are loaded
// once, and no message is left.
func TestSnapshotAndEvents(t *testing.T) {
	r := newRig(t)
	r.put("in/0.csv", csv(t, 0, 10))
	r.send(records(record(r.put("in/1.csv", csv(t, 10, 10)))))
	f := r.follow()
	f.await(`msg=loaded file=\S*/0.csv`)
	f.await(`msg=loaded file=\S*/1.csv`)
	r.awaitQueue(0, 30*time.Second)

	// The listing is over: these are found by their events alone.
	rows := int64(20)
	for i, form := range forms {
		o := r.put(fmt.Sprintf("in/a+b c%%2Bd=é %d.csv", i), csv(t, rows, 10))
		r.send(form.body(o), form.body(o))
		rows += 10
		r.await(form.name+": loaded", 30*time.Second, func() bool { return r.count() == rows })
	}
	r.awaitQueue(0, 30*time.Second)
	r.compare(rows)
	r.wantMetric(f, fmt.Sprint("sluice_queue_deleted_total ", 1+2*len(forms)))
	r.wantMetric(f, "sluice_queue_held_messages 0")
	r.wantMetric(f, "sluice_queue_failures_total 0")
	if strings.Contains(f.out.Metrics(t), s3server.SecretKey) {
		t.Error("the secret key is among the metrics (X-04)")
	}
	f.stop()
	r.compare(rows)
	if !strings.Contains(f.said(), fmt.Sprintf(`msg="left the queue" messages_received=%d messages_deleted=%[1]d messages_given_back=0`, 1+2*len(forms))) {
		t.Errorf("it does not tell of its messages")
	}
}

// TestReconcile: an event that is never sent is made up for by the listing
// whatever sorts first and however old it is (S-24, S-25).
func TestReconcile(t *testing.T) {
	r := newRig(t)
	r.reconcile = "1s"
	upload, err := r.objects.Client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &r.bucket, Key: aws.String("in/0-first.csv")})
	if err != nil {
		t.Fatal(err)
	}
	r.put("in/5.csv", csv(t, 0, 10))
	f := r.follow()
	f.await(`msg=loaded file=\S*/5.csv`)
	r.put("in/1-late.csv", csv(t, 10, 10))
	r.completeUpload(upload, csv(t, 20, 10))
	r.await("all loaded", 30*time.Second, func() bool { return r.count() == 30 })
	f.stop()
	r.compare(30)
}

// TestUploadInParts: an upload that began before everything else and ends last
// is told of at its end, with an ETag that is no MD5 (S-16, S-25).
func TestUploadInParts(t *testing.T) {
	r := newRig(t)
	upload, err := r.objects.Client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &r.bucket, Key: aws.String("in/0-first.csv")})
	if err != nil {
		t.Fatal(err)
	}
	r.put("in/5.csv", csv(t, 0, 10))
	f := r.follow()
	f.await(`msg=loaded file=\S*/5.csv`)
	o := r.completeUpload(upload, csv(t, 10, 10))
	r.send(strings.Replace(records(record(o)), "ObjectCreated:Put", "ObjectCreated:CompleteMultipartUpload", 1))
	r.awaitQueue(0, 30*time.Second)
	f.stop()
	r.compare(20)
}

// completeUpload ends an upload that has one part.
func (r *rig) completeUpload(upload *s3.CreateMultipartUploadOutput, content []byte) stored {
	r.t.Helper()
	part, err := r.objects.Client.UploadPart(r.t.Context(), &s3.UploadPartInput{
		Bucket: upload.Bucket, Key: upload.Key, UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader(content),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := r.objects.Client.CompleteMultipartUpload(r.t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: upload.Bucket, Key: upload.Key, UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return stored{r.bucket, *upload.Key, strings.Trim(*out.ETag, `"`), len(content)}
}

// TestStopInMidFile: neither the failure of a neighbour in the same message nor
// a stop marks a file as done that is partly read, or deletes its message. The
// next process goes on (C-14, Q-14).
func TestStopInMidFile(t *testing.T) {
	r := newRig(t)
	const rows = 600_000
	big := r.put("in/big.csv", csv(t, 0, rows))
	bad := r.put("in/bad.csv", []byte("id,n,x,day,at,ok,name,note\n1,2\n"))
	r.send(records(record(big), record(bad)))
	f := r.follow("--grace", "0", "--commit-every", "20000", "--workers", "1")
	f.await(`msg="a file failed, trying it again later" file=\S*/bad.csv`)
	r.await("in the middle of the file", time.Minute, func() bool { return r.count() > 0 })
	f.stop()
	loaded := r.count()
	if got := r.files()["big.csv"]; loaded == 0 || loaded >= rows || got.State == "done" || got.State == "" {
		t.Fatalf("after the stop: %d rows, %+v", loaded, got)
	}
	if depth := r.queues.Depth(t, r.queue); depth == sqsserver.Empty {
		t.Error("the message is gone")
	}
	r.send(records(record(big))) // the other waits for its file to be parked
	f = r.follow()
	f.await(`msg=loaded file=\S*/big.csv`)
	f.stop()
	r.compare(rows)
	if failed := r.files("--failed"); len(failed) != 1 || failed["bad.csv"].Reason == "" {
		t.Errorf("failed: %+v", failed)
	}
	t.Logf("stopped after %d rows of %d", loaded, rows)
}

// TestFileSoonAfterItsEvent measures how long after its event a file of 1 MB
// is in the table (issue 5: within a second, as a rule). The bound is for a
// machine that has other things to do.
func TestFileSoonAfterItsEvent(t *testing.T) {
	r := newRig(t)
	const rows = 12_000 // 1 MB
	r.put("in/first.csv", csv(t, 0, rows))
	f := r.follow()
	f.await(`msg=loaded file=\S*/first.csv`)
	if _, err := r.db.Exec("CREATE INDEX ON orders (id)"); err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for i := range int64(11) {
		body := records(record(r.put(fmt.Sprintf("in/%d.csv", i), csv(t, (i+1)*rows, rows))))
		begun := time.Now()
		r.send(body)
		for last := (i+2)*rows - 1; ; {
			var there bool
			if err := r.db.QueryRow("SELECT EXISTS (SELECT FROM orders WHERE id = $1)", last).Scan(&there); err != nil {
				t.Fatal(err)
			}
			if there {
				break
			}
			if time.Since(begun) > time.Minute {
				t.Fatal("not within a minute")
			}
			time.Sleep(2 * time.Millisecond)
		}
		took = append(took, time.Since(begun))
	}
	f.stop()
	r.compare(12 * rows)
	slices.Sort(took)
	t.Logf("queryable after %v (median), %v (longest)", took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	if took[len(took)/2] > 10*time.Second {
		t.Errorf("%v", took)
	}
}
