package target

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// membersOf counts the processes of a group that run, its leader left out.
// Fields 1, 3 and 5 of /proc/PID/stat are the number, the state and the group;
// field 2, in parentheses, may hold anything (proc_pid_stat(5)).
func membersOf(group int) int {
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	n := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		pid, _, _ := bytes.Cut(b, []byte(" "))
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(fields) < 3 || string(fields[2]) != strconv.Itoa(group) || string(pid) == strconv.Itoa(group) {
			continue
		}
		if state := string(fields[0]); state != "Z" && state != "X" { // ended, not yet waited for
			n++
		}
	}
	return n
}
