//go:build unix

// Package postgres starts a real PostgreSQL for tests: a server of its own in a
// temporary directory, reached through a Unix socket, gone with the test binary.
package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// noSkipEnv makes a test that cannot find a server fail.
	noSkipEnv = "HOOKASSAY_NO_SKIP"

	startWithin = 60 * time.Second // initdb takes a second or two where nothing else runs
	stopWithin  = 20 * time.Second
	askWithin   = 10 * time.Second
)

// serve is the server's owner. It lives until its standard input ends, which it
// does however we end: a killed test closes its pipes too.
//
//go:embed serve.sh
var serve string

// A Server is one PostgreSQL.
type Server struct {
	dir  string
	cmd  *exec.Cmd
	hold io.Closer
	made atomic.Int64 // databases
	stop sync.Once
	gone error
}

var shared struct {
	sync.Mutex
	server *Server
}

// Start returns the DSN (a postgres:// URL) of an empty database that is the
// test's own, on the server that all tests of the binary share. Where there is
// no PostgreSQL the test is skipped, or fails under HOOKASSAY_NO_SKIP.
func Start(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		shared.server = launch(t) // ends with the binary: see serve
	}
	return shared.server.Database(t)
}

// New starts a server that is the test's own, so that the test may stop it.
func New(t testing.TB) *Server {
	t.Helper()
	s := launch(t)
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("postgres: %v", err)
		}
	})
	return s
}

// Database makes an empty database and returns its DSN; it goes with the test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", s.made.Add(1))
	if err := s.do("create database " + name); err != nil {
		t.Fatalf("postgres: %v", err)
	}
	t.Cleanup(func() {
		_ = s.do("drop database " + name + " with (force)") // the server may be stopped by now
	})
	return s.dsn(name)
}

// Stop ends the server at once, as a crash does, and waits until it is gone.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		late := time.AfterFunc(stopWithin, func() { _ = s.cmd.Process.Kill() }) // Wait says so
		defer late.Stop()
		_ = s.hold.Close() // nothing was written
		s.gone = s.cmd.Wait()
	})
	return s.gone
}

func (s *Server) dsn(database string) string {
	return "postgres:///" + database + "?user=postgres&host=" + url.QueryEscape(s.dir)
}

func (s *Server) do(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func launch(t testing.TB) *Server {
	t.Helper()
	bin, who, missing := find()
	if missing != "" && os.Getenv(noSkipEnv) == "1" {
		t.Fatalf("postgres: %s, and %s allows no skip", missing, noSkipEnv)
	}
	if missing != "" {
		t.Skip("postgres: " + missing)
	}
	s, err := run(bin, who)
	if err != nil {
		t.Fatalf("postgres: %v", err)
	}
	return s
}

// run starts the server and waits until it answers.
func run(bin string, who *syscall.Credential) (*Server, error) {
	dir, err := os.MkdirTemp("", "hookassay-pg-")
	if err != nil {
		return nil, err
	}
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("sh", "-c", serve, "postgres-for-tests", bin, dir)
	cmd.Dir = dir // ours may be closed to that user
	// A group of its own: an interrupt at the terminal is for us, and we end it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: who}
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{dir: dir, cmd: cmd, hold: hold}
	for deadline := time.Now().Add(startWithin); ; time.Sleep(20 * time.Millisecond) {
		if err = s.do("select 1"); err == nil {
			return s, nil
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(filepath.Join(dir, "log")) // said beside the error
			_ = s.Stop()
			return nil, fmt.Errorf("does not answer after %s: %w\n%s", startWithin, err, tail(string(text)))
		}
	}
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
