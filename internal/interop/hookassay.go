package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/interop/serve"
	"github.com/hookassay/hookassay/reports"
)

const (
	root = "../.." // of the hookassay module, seen from this package's tests

	runLimit = 3 * time.Minute // a run takes seconds; this is for a machine under load
)

var hookassay = sync.OnceValues(buildHookassay)

// buildHookassay builds the program from this checkout. It lives in the module
// above, whose own dependencies it is built with.
func buildHookassay() (program string, err error) {
	dir, err := binaries()
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, "hookassay")
	ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/hookassay")
	cmd.Dir = root
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("go build ./cmd/hookassay: %s", output), err)
	}
	return program, nil
}

// Grade runs hookassay's command line, as GradeArgs gives it, against a receiver
// that Start started, and returns the report it wrote.
//
// That the receiver does not conform is a result. The test fails when hookassay
// ends in another way than its report says, or says that it was used wrongly.
func Grade(t testing.TB, r Receiver, url, effectsURL, secret string) reports.Report {
	t.Helper()
	program, err := hookassay()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(GradeArgs(r, url, effectsURL), "--out", dir, "--quiet")...)
	cmd.Dir = dir // which has no hookassay.yaml
	cmd.Env = append(os.Environ(), serve.SecretEnv+"="+secret)
	output, err := cmd.CombinedOutput()
	file, openErr := os.Open(filepath.Join(dir, "report.json"))
	if openErr != nil {
		t.Fatalf("hookassay left no report: %v, %v\n%s", err, openErr, output)
	}
	defer file.Close()
	report, readErr := reports.Read(file)
	if readErr != nil {
		t.Fatal(readErr)
	}
	if code := cmd.ProcessState.ExitCode(); code != report.ExitCode {
		t.Fatalf("hookassay ended with %d (%v), its report says %d\n%s", code, err, report.ExitCode, output)
	}
	return report
}

// GradeArgs are the arguments with which hookassay grades a receiver. The seed is
// fixed, so that the bytes of two runs differ only in ids, times and signatures.
func GradeArgs(r Receiver, url, effectsURL string) []string {
	args := []string{
		"run", "--target", url, "--scheme", r.Scheme, "--secret-env", serve.SecretEnv,
		"--effects-http", effectsURL, "--effects-pointer", "/{id}", "--seed", "1",
	}
	if r.Origin != "" {
		args = append(args, "--origin", r.Origin)
	}
	return append(args, r.Flags...)
}

// StartCommand is the shell command that starts a receiver in this package's folder,
// when it is built or its packages are installed.
func StartCommand(r Receiver) string {
	binary, args := program(r)
	return strings.Join(append([]string{"bin/" + binary}, args...), " ")
}

// GradeCommand is GradeArgs as a shell command, for a receiver whose base URL and
// effects URL stand in BASE and EFFECTS.
func GradeCommand(r Receiver) string {
	args := GradeArgs(r, `"$BASE`+r.Path+`"`, `"$EFFECTS"`)
	for i, arg := range args {
		if strings.Contains(arg, "{") {
			args[i] = "'" + arg + "'"
		}
	}
	return "bin/hookassay " + strings.Join(args, " ")
}
