package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
)

// buildBinary builds the program as users do.
func buildBinary(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "hookassay")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// BenchmarkList is what a user waits for `hookassay list`, process start
// included, and the size of the program.
func BenchmarkList(b *testing.B) {
	bin := buildBinary(b)
	info, err := os.Stat(bin)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := exec.Command(bin, "list").Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/list")
	b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
}

// BenchmarkRunMemory is the peak memory of a whole `hookassay run` of the core
// profile.
func BenchmarkRunMemory(b *testing.B) {
	bin := buildBinary(b)
	secret := scriptSecrets["standard-webhooks"]
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{"standard-webhooks": {secret}}})
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	b.Cleanup(func() {
		_ = r.Shutdown(context.Background())
		<-served
	})
	var peak int64
	for b.Loop() {
		cmd := exec.Command(bin, "run", "-q", "-t", fmt.Sprintf("http://%s/webhooks", l.Addr()),
			"-s", "standard-webhooks", "--secret-env", "SECRET", "--effects-http", fmt.Sprintf("http://%s/effects", l.Addr()))
		cmd.Env = append(os.Environ(), "SECRET="+secret)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		peak = max(peak, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
}
