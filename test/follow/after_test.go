package follow

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestMovedOnceLoaded: with a queue and --after, files are moved when their
// rows are durable and their messages deleted after that, whenever the process
// is killed; a file that fails stays where it is (P4, C-09).
func TestMovedOnceLoaded(t *testing.T) {
	const files, rows = 60, 500
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r := newRig(t)
	r.reconcile = "1s" // what a killed process held comes again after 30 s; the listing has it before
	f := r.follow("--after", "move=done")
	for i := range int64(files) {
		r.send(records(record(r.put(fmt.Sprintf("in/%02d.csv", i), csv(t, i*rows, rows)))))
		if i == 0 {
			r.await("a table there", 30*time.Second, func() bool { return r.count() > 0 })
			r.send(records(record(r.put("in/bad.csv", []byte(strings.Replace(string(csv(t, 0, 1)), "\n0,", "\nzero,", 1))))))
		}
		if i == files/2 || random.IntN(files/3) == 0 {
			f.kill()
			f = r.follow("--after", "move=done")
		}
	}
	r.await("all moved", 2*time.Minute, func() bool { return len(r.keys("done/")) == files })
	r.compare(files * rows)
	if left := r.keys("in/"); len(left) != 1 || left[0] != "in/bad.csv" {
		t.Errorf("%q are left", left)
	}
	for i, key := range r.keys("done/") {
		if want := fmt.Sprintf("done/%02d.csv", i); key != want {
			t.Errorf("%q is there, want %q", key, want)
		}
	}
	f.stop()
	r.compare(files * rows)
}

// keys lists the bucket.
func (r *rig) keys(prefix string) (list []string) {
	r.t.Helper()
	out, err := r.objects.Client.ListObjectsV2(r.t.Context(), &s3.ListObjectsV2Input{Bucket: &r.bucket, Prefix: &prefix})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, o := range out.Contents {
		list = append(list, *o.Key)
	}
	return list
}
