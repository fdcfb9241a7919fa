package main

import (
	"os/exec"
	"time"
)

// A job is what a generator is to do.
type job struct {
	path     string // of the endpoint
	rate     int    // deliveries a second; 0: a closed loop, as fast as the answers come
	inFlight int    // at most so many at once
	lasts    time.Duration
}

// A tool is one generator. Its functions are nil where it cannot do a thing.
type tool struct {
	name    string
	sends   string // what its deliveries are
	version string
	absent  string // why it cannot be measured, or ""
	// command makes the process that does the job on the URL.
	command func(j job, url string) (*exec.Cmd, error)
	// read gets what the tool says of its own run out of its output.
	read func(j job, stdout []byte) (said, error)
	// verdicts: its exit code says how the receiver did, not whether it ran.
	verdicts bool
}

// said is what a generator says of its own run, in milliseconds.
type said struct {
	p50, p99, p999 float64 // response times
	lag            float64 // p99 of actual − intended start
}

const (
	signed   = "signed, unique"
	constant = "unsigned, constant"
)

// The secret of the receiver, known to those that sign.
const secret = "whsec_aG9va2Fzc2F5IHRlc3RzIHRoZSByZWNlaXZlcg=="
