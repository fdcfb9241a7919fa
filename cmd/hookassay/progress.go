package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/hookassay/hookassay/suites/conformance"
)

// progress is a bar on a terminal that can move its cursor, and plain lines
// elsewhere; nothing with --quiet. It writes to standard error.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	bar   *progressbar.ProgressBar // nil: plain lines
	wide  int                      // the bar's columns
	phase string
	lead  string // which repetition it is
	last  time.Time
}

func newProgress(c *console) *progress {
	p := &progress{out: c.err}
	if c.quiet {
		p.out = io.Discard
		return p
	}
	if width, ok := terminal(c.err); ok && os.Getenv("TERM") != "dumb" {
		p.wide = min(30, width/3)
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(c.err), progressbar.OptionSetWidth(p.wide),
			// Scenarios are of all lengths: how many are left does not tell how long they take.
			progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false), progressbar.OptionUseANSICodes(true),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("starting"),
			progressbar.OptionSetSpinnerChangeInterval(0), // drawn by us alone: no goroutine of its own
		)
	}
	return p
}

// What the bar's library puts beside the description: a spinner and spaces, or
// a percentage and the bar's ends, beside the bar itself.
const (
	besideSpinner = 5 // one more: a full line may wrap
	besideBar     = 11
)

// describe sets the text, cut so that the line fits: one that wraps is never
// erased. The width is asked for each time, because windows change.
func (p *progress) describe(text string, beside int) {
	width, _ := terminal(p.out)
	p.bar.Describe(clip(text, width-beside))
}

// clip cuts a text to so many characters.
func clip(text string, most int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), max(0, most))])
}

// scenario shows how far a conformance run is.
func (p *progress) scenario(s conformance.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		p.plain(s)
		return
	}
	if p.bar.GetMax() != s.Total {
		p.bar.ChangeMax(s.Total)
	}
	p.describe(fmt.Sprintf("%s%-9s %-28s", p.lead, s.Phase, s.Now), besideBar+p.wide)
	_ = p.bar.Set(s.Done) // only drawing
}

// plain says when a phase begins, and each scenario of the one in which a few
// take longer than all others.
func (p *progress) plain(s conformance.Progress) {
	if s.Phase != p.phase {
		p.phase = s.Phase
		fmt.Fprintf(p.out, "%s%s (%d of %d scenarios done)\n", p.lead, s.Phase, s.Done, s.Total)
	}
	if s.Phase == conformance.PhaseProcess {
		fmt.Fprintf(p.out, "%s  %s\n", p.lead, s.Now)
	}
}

// repetition begins the progress of one run of several.
func (p *progress) repetition(n, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lead, p.phase = fmt.Sprintf("%d of %d: ", n, of), ""
}

func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish() // only drawing
	}
}
