package follow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// traffic is what arrives: files, and messages that tell of them in every form,
// twice and in any order, or not at all, among others that tell of nothing.
type traffic struct {
	r      *rig
	random *rand.Rand
	files  []upload
	during time.Duration

	poisonFiles map[string]bool // by the key's end
	dead        int             // messages that must end in the dead-letter queue
	unsent      int             // files that no message tells of
	messages    int
}

// arrive brings all of it.
func (a *traffic) arrive(ctx context.Context) error {
	if err := a.poison(ctx); err != nil {
		return err
	}
	const uploaders = 8
	todo, arrivals, failed := make(chan upload), make(chan stored, len(a.files)), make(chan error, len(a.files))
	var uploading sync.WaitGroup
	for range uploaders {
		uploading.Go(func() {
			for u := range todo {
				o, err := a.r.store(ctx, u.key, u.content)
				if err != nil {
					failed <- err
					continue
				}
				arrivals <- o
			}
		})
	}
	order := a.random.Perm(len(a.files))
	told := make(chan error, 1)
	go func() { told <- a.tell(ctx, arrivals) }()
	tick := time.NewTicker(a.during / time.Duration(len(a.files)/10))
	defer tick.Stop()
	for i, n := range order {
		if i%10 == 0 {
			<-tick.C
		}
		todo <- a.files[n]
	}
	close(todo)
	uploading.Wait()
	close(arrivals)
	close(failed)
	return errors.Join(<-told, <-failed)
}

// upload is a file that arrives.
type upload struct {
	key     string
	content []byte
}

// uploads are n files of so many rows each, in several formats, some of which
// have names that can be decoded once too often.
func uploads(t *testing.T, n, rows int64) (list []upload) {
	dir := t.TempDir()
	for i := range n {
		extension := []string{".csv", ".csv.gz", ".jsonl", ".csv"}[i%4]
		key := fmt.Sprintf("in/%x/%05d%s", i%7, i, extension)
		if i%50 == 0 {
			key = fmt.Sprintf("in/a+b c%%2Bd=é&#?/%05d%s", i, extension)
		}
		list = append(list, upload{key, file(t, filepath.Join(dir, "f"+extension), i*rows, rows)})
	}
	return list
}

// poison sends what must end in the dead-letter queue, and some of what says
// nothing but is good.
func (a *traffic) poison(ctx context.Context) error {
	bodies := poison(a.random)
	a.dead = len(bodies)
	a.poisonFiles = map[string]bool{}
	for name, content := range map[string]string{
		"poison-ragged.csv": "id,n,x,day,at,ok,name,note\n1,2\n", "poison.parquet": "PAR1, but no more", "poison.csv.gz": "\x1f\x8b, but no more",
	} {
		bad, err := a.r.store(ctx, "in/"+name, []byte(content))
		if err != nil {
			return err
		}
		good, err := a.r.store(ctx, "in/empty-beside-"+name+".csv", nil)
		if err != nil {
			return err
		}
		a.poisonFiles[name] = true
		bodies = append(bodies, forms[a.random.IntN(len(forms))].body(bad), records(record(good), record(bad)))
		a.dead += 2
	}
	empty, err := a.r.store(ctx, "in/empty.csv", nil)
	if err != nil {
		return err
	}
	outside, err := a.r.store(ctx, "out/not-asked-for.csv", []byte("id\n1\n"))
	if err != nil {
		return err
	}
	bodies = append(bodies, minIO(empty), records(record(outside)),
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, inSNS(`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`))
	a.random.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
	a.messages += len(bodies)
	return a.r.queues.Send(ctx, a.r.queue, bodies...)
}

// tell sends the messages about what was stored.
func (a *traffic) tell(ctx context.Context, arrivals <-chan stored) error {
	const window = 200 // messages that overtake one another
	var waiting, group []string
	flush := func(n int) error {
		a.random.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
		for len(waiting) > n {
			batch := waiting[:min(10, len(waiting))]
			waiting = waiting[len(batch):]
			a.messages += len(batch)
			if err := a.r.queues.SendLater(ctx, a.r.queue, int32(max(0, a.random.IntN(20)-16)), batch...); err != nil {
				return err
			}
		}
		return nil
	}
	for o := range arrivals {
		switch n := a.random.IntN(100); {
		case n < 1:
			a.unsent++
			continue
		case n < 40: // several to a message
			if group = append(group, record(o)); len(group) > a.random.IntN(10) {
				waiting, group = append(waiting, records(group...)), nil
			}
		default:
			waiting = append(waiting, forms[n%len(forms)].body(o))
		}
		if len(waiting) > 0 && a.random.IntN(10) == 0 {
			waiting = append(waiting, waiting[a.random.IntN(len(waiting))]) // S3 tells at least once
		}
		if len(waiting) >= window {
			if err := flush(window / 2); err != nil {
				return err
			}
		}
	}
	if len(group) > 0 {
		waiting = append(waiting, records(group...))
	}
	return flush(0)
}

// TestTwoProcessesAreKilled: small files arrive over some seconds while two
// processes follow one queue into one table, and both are killed at random
// moments. In the end each row is there once, the queue is empty, and what is
// poison is in the dead-letter queue and in the ledger (issue 5,
// C-21, L-05).
func TestTwoProcessesAreKilled(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := newRig(t)
	r.reconcile = "20s"
	n, kills, during := int64(5000), 8, 10*time.Second
	if os.Getenv("SLUICE_CRASH") == "long" {
		n, kills, during = 20_000, 60, time.Minute
	}
	const perFile = 10
	a := &traffic{r: r, random: rand.New(rand.NewPCG(seed, 1)), files: uploads(t, n, perFile), during: during}
	begun := time.Now()
	arrived := make(chan error, 1)
	go func() { arrived <- a.arrive(t.Context()) }()
	running := []*follower{r.follow(), r.follow()}
	random := rand.New(rand.NewPCG(seed, 2))
	for done := 0; done < kills || arrived != nil; {
		select {
		case err := <-arrived:
			if err != nil {
				t.Fatal(err)
			}
			arrived = nil
		case <-time.After(300*time.Millisecond + time.Duration(random.Int64N(int64(1700*time.Millisecond)))):
			if done < kills {
				i := done % 2
				if running[i].cmd.ProcessState != nil {
					t.Fatal("a follower has ended")
				}
				running[i].kill()
				running[i] = r.follow()
				done++
			}
		}
	}
	t.Logf("%d kills, and all has arrived, after %v: %d messages, %d files without one", kills, time.Since(begun).Round(time.Second), a.messages, a.unsent)
	rows := n * perFile
	r.await("all rows there", 3*time.Minute, func() bool { return r.count() >= rows })
	t.Logf("all rows are there after %v", time.Since(begun).Round(time.Second))
	r.awaitQueue(a.dead, 5*time.Minute)
	t.Logf("the queue is empty after %v", time.Since(begun).Round(time.Second))
	for _, f := range running {
		f.stop()
	}
	r.compare(rows)
	failed := r.files("--failed")
	if got := slices.Sorted(maps.Keys(failed)); !slices.Equal(got, slices.Sorted(maps.Keys(a.poisonFiles))) {
		t.Errorf("sluice files --failed names %q", got)
	}
	for name, f := range failed {
		if f.State != "parked" || f.Reason == "" || f.Rows != 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if n := len(r.files()); n != len(a.files)+len(a.poisonFiles)*2+1 {
		t.Errorf("%d files are in the ledger", n)
	}
}
