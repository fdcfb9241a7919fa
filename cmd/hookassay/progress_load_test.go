package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/suites/load"
)

func TestLoadLine(t *testing.T) {
	full := load.Status{
		Elapsed: 12*time.Second + 40*time.Millisecond, Total: 30 * time.Second, Rate: 1480, InFlight: 34,
		P50: 2100 * time.Microsecond, P99: 18 * time.Millisecond, Backlog: 12, Resent: 3,
	}
	late := full
	late.Elapsed, late.P99, late.Errors, late.ForgedAccepted, late.Backlog, late.Resent = 31*time.Second, 1840*time.Millisecond, 7, 1, -1, 0
	tests := []struct {
		name string
		in   load.Status
		want string
	}{
		{"all of it", full, "12s of 30s  1,480/s  34 in flight  p50 2.1 ms  p99 18 ms  0 wrong  0 forged accepted  backlog 12  resent 3  18s left"},
		{"after the last delivery, without a probe", late,
			"31s of 30s  1,480/s  34 in flight  p50 2.1 ms  p99 1,840 ms  7 wrong  1 forged accepted  waiting for answers"},
		{"before the first answer", load.Status{Total: time.Hour, InFlight: 2, Backlog: -1}, "0s of 1h  2 in flight  0 wrong  0 forged accepted  1h left"},
	}
	for _, test := range tests {
		if got := loadLine(test.in); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 10 * time.Second: "10s", time.Minute: "1m", 90 * time.Second: "1m30s", 10 * time.Minute: "10m",
		time.Hour: "1h", time.Hour + time.Second: "1h0m1s", 20 * time.Hour: "20h", 65 * time.Minute: "1h5m",
	} {
		if got := short(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// A log gets at most a line a second, and about sixty of a long run.
func TestPlainLoadProgressIsRare(t *testing.T) {
	tests := []struct {
		total time.Duration
		lines int
	}{{10 * time.Second, 10}, {time.Minute, 60}, {10 * time.Minute, 60}, {3 * time.Hour, 60}}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			p := &progress{out: &out}
			for at := time.Duration(0); at < test.total; at += 250 * time.Millisecond {
				p.load(load.Status{Elapsed: at, Total: test.total, Backlog: -1})
				time.Sleep(250 * time.Millisecond)
			}
			if got := strings.Count(out.String(), "\n"); got != test.lines {
				t.Errorf("%v: %d lines, want %d", test.total, got, test.lines)
			}
		})
	}
}
