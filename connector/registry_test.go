package connector_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

// named is a format that is nothing but its name.
type named struct {
	reader.Format
	name string
}

func registry() *connector.Registry {
	return &connector.Registry{
		Formats:    map[string]reader.Format{"csv": named{name: "csv"}, "tsv": named{name: "tsv"}},
		Extensions: map[string]string{"csv": "csv", "tsv": "tsv", "tab": "tsv"},
		Shared:     map[string]reader.Format{"log": named{name: "csv or tsv"}},
		Targets: map[string]connector.OpenTarget{
			"db": func(_ context.Context, address string, _ connector.TargetOptions) (target.Target, error) {
				return nil, errors.New("opened " + address)
			},
			"print": nil,
		},
	}
}

func TestFormatByNameAndExtension(t *testing.T) {
	for _, c := range []struct{ name, key, want string }{
		{"auto", "/a/b.csv", "csv"},
		{"auto", "/a/B.CSV", "csv"},
		{"auto", "b.csv.gz", "csv"},
		{"auto", "b.csv.BZ2", "csv"},
		{"auto", "b.csv.lz4", "csv"},
		{"auto", "b.csv.sz", "csv"},
		{"auto", "b.csv.snappy", "csv"},
		{"auto", "b.csv.xz", "csv"},
		{"auto", "b.TAB.ZSTD", "tsv"},
		{"auto", "b.LOG.gz", "csv or tsv"},
		{"auto", "b.log.xz", "csv or tsv"},
		{"csv", "b.log", "csv"},
		{"csv", "b.txt", "csv"},
		{"tsv", "b.csv", "tsv"},
	} {
		f, err := registry().Format(c.name, c.key)
		if err != nil || f.(named).name != c.want {
			t.Errorf("Format(%q, %q) = %v, %v; want %s", c.name, c.key, f, err, c.want)
		}
	}
	for _, key := range []string{"b", "b.gz", "b.txt", "csv", "", "b.csv.gz.gz", "dir.csv/b"} {
		_, err := registry().Format("auto", key)
		if err == nil || !strings.Contains(err.Error(), "--format csv|tsv") {
			t.Errorf("Format(auto, %q): error %v does not name the fix", key, err)
		}
	}
	_, err := registry().Format("xml", "b.xml")
	if _, ok := errors.AsType[*connector.UnknownError](err); !ok || !strings.Contains(err.Error(), "auto, csv, tsv") {
		t.Errorf("an unknown format is the error %v", err)
	}
}

func TestOpenTargetByScheme(t *testing.T) {
	for to, want := range map[string]string{
		"db:dir/a:b.db": "opened dir/a:b.db", // only the first colon ends the scheme
		"db:":           "opened ",
		"my.db":         `target "my.db" does not say what it is: begin it with one of db:, print:`,
		"":              `target "" does not say`,
		"mysql://x":     `target "mysql:" is not known: use one of db, print`,
	} {
		if _, err := registry().OpenTarget(t.Context(), to, connector.TargetOptions{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("OpenTarget(%q): error %v, want %s", to, err, want)
		}
	}
}

// TestX04Shown: an address is shown without the password in it.
func TestX04Shown(t *testing.T) {
	for to, want := range map[string]string{
		"duckdb:my.duckdb":                       "duckdb:my.duckdb",
		"postgres://h/db":                        "postgres://h/db",
		"postgres://me@h/db":                     "postgres://me@h/db",
		"postgres://me:S3CR3T@h:5432/db":         "postgres://me:***@h:5432/db",
		"postgres://me:S3C@R3T:/x@h/db":          "postgres://me:***@h/db",
		"postgres://:S3CR3T@h":                   "postgres://:***@h",
		"postgres://h/db?a=b&password=S3CR3T&c=": "postgres://h/db?a=b&password=***&c=",
		"postgres://h/db?sslPassword=S3CR3T":     "postgres://h/db?sslPassword=***",
	} {
		if got := connector.Shown(to); got != want {
			t.Errorf("%s is shown as %s, want %s", to, got, want)
		}
	}
}
