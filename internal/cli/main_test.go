package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/connector/all"
	"github.com/seed-ede61cd5/sluice/internal/cli"
)

// asSluice makes this test binary be the command: the demo runs itself.
const asSluice = "SLUICE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asSluice) != "" {
		os.Exit(cli.Main(os.Args[1:], cli.Standard(), all.Registry()))
	}
	os.Exit(m.Run())
}

// outcome is how a command ended, with the test's folder and durations
// replaced by DIR and TIME.
type outcome struct {
	code     int
	out, err string
}

// sluice runs the command line in this process. In what it prints, dir is
// replaced, unless it is "".
func sluice(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Main(args, cli.Streams{Out: &stdout, Err: &stderr}, all.Registry())
	return outcome{code, settle(dir, stdout.String()), settle(dir, stderr.String())}
}

var (
	duration   = regexp.MustCompile(`in [0-9.]+(µs|ms|s) \([0-9,]+ rows/s\)`)
	generation = regexp.MustCompile(`[0-9]+-[0-9]+-[0-9]+-[0-9]{15,}`)
	blanks     = regexp.MustCompile(`  +`)
	moment     = regexp.MustCompile(`20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8}`)
)

// settle replaces what differs from run to run.
func settle(dir, text string) string {
	if dir != "" {
		text = strings.ReplaceAll(text, dir, "DIR")
	}
	text = duration.ReplaceAllString(text, "in TIME")
	text = generation.ReplaceAllString(text, "GENERATION")
	return moment.ReplaceAllString(text, "MOMENT")
}

// expect fails the test if the command did not end with that code.
func (o outcome) expect(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", o.code, code, o.out, o.err)
	}
	return o
}

// same compares text that a command printed, but for how wide its columns are:
// that depends on the length of the folder's name.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	trim := func(s string) string {
		lines := strings.Split(strings.Trim(s, "\n"), "\n")
		for i := range lines {
			lines[i] = blanks.ReplaceAllString(strings.TrimRight(lines[i], " "), "  ")
		}
		return strings.Join(lines, "\n")
	}
	if trim(got) != trim(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, trim(got), trim(want))
	}
}

// keys are the names of a JSON object, in its order.
func keys(t *testing.T, text string) (names []string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		t.Fatalf("parse %q: %v", text, err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatalf("parse %q: %v", text, err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatalf("parse %q: %v", text, err)
		}
	}
	return names
}

// write makes a file and returns its path.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const good = "id,name\n1,one\n2,two\n3,three\n"
