package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/reports"
)

// maxExpectations bounds a file of known failures, in bytes.
const maxExpectations = 1 << 20

// expected is a known failure as its file has it.
type expected struct {
	Scenario string     `yaml:"scenario"`
	Verdict  string     `yaml:"verdict"`
	Findings []verbatim `yaml:"findings"`
	Reason   string     `yaml:"reason"`
	Expires  string     `yaml:"expires"`
}

// verbatim is a text as it is written, even where it looks like a number.
type verbatim string

// UnmarshalYAML keeps 0777 from becoming 511.
func (v *verbatim) UnmarshalYAML(node ast.Node) error {
	text, err := strictyaml.Scalar(node)
	*v = verbatim(text)
	return err
}

func (e expected) prints() []string {
	all := make([]string, len(e.Findings))
	for i, v := range e.Findings {
		all[i] = string(v)
	}
	return all
}

// ReadExpectations reads a file of known failures. ids are those of all
// scenarios there are. Errors carry file:line:column.
func ReadExpectations(file string, ids []string) ([]reports.Expectation, error) {
	doc, err := strictyaml.ReadFile(file, maxExpectations)
	if err != nil {
		return nil, err
	}
	list, ok := doc.Body.(*ast.SequenceNode)
	if !ok {
		return nil, doc.At(doc.Body, "expected a list of known failures, each beginning with \"- scenario:\"")
	}
	var all []reports.Expectation
	for _, node := range list.Values {
		var e expected
		if err := doc.Decode(node, &e); err != nil {
			return nil, err
		}
		known := func(other reports.Expectation) bool { return other.Scenario == e.Scenario }
		key, err := e.check(ids)
		if i := slices.IndexFunc(all, known); err == nil && i >= 0 {
			key, err = "scenario", fmt.Errorf("%s stands at %s already", e.Scenario, all[i].Location)
		}
		if err != nil {
			return nil, doc.At(valueOf(node, key), "%w", err)
		}
		all = append(all, reports.Expectation{
			Scenario: e.Scenario, Verdict: reports.Verdict(e.Verdict), Findings: e.prints(),
			Reason: strings.TrimSpace(e.Reason), Expires: e.Expires,
			Location: fmt.Sprintf("%s:%d", file, strictyaml.First(node).Position.Line),
		})
	}
	return all, nil
}

// check finds what is wrong with an entry, and under which key.
func (e expected) check(ids []string) (key string, err error) {
	for _, said := range []struct{ key, value string }{
		{"scenario", e.Scenario}, {"verdict", e.Verdict}, {"findings", strings.Join(e.prints(), "")}, {"reason", strings.TrimSpace(e.Reason)},
	} {
		if said.value == "" {
			return said.key, fmt.Errorf("%s is missing", said.key)
		}
	}
	if !slices.Contains(ids, e.Scenario) {
		return "scenario", nearest.Unknown("scenario", e.Scenario, ids)
	}
	if v := reports.Verdict(e.Verdict); v != reports.Fail && v != reports.Warn {
		return "verdict", fmt.Errorf("verdict is %q; only fail and warn are anything to put up with", e.Verdict)
	}
	if _, err := time.Parse(reports.Day, e.Expires); e.Expires != "" && err != nil {
		return "expires", errors.New("expires is a day such as 2027-01-31")
	}
	return "", nil
}

// valueOf is what stands under a key, or the whole entry where nothing does.
func valueOf(node ast.Node, key string) ast.Node {
	entries, _ := strictyaml.Entries(node)
	for _, e := range entries {
		if text, err := strictyaml.Scalar(e.Key); err == nil && text == key {
			return e.Value
		}
	}
	return node
}

// validFor is how long a written expectation holds: long enough to mend what
// fails, and short enough not to be forgotten.
const validFor = 90 * 24 * time.Hour

// WriteExpectations returns a file of everything that fails in the report. Of
// what the report's own expectations say, what still holds or could not be
// checked is kept, the owner's words included.
func WriteExpectations(r reports.Report) string {
	var b strings.Builder
	b.WriteString("# Known failures, for `hookassay run --expectations`. Say in each reason why it is put up with, and until when.\n")
	graded, kept := map[string]reports.Scenario{}, map[string]bool{}
	for _, s := range r.Scenarios {
		graded[s.ID] = s
	}
	for _, e := range r.Expectations {
		s := graded[e.Scenario]
		// One that has expired is kept with its date: it is for its owner to give a new one.
		if e.State != reports.Stale || s.Known != nil && s.Known.By == reports.ByExpectations {
			kept[e.Scenario] = true
			writeExpectation(&b, e, s.Findings)
		}
	}
	for _, s := range r.Scenarios {
		if s.Verdict == reports.Fail && !kept[s.ID] {
			kept[s.ID] = true
			writeExpectation(&b, expectationOf(s, r.Started.UTC()), s.Findings)
		}
	}
	if len(kept) == 0 {
		b.WriteString("[]\n")
	}
	return b.String()
}

// expectationOf is the entry for a failure that nobody has looked at yet.
func expectationOf(s reports.Scenario, now time.Time) reports.Expectation {
	e := reports.Expectation{
		Scenario: s.ID, Verdict: s.Verdict,
		Reason: "known on " + now.Format(reports.Day), Expires: now.Add(validFor).Format(reports.Day),
	}
	for _, f := range s.Findings {
		if f.Severity == s.Verdict && !slices.Contains(e.Findings, f.Fingerprint) {
			e.Findings = append(e.Findings, f.Fingerprint)
		}
	}
	return e
}

// writeExpectation writes one entry, with what each fingerprint stands for.
func writeExpectation(b *strings.Builder, e reports.Expectation, found []reports.Finding) {
	fmt.Fprintf(b, "\n- scenario: %s\n  verdict: %s\n  findings:\n", e.Scenario, e.Verdict)
	for _, print := range e.Findings {
		fmt.Fprintf(b, "    - %q", print)
		if i := slices.IndexFunc(found, func(f reports.Finding) bool { return f.Fingerprint == print }); i >= 0 {
			fmt.Fprintf(b, " # %s: %s", found[i].Step, printable(found[i].Message))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "  reason: %q\n", e.Reason)
	if e.Expires != "" {
		fmt.Fprintf(b, "  expires: %s\n", e.Expires)
	}
}

// printable makes a comment of a message: parts of it may be the receiver's.
func printable(message string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, message)
}
