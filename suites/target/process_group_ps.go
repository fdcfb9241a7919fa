//go:build unix && !linux

package target

import (
	"bufio"
	"bytes"
	"context"
	"os/exec"
	"strconv"
	"time"
)

// membersOf counts the processes of a group that run, its leader left out.
func membersOf(group int) int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ps", "-A", "-o", "pgid=", "-o", "pid=", "-o", "state=").Output()
	if err != nil {
		return 0 // nobody can be seen
	}
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		f := bytes.Fields(lines.Bytes())
		if len(f) == 3 && string(f[0]) == strconv.Itoa(group) && string(f[1]) != strconv.Itoa(group) && f[2][0] != 'Z' {
			n++
		}
	}
	return n
}
