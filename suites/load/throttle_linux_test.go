package load

import (
	"slices"
	"testing"
	"time"
)

func TestCPUStatFiles(t *testing.T) {
	tests := []struct {
		groups string
		want   []string
	}{
		{"0::/\n", []string{"/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu.stat"}},
		{"0::/a.slice/b\n", []string{"/sys/fs/cgroup/a.slice/b/cpu.stat", "/sys/fs/cgroup/cpu.stat"}},
		{"9:memory:/x\n4:cpu,cpuacct:/x\n0::/\n", []string{
			"/sys/fs/cgroup/cpu,cpuacct/x/cpu.stat", "/sys/fs/cgroup/cpu,cpuacct/cpu.stat",
			"/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu.stat",
		}},
		{"9:cpuset:/x\n", nil},
		{"nonsense\n", nil},
		{"", nil},
	}
	for _, tt := range tests {
		if got := cpuStatFiles(tt.groups); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.groups, got, tt.want)
		}
	}
}

func TestParseThrottled(t *testing.T) {
	tests := []struct {
		stat  string
		want  time.Duration
		known bool
	}{
		{"usage_usec 5\nnr_periods 3\nnr_throttled 2\nthrottled_usec 1500\n", 1500 * time.Microsecond, true},
		{"nr_periods 3\nnr_throttled 2\nthrottled_time 1500\n", 1500, true},
		{"usage_usec 5\nuser_usec 4\n", 0, false},
		{"throttled_usec many\n", 0, false},
		{"", 0, false},
	}
	for _, tt := range tests {
		if got, known := parseThrottled(tt.stat); got != tt.want || known != tt.known {
			t.Errorf("%q: %s, %v", tt.stat, got, known)
		}
	}
}
