package main

import (
	"fmt"
	"math"
	"os/exec"
	"runtime"
	"strings"
)

const wrkName = "wrk"

// wrk sends one request again and again.
func (b *bench) wrk(version string, err error) *tool {
	t := &tool{name: wrkName, sends: constant, version: version}
	if err != nil {
		t.missing(err)
		return t
	}
	t.command = func(j job, url string) (*exec.Cmd, error) {
		return exec.Command("wrk", "-t", fmt.Sprint(min(runtime.NumCPU(), j.inFlight)), "-c", fmt.Sprint(j.inFlight),
			"-d", fmt.Sprintf("%.0fs", math.Ceil(j.lasts.Seconds())), "-s", b.file(wrkFile), url), nil
	}
	return t
}

// wrkVersion finds it in "wrk debian/4.1.0-3 [epoll] Copyright …".
func wrkVersion(out []byte) (string, error) {
	words := strings.Fields(string(out))
	if len(words) < 2 || words[0] != "wrk" {
		return "", fmt.Errorf("wrk -v says %.80q", out)
	}
	return words[1], nil
}
