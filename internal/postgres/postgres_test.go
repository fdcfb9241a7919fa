//go:build unix

package postgres_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookassay/hookassay/internal/postgres"
)

func statement(t *testing.T, dsn, text string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		return err
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), text)
	return err
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	a, b := postgres.Start(t), postgres.Start(t)
	for _, dsn := range []string{a, b} {
		if err := statement(t, dsn, "create table once (id text)"); err != nil {
			t.Errorf("%s: %v", dsn, err)
		}
	}
	if err := statement(t, a, "create table once (id text)"); err == nil {
		t.Error("what was made is gone")
	}
}

func TestStop(t *testing.T) {
	s := postgres.New(t)
	dsn := s.Database(t)
	if err := statement(t, dsn, "select 1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if err := statement(t, dsn, "select 1"); err == nil {
		t.Error("it still answers")
	}
	if _, err := os.Stat(socketDir(t, dsn)); !os.IsNotExist(err) {
		t.Errorf("its directory is left: %v", err)
	}
}

func socketDir(t *testing.T, dsn string) string {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return config.Host
}

// TestKilled kills a test binary, this one, that has a server running.
func TestKilled(t *testing.T) {
	const childEnv = "HOOKASSAY_TEST_POSTGRES_CHILD"
	if os.Getenv(childEnv) != "" {
		os.Stdout.WriteString("DSN " + postgres.Start(t) + "\n")
		time.Sleep(time.Minute)
		return
	}
	dsn := postgres.Start(t) // skips here, where there is none
	if err := statement(t, dsn, "select 1"); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dsn = ""
	for lines := bufio.NewScanner(out); dsn == "" && lines.Scan(); {
		dsn, _ = strings.CutPrefix(lines.Text(), "DSN ")
		if dsn == lines.Text() {
			dsn = ""
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	if dsn == "" {
		t.Fatal("the child named no server")
	}
	dir := socketDir(t, dsn)
	if filepath.Dir(dir) != filepath.Clean(os.TempDir()) {
		t.Fatalf("its directory is %s", dir)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the server outlives the test that was killed")
		}
	}
}
