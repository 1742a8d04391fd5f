package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
)

// FuzzX05Quote: an identifier reads back as the bytes that it was given, by
// the rules of the SQL scanner: in double quotes, two of them are one.
func FuzzX05Quote(f *testing.F) {
	for _, name := range []string{"a", `"`, `""`, `a"b`, "\\", "日本", "a\nb", `"; --`, strings.Repeat("n", 64), "nul\x00", "\xff", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if checkName("column", name) != nil {
			if name != "" && len(name) <= maxName && strings.ToValidUTF8(name, "") == name && !strings.ContainsRune(name, 0) {
				t.Errorf("%q is refused", name)
			}
			return
		}
		var quoted string
		alloctest.Check(t, len(name), func() { quoted = quote(name) })
		if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
			t.Fatalf("%q is written as %s", name, quoted)
		}
		inside := quoted[1 : len(quoted)-1]
		var read strings.Builder
		for i := 0; i < len(inside); i++ {
			if inside[i] == '"' {
				if i++; i == len(inside) || inside[i] != '"' {
					t.Fatalf("%q is written as %s, which ends early", name, quoted)
				}
			}
			read.WriteByte(inside[i])
		}
		if read.String() != name || strings.ContainsRune(quoted, 0) || len(name) > maxName {
			t.Errorf("%q is written as %s", name, quoted)
		}
	})
}

func TestClasses(t *testing.T) {
	server := func(code string) error {
		return &pgconn.PgError{Code: code, Severity: "ERROR", SeverityUnlocalized: "ERROR"}
	}
	for _, tc := range []struct {
		err  error
		want abstract.Class
	}{
		{server("40001"), abstract.Transient}, {server("40P01"), abstract.Transient}, {server("55P03"), abstract.Transient},
		{server("57014"), abstract.Transient}, {server("57P01"), abstract.Transient}, {server("57P03"), abstract.Transient},
		{server("53100"), abstract.Transient}, {server("53300"), abstract.Transient}, {server("25006"), abstract.Transient},
		{server("25P03"), abstract.Transient}, {server("08006"), abstract.Transient},
		{server("23505"), abstract.FileOnly}, {server("22001"), abstract.FileOnly}, {server("22P02"), abstract.FileOnly},
		{server("P0001"), abstract.FileOnly}, {server("54000"), abstract.FileOnly},
		{server("42501"), abstract.Permanent}, {server("42P01"), abstract.Permanent}, {server("28P01"), abstract.Permanent},
		{server("3D000"), abstract.Permanent}, {server("0A000"), abstract.Permanent}, {server(""), abstract.Permanent},
		{io.ErrUnexpectedEOF, abstract.Transient}, {&net.OpError{Op: "read", Err: errors.New("reset")}, abstract.Transient},
		{context.DeadlineExceeded, abstract.Transient}, {pgconn.ErrConnClosed, abstract.Transient},
		{context.Canceled, abstract.Permanent}, {errors.New("ours"), abstract.Permanent},
	} {
		if got := abstract.ClassOf(classify(fmt.Errorf("wrapped: %w", tc.err))); got != tc.want {
			t.Errorf("%v is %v, want %v", tc.err, got, tc.want)
		}
	}
	for _, fatal := range []error{&pgconn.PgError{Code: "57P01", Severity: "FATAL", SeverityUnlocalized: "FATAL"}, pgconn.ErrConnClosed, io.EOF} {
		if answered(fatal) {
			t.Errorf("%v is taken for an answer to COMMIT", fatal)
		}
	}
}

// TestT14Silent: a server that takes connections and never says anything is
// given up in time.
func TestT14Silent(t *testing.T) {
	clean(t)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	defer func() { l.Close(); <-accepted }()
	limits := defaultTimeouts
	limits.connect = 100 * time.Millisecond
	begun := time.Now()
	_, err = open(t.Context(), "postgres://u@"+l.Addr().String()+"/db?sslmode=disable", Options{}, limits)
	if err == nil || abstract.ClassOf(err) != abstract.Transient {
		t.Errorf("opened, or %v (%v)", err, abstract.ClassOf(err))
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}
