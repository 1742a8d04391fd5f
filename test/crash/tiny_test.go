package crash

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestTinyObjectsRate follows a bucket of objects of one kilobyte and compares
// the rate with that of reading them alone, with as many readers (issue 5).
func TestTinyObjectsRate(t *testing.T) {
	if testing.Short() {
		t.Skip("puts thousands of objects")
	}
	const n, readers = 5000, 32
	r := newRig(t, 1)
	var row strings.Builder
	row.WriteString("id,word\n")
	for i := range 40 {
		fmt.Fprintf(&row, "%d,a word of some length %d\n", i, i)
	}
	name := func(i int) string { return fmt.Sprintf("tiny/%05d.csv", i) }
	r.s3.PutMany(t, r.bucket, n, name, []byte(row.String()))

	begun := time.Now()
	var next atomic.Int64
	var wait sync.WaitGroup
	for range readers {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				key := name(int(i))
				out, err := r.s3.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &r.bucket, Key: &key})
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, out.Body)
				_ = out.Body.Close()
			}
		})
	}
	wait.Wait()
	gets := n / time.Since(begun).Seconds()

	cmd := r.follow("tiny/")
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	begun = time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	db := r.open(r.database)
	defer db.Close()
	for rows := 0; rows < 40*n; time.Sleep(20 * time.Millisecond) {
		_ = db.QueryRow("SELECT count(*) FROM orders").Scan(&rows)
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("%d rows after two minutes\n%s", rows, stderr)
		}
	}
	loads := n / time.Since(begun).Seconds()
	r.stop(cmd)
	t.Logf("%.0f objects/s, of %.0f GETs/s: %.2f", loads, gets, loads/gets)
}
