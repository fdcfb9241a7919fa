package load

import (
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// readThrottled reads for how long the control groups of this process have kept
// it from running although it could, because their quota was used up
// (https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files;
// version 1 has its file elsewhere, and counts in nanoseconds). 0 where there
// is no quota.
func readThrottled() time.Duration {
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	for _, file := range cpuStatFiles(string(groups)) {
		if b, err := os.ReadFile(file); err == nil {
			if d, ok := parseThrottled(string(b)); ok {
				return d
			}
		}
	}
	return 0
}

// cpuStatFiles says where the statistics may be, by lines such as
// "0::/app.slice" and "4:cpu,cpuacct:/app": below the group's path and, since a
// container may see that path from outside, at the root.
func cpuStatFiles(groups string) (files []string) {
	for line := range strings.Lines(groups) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		root := "/sys/fs/cgroup"
		for controller := range strings.SplitSeq(parts[1], ",") {
			if controller == "cpu" {
				root = path.Join(root, parts[1])
			}
		}
		if parts[1] == "" || root != "/sys/fs/cgroup" {
			files = append(files, path.Join(root, parts[2], "cpu.stat"), path.Join(root, "cpu.stat"))
		}
	}
	return files
}

func parseThrottled(stat string) (time.Duration, bool) {
	for line := range strings.Lines(stat) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil:
		case name == "throttled_usec":
			return time.Duration(n) * time.Microsecond, true
		case name == "throttled_time":
			return time.Duration(n), true
		}
	}
	return 0, false
}
