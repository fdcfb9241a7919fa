package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
)

// progress is a bar on a terminal and plain lines elsewhere; nothing with
// --quiet. It writes to standard error.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	bar   *progressbar.ProgressBar // nil without a terminal
	phase string
	last  time.Time
}

func newProgress(c *console) *progress {
	p := &progress{out: c.err}
	if c.quiet {
		p.out = io.Discard
		return p
	}
	if width, ok := terminal(c.err); ok {
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(c.err), progressbar.OptionSetWidth(min(30, width/3)),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("starting"),
		)
	}
	return p
}

// scenario shows how far a conformance run is.
func (p *progress) scenario(s conformance.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		if s.Phase != p.phase {
			p.phase = s.Phase
			fmt.Fprintf(p.out, "%s (%d of %d scenarios done)\n", s.Phase, s.Done, s.Total)
		}
		return
	}
	if p.bar.GetMax() != s.Total {
		p.bar.ChangeMax(s.Total)
	}
	p.bar.Describe(fmt.Sprintf("%-9s %-28s", s.Phase, s.Now))
	_ = p.bar.Set(s.Done) // only drawing
}

// load shows how far a load run is: a line a second without a terminal.
func (p *progress) load(s load.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf("%s of %s  %d sent  %d in flight  p50 %.1f ms  p99 %.1f ms  %d wrong  %d forged accepted",
		s.Elapsed.Round(time.Second), s.Total, s.Sent, s.InFlight, ms(s.P50), ms(s.P99), s.Errors, s.ForgedAccepted)
	if p.bar != nil {
		p.bar.Describe(line)
		_ = p.bar.Add(1) // only drawing
		return
	}
	if now := time.Now(); now.Sub(p.last) >= time.Second {
		p.last = now
		fmt.Fprintln(p.out, line)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish() // only drawing
	}
}
