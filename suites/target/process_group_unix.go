//go:build unix

package target

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// keeper is the leader of a process group, and ends it when its standard input
// ends: that happens when we do, however we do. What asks others to end does
// not end it. It says when it is ready for that.
const keeper = `trap "" TERM INT HUP QUIT; echo; read _; kill -KILL 0`

// keeperWithin is how long a shell may take to begin.
const keeperWithin = 10 * time.Second

// errNoGroups says why there are none: there are.
var errNoGroups error

// A group is a process group that does not outlive us. While its leader is
// there, the kernel gives nobody else its number.
type group struct {
	leader *exec.Cmd
	hold   *os.File // its closing ends the group

	mu      sync.Mutex
	over    bool          // nothing must be sent to the number any more
	reaped  chan struct{} // closed when the leader has been waited for
	release bool          // the leader goes, the others stay
}

func newGroup() (*group, error) {
	leader := exec.Command("/bin/sh", "-c", keeper)
	leader.Env, leader.Dir = []string{}, "/" // it has no business with ours
	leader.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := leader.StdoutPipe()
	if err != nil {
		return nil, err
	}
	// Both ends close on exec: no child but the leader has one.
	stdin, hold, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, said.Close())
	}
	defer stdin.Close()
	leader.Stdin = stdin
	if err := leader.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("the keeper of its process group: %w", err), hold.Close())
	}
	g := &group{leader: leader, hold: hold, reaped: make(chan struct{})}
	late := time.AfterFunc(keeperWithin, func() { _ = leader.Process.Kill() }) // then reading fails
	_, err = bufio.NewReader(said).ReadByte()
	late.Stop()
	go g.watch()
	if err != nil {
		g.end()
		return nil, fmt.Errorf("the keeper of its process group did not begin: %w", err)
	}
	return g, nil
}

// watch waits for the leader. Without it nobody would end the group after us.
func (g *group) watch() {
	_ = g.leader.Wait() // it is always killed
	g.mu.Lock()
	if !g.over && !g.release {
		g.signal(syscall.SIGKILL)
	}
	g.over = true
	g.mu.Unlock()
	close(g.reaped)
}

// start starts a command in the group.
func (g *group) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.leader.Process.Pid}
	return cmd.Start()
}

// signal needs the lock.
func (g *group) signal(s syscall.Signal) {
	_ = syscall.Kill(-g.leader.Process.Pid, s) // nobody there is no error
}

// terminate asks everyone in the group to end.
func (g *group) terminate() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		g.signal(syscall.SIGTERM)
	}
}

// end kills everyone in the group.
func (g *group) end() {
	g.mu.Lock()
	if !g.over {
		g.over = true
		g.signal(syscall.SIGKILL)
	}
	g.mu.Unlock()
	<-g.reaped
	_ = g.hold.Close() // nobody reads it
}

// leave ends the leader and lets the others live.
func (g *group) leave() {
	g.mu.Lock()
	g.release = true
	g.mu.Unlock()
	_ = g.leader.Process.Kill()
	<-g.reaped
	_ = g.hold.Close() // nobody reads it
}

// alive reports whether anybody but the leader is in the group.
func (g *group) alive() bool { return membersOf(g.leader.Process.Pid) > 0 }
