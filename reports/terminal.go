package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Terminal writes r for a person: the verdict first, then what is wrong, worst
// first and each shared cause once, then load, and last why the program exits as
// it does and what to try next. What passed is only counted, unless Verbose.
func Terminal(w io.Writer, r Report, opts TerminalOptions) error {
	p := newPage(opts)
	p.rerun = r.Rerun
	p.headline(r)
	p.preflight(r.Preflight, opts.Verbose)
	if r.ungraded() {
		p.ungraded(r)
		return p.to(w)
	}
	p.scenarios(r.Scenarios, r.Causes, opts.Verbose)
	p.repeated(r)
	p.expectations(r.Expectations)
	p.baseline(r.Baseline)
	for _, l := range r.Load {
		p.load(l, r.Target.SameHost)
	}
	p.ending(r)
	return p.to(w)
}

func (p *page) headline(r Report) {
	words, s := "INCOMPLETE", yellow
	switch r.Verdict {
	case Conformant:
		words, s = "CONFORMANT", green
	case NotConformant:
		words, s = "NOT CONFORMANT", red
		if r.ExitCode == ExitConformant {
			words, s = "NOT CONFORMANT, AS KNOWN", yellow
		}
	}
	p.para(s, words+"  ", 2, fmt.Sprintf("%s (%s)", tally(r), seconds(max(r.Finished.Sub(r.Started), 0))))
	about := fmt.Sprintf("%s, scheme %s, profile %s", r.Target.URL, r.Target.Scheme, r.Profile)
	if r.Strict {
		about += ": recommendations fail, too"
	}
	p.para(plain, "", 2, fmt.Sprintf("%s; %s, seed %d", about, plural(r.Requests, "request"), r.Seed))
	for _, line := range effectsSeen(r.Target.Probes) {
		p.para(plain, "", 2, line)
	}
	if r.Target.State != nil {
		p.para(plain, "", 2, "states: "+r.Target.State.Reads)
	}
	if r.Target.ClockSkew != "" {
		p.para(plain, "", 2, "clock: the receiver's minus ours is "+r.Target.ClockSkew)
	}
	if r.Interrupted {
		p.para(yellow, "", 2, "The run was interrupted: what follows is a part of it.")
	}
}

// effectsSeen repeats what the user declared each count to mean, a line a probe:
// the verdicts on effects are worth what that is worth.
func effectsSeen(probes []Probe) []string {
	if len(probes) == 0 {
		return []string{"effects: no probe, so only answers were graded"}
	}
	var lines []string
	for _, p := range probes {
		line := fmt.Sprintf("effects: %s (%s) counts %s", p.Name, p.Kind, p.Counts)
		if p.Blind != "" {
			line += "; but " + p.Blind
		}
		if p.Horizon != "" {
			line += "; no effect was waited for " + p.Horizon
		}
		lines = append(lines, line)
	}
	return lines
}

// tally says how many scenarios and load results there are of each verdict.
func tally(r Report) string {
	var load Counts
	for _, l := range r.Load {
		load.Add(l.Verdict)
	}
	parts := counted(r.Counts)
	if len(r.Load) > 0 {
		parts = append(parts, "load: "+strings.Join(counted(load), ", "))
	}
	if len(parts) == 0 {
		return "nothing was played"
	}
	return strings.Join(parts, ", ")
}

func counted(c Counts) (parts []string) {
	for _, v := range Verdicts {
		if n := c.Of(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return parts
}

func (p *page) preflight(checks []Check, verbose bool) {
	headed := false
	for _, c := range checks {
		if !verbose && !c.unmet() && c.Verdict != Warn {
			continue
		}
		if !headed {
			p.heading("PREFLIGHT")
			headed = true
		}
		l := c.Verdict.look()
		p.para(l.style, l.String()+"  ", 4, c.Name+": "+c.Message)
	}
}

// ungraded ends a report of which the preflight has said everything.
func (p *page) ungraded(r Report) {
	p.line("")
	p.para(bold, fmt.Sprintf("Exit code %d: ", r.ExitCode), 2, "nothing was graded, because the preflight did not hold.")
	p.next(r)
}

func (p *page) next(r Report) { p.line(p.paint(bold, "Next: ") + oneLine(next(r))) }

func (p *page) ending(r Report) {
	p.line("")
	if len(r.ExitReasons) == 0 {
		p.para(bold, fmt.Sprintf("Exit code %d: ", r.ExitCode), 2, r.wellEnded())
	} else {
		p.line(p.paint(bold, fmt.Sprintf("Exit code %d, because", r.ExitCode)))
	}
	for i, reason := range r.ExitReasons {
		text := reason.Message
		if i > 0 && reason.Code != r.ExitCode {
			text += fmt.Sprintf(" (alone: exit code %d)", reason.Code)
		}
		p.para(plain, "  - ", 4, text)
	}
	p.next(r)
}

// wellEnded says why there is nothing to be done.
func (r Report) wellEnded() string {
	if r.Counts.Fail > 0 {
		return "nothing failed that was not known."
	}
	return "nothing that was assessed failed."
}

const seeEffects = "let it see effects, with --effects-http or --effects-callback"

// next is the command that helps most now.
func next(r Report) string {
	if r.Counts.Fail == 0 && len(r.Target.Probes) == 0 && unobserved(&r, r.MustObserve) != "" {
		return seeEffects
	}
	if r.Baseline != nil && len(r.Baseline.New) > 0 {
		return "hookassay explain " + r.Baseline.New[0].Scenario
	}
	if i := slices.IndexFunc(r.Preflight, Check.unmet); i >= 0 && r.Counts.Fail == 0 {
		if r.Interrupted && r.Rerun != "" {
			return r.Rerun
		}
		return fmt.Sprintf("mend what the preflight says of %q, then run the same again", r.Preflight[i].Name)
	}
	unknown := slices.DeleteFunc(slices.Clone(r.Scenarios), func(s Scenario) bool { return s.known() || s.Interrupted })
	if all := causes(unknown, r.Causes); len(all) > 0 {
		if first := all[0]; first.verdict.Rank() <= Warn.Rank() {
			return "hookassay explain " + first.scenarios[0].ID
		}
	}
	if r.Interrupted && r.Rerun != "" {
		return r.Rerun
	}
	for _, l := range r.Load {
		if l.Verdict != Pass && l.Rerun != "" {
			return l.Rerun
		}
	}
	if i := slices.IndexFunc(r.Expectations, func(e Expectation) bool { return e.State == Stale }); i >= 0 {
		file, _ := place(r.Expectations[i].Location)
		return r.Rerun + " --write-expectations " + file
	}
	for _, s := range r.Scenarios {
		if s.Verdict == NotObserved {
			return "hookassay explain " + s.ID
		}
	}
	if i := slices.IndexFunc(r.Scenarios, Scenario.known); i >= 0 {
		return "hookassay explain " + r.Scenarios[i].ID
	}
	if r.Verdict != Conformant && r.Rerun != "" {
		return r.Rerun
	}
	if len(r.Target.Probes) == 0 {
		return seeEffects
	}
	if r.Profile == "core" {
		return r.Rerun + " --profile production"
	}
	return nextLoad(r.Load)
}

// nextLoad is what comes behind loads that were borne.
func nextLoad(borne []Load) string {
	switch {
	case len(borne) == 0:
		return "hookassay load smoke, with the same target"
	case borne[len(borne)-1].Name == "smoke":
		return "hookassay load storm, with the same target"
	}
	return "hookassay load launch-day, with the same target and the peak that you expect as its --rate"
}
