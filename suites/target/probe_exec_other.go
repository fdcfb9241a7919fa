//go:build !unix

package target

import "os/exec"

// endWithChildren can end only the command itself here.
func endWithChildren(*exec.Cmd) {}

func endChildren(*exec.Cmd) {}
