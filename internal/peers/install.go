package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// What is installed. Vegeta's is the version that hookassay itself is built on.
const (
	vegetaModule      = "github.com/tsenart/vegeta/v12"
	vegetaVersion     = "v12.13.0"
	autocannonVersion = "9.0.0"
)

const installLimit = 10 * time.Minute

// install makes every generator ready. One that cannot be had says why, and
// its rows say so; hookassay itself must be there.
func (b *bench) install() ([]*tool, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	cache = filepath.Join(cache, "hookassay-bench")
	binary := filepath.Join(b.dir, "hookassay")
	progress("building hookassay")
	if _, err := b.output("go", "build", "-o", binary, "github.com/hookassay/hookassay/cmd/hookassay"); err != nil {
		return nil, err
	}
	return []*tool{
		b.hookassay(binary), b.plainVegeta(),
		b.vegeta(b.installVegeta(cache)), b.autocannon(b.installAutocannon(cache)), b.wrk(b.installWrk()),
	}, nil
}

func (b *bench) installVegeta(cache string) (binary string, err error) {
	dir := filepath.Join(cache, "vegeta-"+vegetaVersion)
	binary = filepath.Join(dir, "vegeta")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	progress("installing Vegeta %s (once)", vegetaVersion)
	_, err = b.output("env", "GOBIN="+dir, "go", "install", vegetaModule+"@"+vegetaVersion)
	return binary, err
}

func (b *bench) installAutocannon(cache string) (module string, err error) {
	dir := filepath.Join(cache, "autocannon-"+autocannonVersion)
	module = filepath.Join(dir, "node_modules", "autocannon")
	if _, err := exec.LookPath("node"); err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(module, "package.json")); err == nil {
		return module, nil
	}
	progress("installing autocannon %s (once)", autocannonVersion)
	_, err = b.output("npm", "install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--silent",
		"autocannon@"+autocannonVersion)
	return module, err
}

// installWrk uses Debian's package, where that may be installed.
func (b *bench) installWrk() (version string, err error) {
	if _, err := exec.LookPath("wrk"); err != nil {
		if os.Geteuid() != 0 {
			return "", fmt.Errorf("%w, and only root can install it", err)
		}
		progress("installing wrk (once)")
		if _, err := b.output("apt-get", "update", "-qq"); err != nil { // a new machine has no lists
			return "", err
		}
		if _, err := b.output("apt-get", "install", "-y", "-qq", "--no-install-recommends", "wrk"); err != nil {
			return "", err
		}
	}
	// It exits 1 after it has said its version.
	out, _ := exec.CommandContext(b.ctx, "wrk", "-v").CombinedOutput()
	return wrkVersion(out)
}

// output runs a command that takes no input, to its end.
func (b *bench) output(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(b.ctx, installLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, args[0], err, lastLine(stderr.String()))
	}
	return strings.TrimSpace(stdout.String()), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// libraryVersion is that of a module which this program is built with.
func libraryVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}

func (b *bench) printVersions() {
	fmt.Printf("%s %s/%s, %d processors that generator and receiver share%s\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), othersLoad())
	t := newTable("generator", "version", "its deliveries")
	for _, one := range b.tools {
		t.row(one.name, one.version, one.sends)
	}
	t.row("k6", "not compared: it is under the AGPL, and nothing under it is installed", "")
	t.print()
}

// othersLoad says how busy the machine is with others, from proc(5)'s loadavg:
// whoever reads the figures has to know.
func othersLoad() string {
	b, err := os.ReadFile("/proc/loadavg")
	minute, _, ok := strings.Cut(string(b), " ")
	if err != nil || !ok {
		return ""
	}
	return ", load average before: " + minute
}
