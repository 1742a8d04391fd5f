package transfer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// TestTableIsMadeOfWhatTheFilesHave: what the first files look like, and the
// columns that come of it.
func TestTableIsMadeOfWhatTheFilesHave(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		fixed abstract.Schema
		want  abstract.Schema
		fails string // the keys of the files that fail
	}{
		"a header first": {
			files: map[string]string{"a": "id,v\n", "b": "id,v\n1,2.5\n"},
			want:  abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "v", Type: abstract.Float64}},
		},
		"an empty file first": {
			files: map[string]string{"a": "", "b": "id\n1\n"},
			want:  abstract.Schema{{Name: "id", Type: abstract.Int64}},
		},
		"nothing but a header": {
			files: map[string]string{"a": "id\n"},
			want:  abstract.Schema{{Name: "id", Type: abstract.Text}},
		},
		"another case": {
			files: map[string]string{"a": "ID\n1\n", "b": "id\n2.5\n"},
			want:  abstract.Schema{{Name: "ID", Type: abstract.Float64}},
		},
		"a fixed column in another case": {
			files: map[string]string{"a": "ID,zip\n1,01234\n"},
			fixed: abstract.Schema{{Name: "Zip", Type: abstract.Text}, {Name: "more", Type: abstract.Date}},
			want: abstract.Schema{{Name: "ID", Type: abstract.Int64}, {Name: "zip", Type: abstract.Text},
				{Name: "more", Type: abstract.Date}},
		},
		"unreadable files": {
			files: map[string]string{"a": "\xff\xfe\x00\x00", "b": "id\n1\n", "c": "id,\xff\n"},
			want:  abstract.Schema{{Name: "id", Type: abstract.Int64}},
			fails: "a c",
		},
		"nothing readable": {
			files: map[string]string{"a": "id,\xff\n"},
			fixed: abstract.Schema{{Name: "id", Type: abstract.Int64}},
			fails: "a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.target.columns = nil
			for key, text := range test.files {
				f.bucket.Files[key] = []byte(text)
			}
			cfg := f.config()
			cfg.Columns = test.fixed
			result, err := runLoad(t, context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.target.columns, test.want) {
				t.Errorf("columns %v", f.target.columns)
			}
			var failed []string
			for _, o := range result.Failures {
				failed = append(failed, o.Object.Key)
			}
			slices.Sort(failed)
			if got := strings.Join(failed, " "); got != test.fails {
				t.Errorf("failed: %q, want %q", got, test.fails)
			}
			if (result.Created != "") != (test.want != nil) {
				t.Errorf("created %q", result.Created)
			}
			if result.FilesFound != int64(len(test.files)) || result.FilesLoaded+result.FilesFailed != result.FilesFound {
				t.Errorf("%+v", result.Stats)
			}
		})
	}
}

// TestSamplesAreTriedAgain: a store that fails for a moment must not shape
// the table.
func TestSamplesAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.target.columns = nil
		f.numbers("a", 0, 10)
		f.bucket.open = func(_ string, n int, _ int64) (int64, error) {
			if n <= 2 {
				return 3, errFlaky
			}
			return 0, nil
		}
		if result, err := f.load(t); err != nil || result.FilesLoaded != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		f.wantIDs(t, 10)
	})
}

// TestTableMadeInBetween: another process made the table after we had looked.
func TestTableMadeInBetween(t *testing.T) {
	f := newFake()
	f.target.columns = nil
	f.numbers("a", 0, 10)
	f.target.createIs = errors.New("already exists")
	result, err := f.load(t)
	if err != nil || result.FilesLoaded != 1 || result.Created != "" {
		t.Fatalf("%+v, %v", result, err)
	}
	f.wantIDs(t, 10)
}

// TestBrokenListingMakesNoTable: the files that came before the error are not
// all there are.
func TestBrokenListingMakesNoTable(t *testing.T) {
	for range 20 { // the outcome must not depend on who is faster
		f := newFake()
		f.target.columns = nil
		f.numbers("a", 0, 10)
		broken := errors.New("the listing broke")
		f.source.pages = func(_ context.Context, page func(...string) error) error {
			return errors.Join(page("a"), broken)
		}
		result, err := f.load(t)
		if !errors.Is(err, broken) || f.target.created != 0 || result.FilesLoaded != 0 {
			t.Fatalf("%+v, %v, %d tables made", result, err, f.target.created)
		}
	}
}

// TestNothingInOnePlace: that one of the places has nothing in it is said when
// the others are loaded.
func TestNothingInOnePlace(t *testing.T) {
	f := newFake()
	f.numbers("a", 0, 5000)
	nothing := &source.NothingError{Locations: []string{"x/*"}}
	f.source.pages = func(_ context.Context, page func(...string) error) error {
		if err := page("a"); err != nil {
			return err
		}
		return nothing
	}
	result, err := f.load(t)
	if !errors.Is(err, nothing) || result.FilesLoaded != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	f.wantIDs(t, 5000)
	if _, err := transfer.MakePlan(context.Background(), f.config()); !errors.Is(err, nothing) {
		t.Errorf("the plan: %v", err)
	}
}

// TestFixedColumnsMustFitTheTable: --column cannot change a table that is
// there.
func TestFixedColumnsMustFitTheTable(t *testing.T) {
	for column, wants := range map[abstract.Column]string{
		{Name: "id", Type: abstract.Int64}: "",
		{Name: "ID", Type: abstract.Int64}: "",
		{Name: "id", Type: abstract.Text}:  "takes int64 there",
		{Name: "no", Type: abstract.Text}:  "no such column",
	} {
		f := newFake()
		f.numbers("a", 0, 1)
		cfg := f.config()
		cfg.Columns = abstract.Schema{column}
		_, err := runLoad(t, context.Background(), cfg)
		if (err != nil) != (wants != "") || err != nil && !strings.Contains(err.Error(), wants) {
			t.Errorf("%v: %v", column, err)
		}
	}
}

func TestConfigErrorsAreAllReported(t *testing.T) {
	_, err := transfer.New(transfer.Config{Workers: -1, Columns: abstract.Schema{{Name: "x", Type: "int"}, {Name: "x", Type: abstract.Text}}})
	for _, want := range []string{"Source", "Table", "workers", `"int"`, "twice"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in: %v", want, err)
		}
	}
}
