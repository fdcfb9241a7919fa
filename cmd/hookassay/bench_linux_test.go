package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
)

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
