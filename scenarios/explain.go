package scenarios

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Explain says in words what a scenario sends, what must happen, why, and how
// to mend a receiver that it finds wanting. Width is that of the text; 0 is 80.
func (s Scenario) Explain(w io.Writer, width int) error {
	if width <= 0 {
		width = 80
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s, %s]\n%s\n\n", s.ID, s.Level, s.Risk, s.Title)
	paragraph(&b, "Why", s.Why, width)
	b.WriteString("What is sent, and what must happen\n")
	for i, step := range s.Steps {
		lines := step.explain()
		item(&b, fmt.Sprintf("  %d. ", i+1), lines[0], width)
		for _, line := range lines[1:] {
			item(&b, "     - ", line, width)
		}
	}
	for _, step := range s.Steps {
		label := step.Label()
		if want := s.Effects[label]; label != "" && want != "any" && want != "" {
			item(&b, "  => ", fmt.Sprintf("%s is processed %s", label, effectWords[want]), width)
			s.Effects = without(s.Effects, label)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.States)) {
		item(&b, "  => ", fmt.Sprintf("the object of %s is in the state that it has after stage %d", label, s.States[label]), width)
	}
	b.WriteString("\n")
	paragraph(&b, "How to mend it", s.Fix, width)
	b.WriteString("Sources\n")
	for _, src := range s.Sources {
		if src.Title != src.URL { // a user's own source is its URL
			fmt.Fprintf(&b, "  %s\n", src.Title)
		}
		fmt.Fprintf(&b, "  %s\n", src.URL)
	}
	b.WriteString("\n")
	item(&b, "", fmt.Sprintf("At level %s, %s.", s.Level, levelWords[s.Level]), width)
	fmt.Fprintf(&b, "%s\nDefined in %s.\n", membership(s), s.Location)
	_, err := io.WriteString(w, b.String())
	return err
}

// membership says in which profiles the scenario is played.
func membership(s Scenario) string {
	names := ProfilesOf(s)
	if len(names) == 1 {
		return fmt.Sprintf("Part of the profile %s.", names[0])
	}
	return fmt.Sprintf("Part of the profiles %s.", strings.Join(names, ", "))
}

func without(m map[string]string, key string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}

var effectWords = map[string]string{
	"0": "never", "1": "exactly once", "1+": "at least once", "2": "exactly twice",
}

var levelWords = map[Level]string{
	Must:   "a discrepancy fails the run: the specification demands it",
	Prov:   "a discrepancy fails the run: the provider demands it",
	Base:   "a discrepancy fails the run: real receivers were broken by it",
	Should: "a discrepancy warns, and fails with --strict: the specification recommends it",
	Ops:    "a discrepancy warns, and fails with --strict: operation goes better without it",
	May:    "a discrepancy is only reported: it is optional",
	Inform: "a discrepancy is only reported",
}

// explain says a step in words: what is sent first, then what goes with it.
func (s Step) explain() []string {
	var first string
	switch {
	case s.Pause > 0:
		return []string{"wait " + time.Duration(s.Pause).String()}
	case s.Measure != nil:
		return s.Measure.explain()
	case s.Process != "":
		return s.explainProcess()
	case s.Await != "":
		return []string{fmt.Sprintf("wait until %q has its effect", s.Await)}
	case s.Retry != "":
		first = fmt.Sprintf("send %q again and again, as a producer does, until it is acknowledged or the schedule ends", s.Retry)
	case s.Request != nil:
		first = "send " + s.Request.Method
		for _, h := range s.Request.Headers {
			first += fmt.Sprintf(" with %s: %s", h.Key, h.Value)
		}
	case s.Again != "":
		first = fmt.Sprintf("send %q again, byte for byte", s.Again)
	default:
		first = fmt.Sprintf("send %q", s.Send)
	}
	if s.AtOnce > 1 {
		first += fmt.Sprintf(", %d copies at once", s.AtOnce)
		if s.Stagger > 0 {
			first += fmt.Sprintf(", %s apart", s.Stagger)
		}
	}
	if s.Hold > 0 {
		first += fmt.Sprintf(", on %d connections that are held until the end", s.Hold)
	}
	if s.Abreast {
		first += ", together with those beside it"
	}
	if s.Pipelined {
		first += fmt.Sprintf(", pipelined on the connection %q", s.Connection)
	}
	if s.Times > 0 {
		first += fmt.Sprintf(", %d times, each a fresh event", s.Times)
	}
	if s.Lanes > 0 {
		first += fmt.Sprintf(", on %d connections at a time", s.Lanes)
	}
	if s.Meanwhile != nil {
		first += fmt.Sprintf("; when %d are acknowledged, %s", s.Meanwhile.After, ProcessActions[s.Meanwhile.Process])
	}
	if s.Control {
		first += " (the control: a genuine delivery)"
	}
	lines := []string{first}
	if s.IDOf != "" {
		lines = append(lines, fmt.Sprintf("with the id of %q", s.IDOf))
	}
	if s.BodyOf != "" {
		lines = append(lines, fmt.Sprintf("with the body of %q", s.BodyOf))
	}
	if s.ObjectOf != "" {
		lines = append(lines, fmt.Sprintf("about the same object as %q", s.ObjectOf))
	}
	if s.Stage > 0 {
		lines = append(lines, fmt.Sprintf("stage %d of what happens to its object", s.Stage))
	}
	for _, use := range s.Faults {
		lines = append(lines, fmt.Sprintf("%s: %s", use, use.Explain()))
	}
	if o, err := FindOutcome(s.Expect); err == nil {
		lines = append(lines, "expected: "+o.Meaning)
	}
	return append(lines, s.Answer.explain()...)
}

func (a *Answer) explain() []string {
	if a == nil {
		return nil
	}
	var lines []string
	for _, name := range a.Lacks {
		lines = append(lines, "the answer does not show "+Inspections[name])
	}
	if a.MaxBody > 0 {
		lines = append(lines, fmt.Sprintf("the answer has at most %d bytes", a.MaxBody))
	}
	if a.MaxSent > 0 {
		lines = append(lines, fmt.Sprintf("the answer comes before %d bytes were taken", a.MaxSent))
	}
	if a.Within.Warn > 0 {
		lines = append(lines, fmt.Sprintf("a warning unless the answer comes within %s", a.Within.Warn))
	}
	if a.Within.Fail > 0 {
		lines = append(lines, fmt.Sprintf("the answer comes within %s", a.Within.Fail))
	}
	if a.Continues {
		lines = append(lines, "100 (Continue), or a final answer, comes before the body")
	}
	for _, status := range a.BodyFor {
		lines = append(lines, fmt.Sprintf("an answer of %d has a body", status))
	}
	if a.MaxSkew > 0 {
		lines = append(lines, fmt.Sprintf("the answer's Date is within %s of our clock", a.MaxSkew))
	}
	if a.Like != "" {
		lines = append(lines, fmt.Sprintf("the answer is like that to %q", a.Like))
	}
	if a.Pace != nil {
		lines = append(lines, fmt.Sprintf("the answer takes at most %d times as long as that to %q, or %s", a.Pace.Times, a.Pace.Of, a.Pace.Least))
	}
	for _, h := range a.Headers {
		lines = append(lines, "held against it: "+h.Message)
	}
	return lines
}

func paragraph(b *strings.Builder, title, text string, width int) {
	b.WriteString(title + "\n")
	item(b, "  ", text, width)
	b.WriteString("\n")
}

// item writes a text behind a lead, wrapped, its lines indented alike.
func item(b *strings.Builder, lead, text string, width int) {
	indent := strings.Repeat(" ", len(lead))
	line := lead
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > width && strings.TrimSpace(line) != "" && line != lead {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
