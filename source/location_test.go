package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/source"
)

func TestParse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w[1]*") // wildcards in a directory's name are no wildcards
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	quoted := object.QuotePattern(dir)
	for _, test := range []struct{ text, scheme, bucket, key, pattern, table string }{
		{"./data/*.csv", "file", "", dir + "/data/*.csv", quoted + "/data/*.csv", "data"},
		{"data//x.csv", "file", "", dir + "/data/x.csv", quoted + "/data/x.csv", "x"},
		{"*.csv", "file", "", dir + "/*.csv", quoted + "/*.csv", "w[1]*"},
		{"dir/", "file", "", dir + "/dir/", quoted + "/dir/", "dir"},
		{".", "file", "", dir, quoted, "w[1]*"},
		{"./", "file", "", dir + "/", quoted + "/", "w[1]*"},
		{"a/../b.csv", "file", "", dir + "/b.csv", quoted + "/b.csv", "b"},
		{"/", "file", "", "/", "/", ""},
		{"/abs/orders.csv.gz", "file", "", "/abs/orders.csv.gz", "/abs/orders.csv.gz", "orders"},
		{"/abs/./x/", "file", "", "/abs/x/", "/abs/x/", "x"},
		{"file:///abs/*.csv", "file", "", "/abs/*.csv", "/abs/*.csv", "abs"},
		{"C:/x", "file", "", dir + "/C:/x", quoted + "/C:/x", "x"},
		{"s3://b/prefix/**/*.json.gz", "s3", "b", "prefix/**/*.json.gz", "prefix/**/*.json.gz", "prefix"},
		{"s3://b/p", "s3", "b", "p", "p", "p"},
		{"s3://b/p/", "s3", "b", "p/", "p/", "p"},
		{"s3://b/", "s3", "b", "", "", "b"},
		{"s3://b", "s3", "b", "", "", "b"},
		{"s3://b//a/../%20+?.csv", "s3", "b", "/a/../%20+?.csv", "/a/../%20+?.csv", ".."},
		{"gs://b/k", "gs", "b", "k", "k", "k"},
	} {
		l, err := source.Parse(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if l.Text != test.text || l.Scheme != test.scheme || l.Bucket != test.bucket || l.Key != test.key || l.Pattern.String() != test.pattern {
			t.Errorf("%q is %+v, pattern %q; want %+v", test.text, l, l.Pattern, test)
		}
		if got := l.TableName(); got != test.table {
			t.Errorf("%q goes into table %q, want %q", test.text, got, test.table)
		}
	}
	for text, fix := range map[string]string{
		"": "write a file", "s3://": "s3://bucket/key", "s3:///k": "s3://bucket/key", "s3://b*/k": "without wildcards",
		"file://host/x": "three slashes", "x[": `write \[`, "s3://b/**x": "write **/",
	} {
		if _, err := source.Parse(text); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q: %v, want an error that says %q", text, err, fix)
		}
	}
}

// TestResolve: the object of that name, else the directory, else the pattern.
func TestResolve(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a[1].csv", "a1.csv", "dir/x.csv", "b1.csv", "c*.csv", "cx.csv"} {
		if err := os.MkdirAll(filepath.Dir(dir+"/"+name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		"a[1].csv": `/a\[1\].csv`,
		"b[1].csv": "/b[1].csv",
		"c*.csv":   `/c\*.csv`,
		`c\*.csv`:  `/c\*.csv`,
		"a1.csv":   "/a1.csv",
		"dir":      "/dir/",
		"dir/":     "/dir/",
		"gone":     "/gone/",
		"*.csv":    "/*.csv",
	} {
		p, err := resolve(t, dir+"/"+text)
		if got := strings.TrimPrefix(p.String(), object.QuotePattern(dir)); err != nil || got != want {
			t.Errorf("%q means %q, %v; want %q", text, got, err, want)
		}
	}
	_, err := resolve(t, os.DevNull)
	if abstract.ClassOf(err) != abstract.Permanent || !strings.Contains(err.Error(), os.DevNull) {
		t.Errorf("a device: class %q, %v", abstract.ClassOf(err), err)
	}
}

func resolve(t *testing.T, text string) (object.Pattern, error) {
	t.Helper()
	l, err := source.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l.Resolve(t.Context(), file.New())
}

func TestNothingError(t *testing.T) {
	err := &source.NothingError{Locations: []string{"./a/*.csv", "b\n"}}
	if want := `nothing matches "./a/*.csv", "b\n"`; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
