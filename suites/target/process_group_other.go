//go:build !unix

package target

import (
	"errors"
	"os/exec"
	"runtime"
)

// A group is a process group that does not outlive us; there is none here.
type group struct{}

var errNoGroups = errors.New("process control is not available on " + runtime.GOOS)

func newGroup() (*group, error) { return nil, errNoGroups }

func (*group) start(*exec.Cmd) error { return errNoGroups }
func (*group) terminate()            {}
func (*group) end()                  {}
func (*group) leave()                {}
func (*group) alive() bool           { return false }
