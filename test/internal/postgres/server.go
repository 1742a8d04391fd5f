// Package postgres starts a PostgreSQL server for tests: a new one in a
// directory of its own, on a free port of the loopback interface.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// nobody is the user that the server runs as if we are root, which it refuses
// to be.
const nobody = 65534

// Server is a running server with the superuser postgres and no password.
type Server struct {
	Port int
	bin  string
	dir  string
}

// binEnv names a directory of the server's programs that wins over others.
const binEnv = "SLUICE_POSTGRES_BIN"

// ErrNone reports that PostgreSQL is not installed where it is looked for:
// $SLUICE_POSTGRES_BIN, Debian's /usr/lib/postgresql/*/bin, the newest first,
// then $PATH.
var ErrNone = errors.New("PostgreSQL is not installed (apt-get install postgresql)")

// find returns the directory of the server's programs.
func find() (string, error) {
	if bin := os.Getenv(binEnv); bin != "" {
		return bin, nil
	}
	list, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(list) > 0 {
		return filepath.Dir(slices.MaxFunc(list, func(a, b string) int { return version(a) - version(b) })), nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", ErrNone
	}
	return filepath.Dir(initdb), nil
}

// version is the major version in a path such as /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// Start makes a cluster below dir and starts its server, without fsync: it
// must survive kill -9 of its clients, not a loss of power. settings are lines
// of postgresql.conf.
func Start(ctx context.Context, dir string, settings ...string) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: filepath.Join(dir, "pg")}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if err := s.giveToNobody(dir); err != nil {
			return nil, err
		}
	}
	if err := s.run(ctx, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return nil, err
	}
	if s.Port, err = freePort(ctx); err != nil {
		return nil, err
	}
	settings = append([]string{
		"port = " + strconv.Itoa(s.Port), "listen_addresses = '127.0.0.1'", "unix_socket_directories = '" + s.dir + "'",
		"fsync = off", "max_connections = 100",
	}, settings...)
	if err := s.configure(settings); err != nil {
		return nil, err
	}
	return s, s.Run(ctx)
}

// giveToNobody lets nobody write to the server's directory and enter those
// above it that are ours.
func (s *Server) giveToNobody(dir string) error {
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		if info.Mode()&1 == 0 {
			if err := os.Chmod(d, info.Mode()|1); err != nil {
				return err
			}
		}
	}
	return os.Chown(s.dir, nobody, nobody)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) configure(lines []string) error {
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	return errors.Join(err, f.Close())
}

// Run starts the server after [Server.Stop]. It returns when the server takes
// connections.
func (s *Server) Run(ctx context.Context) error {
	return s.run(ctx, "pg_ctl", "-D", s.data(), "-l", s.log(), "-w", "start")
}

// Stop stops the server as a crash would: at once, and all that was committed
// is there again after Run.
func (s *Server) Stop(ctx context.Context) error {
	return s.run(ctx, "pg_ctl", "-D", s.data(), "-m", "immediate", "-w", "stop")
}

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// URL names one of the server's databases.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", s.Port, database)
}

// run runs one of the server's programs, and shows what it said if it fails.
func (s *Server) run(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	// A file and no pipe: the server inherits it and would keep a pipe open.
	out, err := os.CreateTemp("", "sluice-"+program)
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(s.log())
		return fmt.Errorf("%s: %w\n%s%s", program, err, said, log)
	}
	return nil
}

func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// PID is the process id of the server, whose children serve the connections.
func (s *Server) PID() (int, error) {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}
