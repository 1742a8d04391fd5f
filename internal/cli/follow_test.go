package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/transfer"
)

func TestCommitEvery(t *testing.T) {
	f := &followFlags{}
	for _, text := range []string{"500", "64MiB", "250ms"} {
		if err := f.setCommit(text); err != nil {
			t.Error(err)
		}
	}
	want := transfer.FollowConfig{CommitRows: 500, CommitBytes: 64 << 20, CommitAfter: 250 * time.Millisecond}
	if f.commit != want {
		t.Errorf("%+v", f.commit)
	}
	for _, text := range []string{"", "0", "-5", "0s", "-1s", "0MiB", "x", "5 apples"} {
		if err := f.setCommit(text); err == nil {
			t.Errorf("%q is accepted: %+v", text, f.commit)
		}
	}
}

// TestOneLinePerFile: each file is a line, whatever its name.
func TestOneLinePerFile(t *testing.T) {
	good := abstract.ObjectID{Bucket: "s3://b", Key: "a\nb.csv"}
	bad := abstract.ObjectID{Bucket: "s3://b", Key: "bad.csv"}
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		d := newLogged(newLogger(&out, format))
		d.Committed(ledger.Progress{Object: good, Rows: 3})
		d.Committed(ledger.Progress{Object: good, Rows: 4, Done: true})
		d.Ended(transfer.Outcome{Object: good})
		d.Ended(transfer.Outcome{Object: bad, Parked: true, Err: abstract.WithClass(abstract.FileOnly, errors.New("s3://b/bad.csv: record 1\nis bad"))})
		lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
		if len(lines) != 2 {
			t.Fatalf("%s: %d lines\n%s", format, len(lines), out.Bytes())
		}
		if len(d.rows) != 0 {
			t.Errorf("%s: %d files are kept", format, len(d.rows))
		}
		if format == "text" {
			for i, want := range []string{
				`level=INFO msg=loaded file="\"s3://b/a\\nb.csv\"" rows=7`,
				`level=ERROR msg=failed file=s3://b/bad.csv rows=0 parked=true class="this file only" error="record 1\nis bad"`,
			} {
				if !bytes.HasSuffix(lines[i], []byte(want)) {
					t.Errorf("line %d: %s\nwant %s", i, lines[i], want)
				}
			}
			continue
		}
		var loaded struct {
			File string
			Rows int64
		}
		if err := json.Unmarshal(lines[0], &loaded); err != nil || loaded.File != good.String() || loaded.Rows != 7 {
			t.Errorf("%s: %v", lines[0], err)
		}
	}
}
