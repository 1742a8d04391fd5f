package poll

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// script is a source whose nth listing is the nth function; the last one again
// and again.
type script struct {
	source.Source
	bucket   object.Bucket
	listings []func() ([]object.Info, error)
	at       []time.Duration // when they began
	begun    time.Time
}

func newScript(bucket string, listings ...func() ([]object.Info, error)) *script {
	return &script{bucket: named{name: bucket}, listings: listings, begun: time.Now()}
}

type named struct {
	object.Bucket
	name string
}

func (n named) Name() string { return n.name }

func (s *script) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	n := min(len(s.at), len(s.listings)-1)
	s.at = append(s.at, time.Since(s.begun))
	infos, err := s.listings[n]()
	if len(infos) > 0 {
		if err := page(ctx, s.bucket, infos); err != nil {
			return err
		}
	}
	return err
}

// keys is a listing of keys that are long there.
func keys(list ...string) func() ([]object.Info, error) {
	return func() (infos []object.Info, err error) {
		for _, key := range list {
			infos = append(infos, object.Info{Key: key})
		}
		return infos, nil
	}
}

func failing(err error) func() ([]object.Info, error) {
	return func() ([]object.Info, error) { return nil, err }
}

// poll polls for a while, and returns what was delivered when.
func (s *script) poll(t *testing.T, config Config, d time.Duration) (delivered []string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	err = New(s, config).Pages(ctx, func(_ context.Context, _ object.Bucket, infos []object.Info) error {
		var list []string
		for _, info := range infos {
			list = append(list, info.Key)
		}
		delivered = append(delivered, fmt.Sprintf("%v %s", time.Since(s.begun), strings.Join(list, " ")))
		return nil
	})
	return delivered, err
}

var (
	errPasses  = abstract.WithClass(abstract.Transient, errors.New("slow down"))
	errRemains = errors.New("access denied")
	errNothing = &source.NothingError{Locations: []string{"x"}}
)

// TestListsAgainAfterTheInterval: what a listing delivers is what the one below
// it has, whatever was delivered before: S-21, S-22 and S-24 are the ledger's.
func TestListsAgainAfterTheInterval(t *testing.T) {
	for _, c := range []struct {
		name     string
		listings []func() ([]object.Info, error)
		want     []string
		err      error
	}{
		{"S-24 keys that sort first", []func() ([]object.Info, error){keys("m"), keys("m", "z"), keys("a", "m", "z")},
			[]string{"0s m", "10s m z", "20s a m z"}, context.DeadlineExceeded},
		{"nothing is there at first", []func() ([]object.Info, error){failing(errNothing), keys(), keys("a")},
			[]string{"20s a"}, context.DeadlineExceeded},
		{"a store that is slow at first", []func() ([]object.Info, error){failing(errPasses), keys("a"), keys("b")},
			[]string{"10s a", "20s b"}, context.DeadlineExceeded},
		{"a listing that fails later", []func() ([]object.Info, error){keys("a"), failing(errRemains), keys("b")},
			[]string{"0s a", "20s b"}, context.DeadlineExceeded},
		{"a listing that is refused from the beginning", []func() ([]object.Info, error){failing(errRemains)}, nil, errRemains},
		{"one that is refused once the store answers", []func() ([]object.Info, error){failing(errPasses), failing(errRemains)}, nil, errRemains},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript("mem://b", c.listings...)
				got, err := s.poll(t, Config{Interval: 10 * time.Second, MinAge: time.Hour}, 25*time.Second)
				if !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
					t.Errorf("%q, %v\nwant %q, %v", got, err, c.want, c.err)
				}
			})
		})
	}
}

// TestFailedListingIsNotAnIntervalLate: where listings are rare, one that
// failed is made up for sooner.
func TestFailedListingIsNotAnIntervalLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript("mem://b", failing(errPasses), keys("a"), keys("b"))
		got, err := s.poll(t, Config{Interval: time.Hour}, 90*time.Minute)
		if want := []string{"30s a", "1h0m30s b"}; !slices.Equal(got, want) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	})
}

// TestYoungFilesAreLeftForLater: a local file that was changed just now is
// delivered once it has rested, and the wait is no longer than that takes.
func TestYoungFilesAreLeftForLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		at := func(key string, changed time.Duration) object.Info {
			return object.Info{Key: key, ModTime: begun.Add(changed)}
		}
		// S-26: times that lie ahead by more than clocks differ mean nothing.
		first := func() ([]object.Info, error) {
			return []object.Info{at("old", -time.Hour), at("young", -1500*time.Millisecond), at("now", 0), at("ahead", time.Hour), at("skewed", time.Second)}, nil
		}
		got, err := newScript(abstract.LocalBucket, first).poll(t, Config{Interval: time.Minute, MinAge: 2 * time.Second}, 4*time.Second)
		want := []string{"0s old ahead", "500ms old young ahead", "2s old young now ahead", "3s old young now ahead skewed"}
		if !slices.Equal(got, want) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q, %v\nwant %q", got, err, want)
		}
		got, _ = newScript("s3://b", first).poll(t, Config{Interval: time.Minute, MinAge: 2 * time.Second}, 4*time.Second)
		if len(got) != 1 || !strings.HasSuffix(got[0], " old young now ahead skewed") {
			t.Errorf("from a store: %q", got)
		}
	})
}

// TestFoldersWake writes into folders that are there, and into new ones below:
// each file is found long before the interval has passed.
func TestFoldersWake(t *testing.T) {
	root := t.TempDir()
	for _, c := range []struct{ location, file string }{
		{"there", "there/a.csv"},
		{"there", "there/new/b.csv"},
		{"there/*.csv", "there/c.csv"},
		{"deep/**/*.csv", "deep/x/y/d.csv"},
		{"single.csv", "single.csv"},
		{"notyet", "notyet/e.csv"},
	} {
		t.Run(c.location+" "+c.file, func(t *testing.T) {
			for _, dir := range []string{"there", "deep/x"} {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			l, err := source.Parse(filepath.Join(root, c.location))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root, c.file)
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			list := newScript(abstract.LocalBucket, func() ([]object.Info, error) {
				if _, err := os.Stat(path); err != nil {
					return nil, nil
				}
				return []object.Info{{Key: path}}, nil
			})
			ready := make(chan struct{})
			found := errors.New("found")
			list.listings = append([]func() ([]object.Info, error){func() ([]object.Info, error) { close(ready); return nil, nil }}, list.listings...)
			go func() {
				<-ready
				_ = os.MkdirAll(filepath.Dir(path), 0o755)
				_ = os.WriteFile(path, []byte("id\n1\n"), 0o644)
			}()
			err = New(list, Config{Interval: time.Hour, Watch: []source.Location{l}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}).Pages(ctx,
				func(context.Context, object.Bucket, []object.Info) error { return found })
			if err != found {
				t.Errorf("Pages returned %v", err)
			}
		})
	}
}
