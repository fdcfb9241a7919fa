package load

import (
	"os"
	"strconv"
	"strings"
)

// readMachine reads what this machine's processors did, from /proc/stat
// (https://man7.org/linux/man-pages/man5/proc_stat.5.html).
func readMachine() machine {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return machine{}
	}
	return parseStat(string(b))
}

// parseStat adds up the first line: user nice system idle iowait irq softirq
// steal. The guests' times after them are in the first two already. Stolen time
// counts as busy: nobody here could have it.
func parseStat(text string) machine {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return machine{}
	}
	var m machine
	for i, field := range fields[1:9] {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return machine{}
		}
		m.total += n
		if i != 3 && i != 4 {
			m.busy += n
		}
	}
	return m
}
