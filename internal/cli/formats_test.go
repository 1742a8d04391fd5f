//go:build cgo

package cli_test

import (
	"strings"
	"testing"
)

// TestFormatsByName loads the formats that only their names ask for.
func TestFormatsByName(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "plain.log", "a\n\n\"b\",c\n")
	write(t, dir, "access.log", `h - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 7`+"\n")
	write(t, dir, "orders.pb", "\x05\x0a\x03one\x00")
	write(t, dir, "shop.desc", descriptor(t, "name"))
	for _, c := range []struct{ args, want string }{
		{"plain.log --format lines", `{"line":"a"}` + "\n" + `{"line":""}` + "\n" + `{"line":"\"b\",c"}`},
		{"access.log --format access-log --access-format common", `{"host":"h","ident":null,"user":null,"time":"MOMENTZ",` +
			`"request":"GET /x HTTP/1.0","method":"GET","path":"/x","protocol":"HTTP/1.0","status":200,"bytes":7}`},
		{"orders.pb --format protobuf --proto-descriptor shop.desc --proto-message shop.Order", `{"name":"one"}` + "\n" + `{"name":""}`},
	} {
		got := sluice(t, dir, append([]string{"load", "--to", "stdout:"}, strings.Fields(c.args)...)...).expect(t, 0)
		same(t, c.args, got.out, c.want)
		got = sluice(t, dir, append([]string{"inspect"}, strings.Fields(c.args)...)...).expect(t, 0)
		if strings.Contains(got.out, "cannot be read") {
			t.Errorf("inspect %s:\n%s", c.args, got.out)
		}
	}
	got := sluice(t, dir, "load", "plain.log", "--to", "stdout:").expect(t, 3)
	if !strings.Contains(got.err, "the name does not tell the format") {
		t.Errorf("a .log file is guessed:\n%s", got.err)
	}
}

// TestProtobufGoesOnWithItsDescriptor: a file that was partly loaded is read on
// with a descriptor that says the same of the message, and with no other.
func TestProtobufGoesOnWithItsDescriptor(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "orders.pb", "\x05\x0a\x03one\x03\x0a\x01\xff\x05\x0a\x03two")
	write(t, dir, "shop.desc", descriptor(t, "name"))
	write(t, dir, "other.desc", descriptor(t, "title", "name"))
	load := func(descriptor string, code int, more ...string) outcome {
		t.Helper()
		return sluice(t, dir, append([]string{"load", "orders.pb", "--to", "duckdb:x.duckdb", "--format", "protobuf",
			"--proto-descriptor", descriptor, "--proto-message", "shop.Order"}, more...)...).expect(t, code)
	}
	if got := load("shop.desc", 3); !strings.Contains(got.err, `record 2 at byte 6, column "name": "\xff" is not valid UTF-8`) {
		t.Errorf("the bad row is told as\n%s", got.err)
	}
	if got := load("other.desc", 3, "--on-bad-row", "skip"); !strings.Contains(got.err, "the descriptor says something else of message shop.Order than when loading of the file began") {
		t.Errorf("another descriptor is told as\n%s", got.err)
	}
	load("shop.desc", 0, "--on-bad-row", "skip")
	got := sluice(t, dir, "explain", "orders.pb", "--to", "duckdb:x.duckdb").expect(t, 0)
	if !strings.Contains(got.out, "protobuf, messages shop.Order, 1 columns") || !strings.Contains(got.out, "2") {
		t.Errorf("explain says\n%s", got.out)
	}
}
