package reports

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// JUnit writes r as JUnit XML, in the form that GitHub's, GitLab's and Jenkins'
// readers share (https://github.com/testmoapp/junitxml,
// https://docs.gitlab.com/ci/testing/unit_test_reports/): one suite a group of
// scenarios, then "load", with a case a run and one an objective, "expectations"
// and "preflight".
//
// A failed scenario is a failure; an error of the harness, a scenario blocked at
// a failing level and a precondition that does not hold are errors; what was not
// observed, not applicable or excluded is skipped with its reason, and so is a
// failure that is known; an expectation that is stale is a failure. A run that
// does not exit with 0 always has one failure or error at least: where no
// scenario shows it, the case "run" does.
func JUnit(w io.Writer, r Report) error {
	doc := junitReport{Name: "hookassay", Time: junitSeconds(r.Finished.Sub(r.Started).Seconds())}
	for _, s := range r.Scenarios {
		doc.suite(s.Group()).add(r.scenarioCase(s))
	}
	for _, l := range r.Load {
		doc.suite("load").add(loadCase(l, r.Target.SameHost))
		for _, o := range l.Objectives {
			doc.suite("load").add(objectiveCase(l, o))
		}
	}
	for _, e := range r.Expectations {
		doc.suite("expectations").add(expectationCase(e))
	}
	for _, c := range r.Preflight {
		doc.suite("preflight").add(preflightCase(c))
	}
	if r.ExitCode != ExitConformant && !doc.red() {
		doc.suite("run").add(runCase(r))
	}
	doc.count(r.Started.UTC().Format("2006-01-02T15:04:05"))
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("JUnit: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}

func (r *Report) scenarioCase(s Scenario) junitCase {
	file, line := place(s.Location)
	c := junitCase{
		Classname: "hookassay." + oneLine(s.Group()),
		Name:      oneLine(fmt.Sprintf("%s [%s] %s", s.ID, s.Level, s.Title)),
		Time:      junitSeconds(s.Milliseconds / 1000),
		File:      file,
		Line:      line,
	}
	c.property("level", s.Level)
	c.property("risk", s.Risk)
	c.property("verdict", string(s.Verdict))
	for _, src := range s.Sources {
		c.property("source", strings.TrimSpace(src.Title+" "+src.URL))
	}
	c.property("location", s.Location)
	if s.known() {
		c.Skipped = &junitText{Message: oneLine(fmt.Sprintf("known failure (%s): %s", s.Known.By, s.Known.Reason))}
		return c
	}
	c.result(s.Verdict, r.failing(s.Level), cause{scenarios: []Scenario{s}}.text(), func(p *page) { p.accusation(s) })
	return c
}

func loadCase(l Load, sameHost bool) junitCase {
	c := junitCase{
		Classname: "hookassay.load",
		Name:      oneLine(fmt.Sprintf("%s [LOAD] %s", l.Name, l.Title)),
		Time:      junitSeconds(l.Seconds),
	}
	c.property("verdict", string(l.Verdict))
	c.property("schedule", l.Plan.Schedule)
	c.property("aborted", l.Aborted)
	for _, left := range l.Plan.Left {
		c.property("left-out", left.What+": "+left.Reason)
	}
	if !l.Completeness.Observed {
		c.property("effects", "not observed: "+l.Completeness.Reason)
	}
	message := l.Reason
	for _, o := range l.Objectives {
		if o.Verdict == Fail && message == "" {
			message = o.Text + "; was " + o.Value
		}
	}
	verdict := l.Verdict
	if l.missed() {
		verdict = Fail
	}
	c.result(verdict, true, message, func(p *page) { p.load(l, sameHost) })
	return c
}

// objectiveCase tells what became of an objective. Where the generator was the
// limit it is skipped: the load's own case is the error.
func objectiveCase(l Load, o Objective) junitCase {
	c := junitCase{Classname: "hookassay.load." + oneLine(l.Name), Name: oneLine(o.Text)}
	c.property("verdict", string(o.Verdict))
	c.property("measured", o.Value)
	message := cmp.Or(o.Reason, l.Reason)
	if o.Reason == "" && o.Value != "" {
		message = "was " + o.Value
	}
	verdict := o.Verdict
	if verdict == Fail && !l.missed() {
		verdict = Blocked // it proves nothing
	}
	c.result(verdict, false, message, func(p *page) { p.para(plain, "", 0, o.Text+": "+message) })
	return c
}

// expectationCase is red where the file of known failures has to be mended.
func expectationCase(e Expectation) junitCase {
	file, line := place(e.Location)
	c := junitCase{Classname: "hookassay.expectations", Name: oneLine(e.Scenario), File: file, Line: line}
	c.property("state", e.State)
	c.property("reason", e.Reason)
	c.property("expires", e.Expires)
	verdict := Pass
	switch e.State {
	case Stale:
		verdict = Fail
	case Unchecked:
		verdict = NotObserved
	}
	c.result(verdict, true, e.Message, func(p *page) {
		p.para(plain, "", 0, fmt.Sprintf("%s: %s", e.Location, e.Message))
		p.field("reason", e.Reason)
	})
	return c
}

// preflightCase never is a failure: a precondition says nothing of the
// receiver's conformance.
func preflightCase(check Check) junitCase {
	c := junitCase{Classname: "hookassay.preflight", Name: oneLine(check.Name)}
	c.property("verdict", string(check.Verdict))
	verdict := check.Verdict
	if check.unmet() {
		verdict = Error
	}
	c.result(verdict, true, check.Message, func(p *page) { p.para(plain, "", 0, check.Message) })
	return c
}

func runCase(r Report) junitCase {
	c := junitCase{Classname: "hookassay.run", Name: "run"}
	c.property("verdict", string(r.Verdict))
	verdict := Error
	if r.Verdict == NotConformant {
		verdict = Fail
	}
	message := fmt.Sprintf("the run is %s, exit code %d", r.Verdict, r.ExitCode)
	c.result(verdict, true, message, func(p *page) {
		for _, reason := range r.ExitReasons {
			p.para(plain, "- ", 2, reason.Message)
		}
		p.command("again", r.Rerun)
	})
	return c
}

// result sets what the case shows. body is only written where somebody reads it.
func (c *junitCase) result(v Verdict, failing bool, message string, body func(*page)) {
	message = oneLine(message)
	text := func() string {
		p := newPage(TerminalOptions{Width: 100})
		body(p)
		return strings.TrimLeft(p.String(), "\n")
	}
	switch {
	case v == Pass:
	case v == Warn || v == Info:
		c.Output = &junitText{Text: string(v) + ": " + message + "\n" + text()}
	case v == Fail:
		c.Failure = &junitText{Type: string(v), Message: message, Text: text()}
	case v.broken() || v == Blocked && failing:
		c.Error = &junitText{Type: oneLine(string(v)), Message: message, Text: text()}
	default:
		c.Skipped = &junitText{Message: string(v) + ": " + message}
	}
}

// accusation says all that is needed to act on a scenario, without colour.
func (p *page) accusation(s Scenario) {
	p.field("reason", s.Reason)
	p.findings(s.Findings, func(int) { p.line("") })
	p.measured(s)
	p.line("")
	if mendable(s.Verdict) {
		p.field("fix", s.Fix)
	}
	p.command("again", s.Rerun)
}

// place splits "file:line". Without a line all of it is the file.
func place(location string) (file, line string) {
	location = oneLine(location)
	if i := strings.LastIndexByte(location, ':'); i >= 0 {
		if _, err := strconv.ParseUint(location[i+1:], 10, 31); err == nil {
			return location[:i], location[i+1:]
		}
	}
	return location, ""
}
