package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// place is somewhere that files are loaded from, with --after.
type place struct {
	load func(db, after string) *exec.Cmd
	fill func(dir string)
	// there lists what is below in/, moved what is below done/, by their names,
	// tagged what of the former has the tag.
	there, moved, tagged func() []string
	after                []string // what can be done there
}

func folderPlace(t *testing.T) place {
	dir := t.TempDir()
	list := func(name string) func() []string {
		return func() (names []string) {
			entries, err := os.ReadDir(filepath.Join(dir, name))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			for _, e := range entries {
				names = append(names, e.Name())
			}
			return names
		}
	}
	return place{
		load: func(db, after string) *exec.Cmd {
			cmd := exec.Command(binary, "load", filepath.Join(dir, "in"), "--to", "duckdb:"+db, "--table", "orders", "--memory", "32MiB", "--after", after)
			cmd.Dir = dir
			return cmd
		},
		fill: func(from string) {
			_ = os.RemoveAll(filepath.Join(dir, "done"))
			if err := os.CopyFS(filepath.Join(dir, "in"), os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
		},
		there: list("in"), moved: list("done"), tagged: list("none"), after: []string{"delete", "move=done"},
	}
}

func bucketPlace(t *testing.T) place {
	b := newBucket(t)
	list := func(prefix string) func() []string {
		return func() (names []string) {
			out, err := b.server.Client.ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out.Contents {
				names = append(names, filepath.Base(*o.Key))
			}
			return names
		}
	}
	return place{
		load: func(db, after string) *exec.Cmd {
			return b.command("load", b.url("in/"), "--to", "duckdb:"+db, "--table", "orders", "--memory", "32MiB", "--after", after)
		},
		fill: func(from string) {
			for _, name := range list("done/")() {
				b.server.Delete(t, b.name, "done/"+name)
			}
			b.server.PutDir(t, b.name, "in/", from)
		},
		there: list("in/"), moved: list("done/"),
		tagged: func() (names []string) {
			for _, name := range list("in/")() {
				out, err := b.server.Client.GetObjectTagging(context.Background(), &s3.GetObjectTaggingInput{Bucket: &b.name, Key: aws.String("in/" + name)})
				if err != nil {
					t.Fatal(err)
				}
				if len(out.TagSet) > 0 {
					names = append(names, name)
				}
			}
			return names
		},
		after: []string{"delete", "move=done", "tag=state:loaded"},
	}
}

// TestP4Kill9WithAfter kills loads that delete, move or tag what they have
// loaded, at random moments. Whenever one is dead, whatever was acted on is
// loaded to its end; in the end all is, and each row is there once (P4, C-05).
func TestP4Kill9WithAfter(t *testing.T) {
	rows, kills, within := int64(1_000_000), 8, 2*time.Second
	if testing.Short() {
		rows, kills, within = 200_000, 3, 700*time.Millisecond
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	if err := orders.WriteMixedFolder(data, rows); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func(*testing.T) place{"folder": folderPlace, "bucket": bucketPlace} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			for _, after := range p.after {
				t.Run(after, func(t *testing.T) { killWithAfter(t, p, after, data, rows, kills, within, random) })
			}
		})
	}
}

func killWithAfter(t *testing.T, p place, after, data string, rows int64, kills int, within time.Duration, random *rand.Rand) {
	for killed, round := 0, 0; killed < kills; round++ {
		p.fill(data)
		all := p.there()
		db := filepath.Join(t.TempDir(), fmt.Sprintf("killed%d.duckdb", round))
		acted := func() (names []string) {
			if left := p.there(); strings.HasPrefix(after, "tag") {
				return p.tagged()
			} else {
				return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(left, name) })
			}
		}
		begun := killed
		for finished := false; !finished && killed < kills; {
			n, done := killUntilDone(t, random, 1, within, func() *exec.Cmd { return p.load(db, after) })
			names := acted()
			// Killed when nothing was left to do, another load would find nothing.
			killed, finished = killed+n, done || len(names) == len(all) && !strings.HasPrefix(after, "tag")
			if len(names) == 0 {
				continue
			}
			ledger := files(t, db)
			for _, name := range names {
				if ledger[name].State != "done" {
					t.Fatalf("%s was acted on, and the ledger says %+v", name, ledger[name])
				}
			}
		}
		if len(acted()) < len(all) {
			run(t, p.load(db, after)).expect(t, 0)
		}
		if n := len(acted()); n != len(all) {
			t.Errorf("%d of %d files were acted on", n, len(all))
		}
		if moved := p.moved(); strings.HasPrefix(after, "move") && !slices.Equal(moved, all) {
			t.Errorf("moved are %q, want %q", moved, all)
		}
		if err := compare(t, db, rows); err != nil {
			t.Fatalf("after %d kills: %v", killed-begun, err)
		}
		if err := os.Remove(db); err != nil {
			t.Fatal(err)
		}
		t.Logf("round %d: killed %d times", round, killed-begun)
	}
}

// TestAfterWrittenAgain puts the same content under the same key once it was
// loaded and deleted: it is not loaded again, and so not deleted, and that is
// said (S-15).
func TestAfterWrittenAgain(t *testing.T) {
	b, db := newBucket(t), filepath.Join(t.TempDir(), "again.duckdb")
	load := func(code int) outcome {
		return b.sluice(t, "load", b.url("in/"), "--to", "duckdb:"+db, "--table", "t", "--after", "delete").expect(t, code)
	}
	b.server.Put(t, b.name, "in/a.csv", []byte(good))
	b.server.Put(t, b.name, "in/bad.csv", []byte("id,name\n1,one,too many\n"))
	if out := load(3); !strings.Contains(out.stderr, "deleted 1 loaded file\n") {
		t.Errorf("it said\n%s", out.stderr)
	}
	time.Sleep(1100 * time.Millisecond) // the store's times are whole seconds
	b.server.Put(t, b.name, "in/a.csv", []byte(good))
	if out := load(3); !strings.Contains(out.stderr, "written again") || !strings.Contains(out.stderr, "1 loaded file not deleted") {
		t.Errorf("it said\n%s", out.stderr)
	}
	list, err := b.server.Client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.name})
	if err != nil || len(list.Contents) != 2 {
		t.Errorf("%d objects are left, %v", len(list.Contents), err)
	}
	if rows := scalar(t, db, "SELECT count(*) FROM t"); rows != 3 {
		t.Errorf("%d rows", rows)
	}
}
