//go:build unix

package target

import (
	"os/exec"
	"syscall"
)

// endWithChildren puts a command into a process group of its own, all of which
// is ended with it when its context is.
func endWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// endChildren ends what a command that is over has left running in its group.
func endChildren(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // mostly there is nothing left
	}
}
