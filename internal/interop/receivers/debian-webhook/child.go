package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

const (
	program    = "/usr/bin/webhook"
	startLimit = 10 * time.Second
	stopGrace  = 3 * time.Second
)

// child is a running webhook program. It stays in our process group, so that who
// kills the group of a stuck receiver gets both.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // why it ended; to be read when ended is closed
}

// startChild starts the program at address with a hooks file and waits until it
// answers. The address must be free: the program takes no listener from us.
func startChild(address, hooksFile string) (*child, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	c := &child{
		cmd:   exec.Command(program, "-hooks", hooksFile, "-ip", host, "-port", port),
		ended: make(chan struct{}),
	}
	// Stdout is the ready line's.
	c.cmd.Stdout, c.cmd.Stderr = os.Stderr, os.Stderr
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.ended)
	}()
	if err := c.waitReady("http://" + address); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *child) waitReady(baseURL string) error {
	client := http.Client{Timeout: time.Second}
	limit := time.After(startLimit)
	for {
		if response, err := client.Get(baseURL); err == nil {
			response.Body.Close() // only that it answers counts
			return nil
		}
		select {
		case <-c.ended:
			return errors.Join(errors.New(program+" ended early"), c.err)
		case <-limit:
			return fmt.Errorf("%s did not answer within %s", program, startLimit)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the program, by force when it does not end by itself.
func (c *child) stop() {
	c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-c.ended:
		return
	case <-time.After(stopGrace):
	}
	c.cmd.Process.Kill() // as above
	<-c.ended
}

// freeAddress gives up a listener and returns its address.
func freeAddress(listener net.Listener) (string, error) {
	tcp, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return "", fmt.Errorf("%s is no TCP address", listener.Addr())
	}
	return net.JoinHostPort(tcp.IP.String(), strconv.Itoa(tcp.Port)), listener.Close()
}
