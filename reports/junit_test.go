package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
)

func junitBytes(t testing.TB, r Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := JUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readJUnit reads r's JUnit form with somebody else's reader.
func readJUnit(t testing.TB, r Report) []junit.Suite {
	t.Helper()
	suites, err := junit.Ingest(junitBytes(t, r))
	if err != nil {
		t.Fatal(err)
	}
	return suites
}

func TestJUnitGolden(t *testing.T) {
	for name, r := range sampleReports() {
		t.Run(name, func(t *testing.T) { golden(t, name+".xml", junitBytes(t, r)) })
	}
}

func TestJUnitReadBack(t *testing.T) {
	suites := readJUnit(t, sampleReports()["failing"])
	var names []string
	status := map[string]junit.Status{}
	cases := map[string]junit.Test{}
	for _, s := range suites {
		names = append(names, s.Name)
		for _, c := range s.Tests {
			id, _, _ := strings.Cut(c.Name, " ")
			status[id], cases[id] = c.Status, c
			if want := "hookassay." + s.Name; c.Classname != want {
				t.Errorf("%s has the class %s, want %s", id, c.Classname, want)
			}
		}
	}
	if want := []string{"ctl", "wire", "type", "ack", "auth", "ts", "size", "dup", "hostile", "sig", "preflight"}; !slices.Equal(names, want) {
		t.Errorf("suites %v, want %v", names, want)
	}
	for id, want := range map[string]junit.Status{
		"ctl.accept": junit.StatusPassed, "ack.slow-body": junit.StatusPassed, "ts.window": junit.StatusPassed,
		"auth.wrong-key": junit.StatusFailed, "wire.reset": junit.StatusError, "size.large": junit.StatusError,
		"dup.sequential": junit.StatusSkipped, "hostile.bomb-1": junit.StatusSkipped, "sig.rotation": junit.StatusSkipped,
		"reachable": junit.StatusPassed, "effects": junit.StatusPassed,
	} {
		if status[id] != want {
			t.Errorf("%s is %s, want %s", id, status[id], want)
		}
	}
	forgery := cases["auth.no-signature"]
	if want := "auth.no-signature [MUST] A delivery without a signature is refused"; forgery.Name != want {
		t.Errorf("name %q, want %q", forgery.Name, want)
	}
	failure := forgery.Error.(junit.Error)
	for _, want := range []string{"expected:  400, 401 or 403", "observed:  200, and 1 effect", "event:     msg_hookassay", "fix:", "again:     hookassay run"} {
		if !strings.Contains(failure.Body, want) {
			t.Errorf("the failure does not say %q", want)
		}
	}
	for name, want := range map[string]string{"file": "scenarios/auth.yaml", "line": "12", "time": "0.042"} {
		if got := forgery.Properties[name]; got != want {
			t.Errorf("attribute %s is %q, want %q", name, got, want)
		}
	}
	if got := cases["ack.slow-body"].SystemOut; !strings.Contains(got, "waited 2.1 s") {
		t.Errorf("a warning says %q", got)
	}
	if got := cases["hostile.bomb-1"].Message; got != "excluded: risk hostile is above the limit (stateful)" {
		t.Errorf("an exclusion says %q", got)
	}
}

func TestJUnitProperties(t *testing.T) {
	var doc struct {
		Properties []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"testsuite>testcase>properties>property"`
	}
	r := Report{Scenarios: []Scenario{forged("auth.no-signature", "MUST", "It is refused")}}
	if err := xml.Unmarshal(junitBytes(t, r), &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range doc.Properties {
		got = append(got, p.Name+"="+p.Value)
	}
	source := r.Scenarios[0].Sources[0]
	want := []string{"level=MUST", "risk=safe", "verdict=fail", "source=" + source.Title + " " + source.URL, "location=scenarios/auth.yaml:12"}
	if !slices.Equal(got, want) {
		t.Errorf("properties %q, want %q", got, want)
	}
}

// The counts in the attributes are what Jenkins and others believe.
func TestJUnitCounts(t *testing.T) {
	type counts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	for name, r := range sampleReports() {
		var doc struct {
			counts
			Suites []struct {
				counts
				Cases []struct {
					Failure, Error, Skipped []string
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		text := junitBytes(t, r)
		text = []byte(strings.NewReplacer("<failure", "<Failure", "</failure", "</Failure", "<error", "<Error", "</error", "</Error",
			"<skipped", "<Skipped", "</skipped", "</Skipped").Replace(string(text)))
		if err := xml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		var all counts
		for _, s := range doc.Suites {
			var got counts
			for _, c := range s.Cases {
				got.Tests++
				got.Failures += len(c.Failure)
				got.Errors += len(c.Error)
				got.Skipped += len(c.Skipped)
			}
			if got != s.counts {
				t.Errorf("%s: a suite says %+v and holds %+v", name, s.counts, got)
			}
			all = counts{all.Tests + got.Tests, all.Failures + got.Failures, all.Errors + got.Errors, all.Skipped + got.Skipped}
		}
		if all != doc.counts {
			t.Errorf("%s says %+v and holds %+v", name, doc.counts, all)
		}
	}
}

// A CI page is red if and only if the program does not exit with 0.
func TestJUnitIsRedWithTheRun(t *testing.T) {
	verdicts := append(slices.Clone(Verdicts), "skipped")
	for _, level := range []string{"MUST", "OPS", "MAY"} {
		for _, a := range verdicts {
			for _, b := range verdicts {
				for bits := range 8 {
					r := Report{
						Strict:      bits&1 != 0,
						Interrupted: bits&2 != 0,
						Scenarios:   []Scenario{{ID: "auth.a", Level: level, Verdict: a}},
						Load:        []Load{{Name: "steady", Verdict: b, Generator: Generator{Valid: bits&4 != 0}}},
					}
					Conclude(&r, []string{"auth.*"})
					red := false
					for _, s := range readJUnit(t, r) {
						red = red || s.Totals.Failed+s.Totals.Error > 0
					}
					if red != (r.ExitCode != 0) {
						t.Fatalf("red is %t, exit code %d: %s %s, load %s, %03b", red, r.ExitCode, level, a, b, bits)
					}
				}
			}
		}
	}
}

func TestJUnitPreflightIsRedWithTheRun(t *testing.T) {
	for _, v := range Verdicts {
		r := Report{Scenarios: passing("auth.a"), Preflight: []Check{{Name: "reachable", Verdict: v, Message: "why"}}}
		Conclude(&r, nil)
		red := false
		for _, s := range readJUnit(t, r) {
			red = red || s.Totals.Failed+s.Totals.Error > 0
		}
		if red != (r.ExitCode != 0) {
			t.Errorf("preflight %s: red is %t, exit code %d", v, red, r.ExitCode)
		}
	}
}

func TestJUnitPlace(t *testing.T) {
	for in, want := range map[string][2]string{
		"scenarios/auth.yaml:12": {"scenarios/auth.yaml", "12"},
		"scenarios/auth.yaml":    {"scenarios/auth.yaml", ""},
		`C:\x.yaml:7`:            {`C:\x.yaml`, "7"},
		`C:\x.yaml`:              {`C:\x.yaml`, ""},
		"":                       {"", ""},
	} {
		if file, line := place(in); file != want[0] || line != want[1] {
			t.Errorf("%q is %q and %q, want %q", in, file, line, want)
		}
	}
}

// FuzzJUnit puts any text into every place that strangers can write to.
func FuzzJUnit(f *testing.F) {
	for _, s := range []string{"plain", "]]>", "<a>&\"'", "\x00\x1b[2J\x07", "\xff\xfe", "\uFFFE\uFFFF", "a\r\nb\rc", "\u202e", "\U0001F600"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, id, text string) {
		exchange := &Exchange{Label: text, EventID: text, Faults: []string{text}, Request: text, Answer: text, Outcome: text}
		r := Report{
			Scenarios: []Scenario{{ID: id, Title: text, Level: text, Verdict: Fail, Reason: text, Fix: text, Location: text, Rerun: text,
				Findings: []Finding{{Message: text, Observed: text, Evidence: Evidence{Control: exchange, Fault: exchange,
					Differs: []Difference{{Where: text, Genuine: text, Sent: id}}}}}}, {ID: id, Verdict: Verdict(text)}},
			Load: []Load{{Name: text, Verdict: Blocked, Reason: text, Classes: []LoadClass{{Class: text, Errors: map[string]int{text: 1}}}}},
		}
		dec := xml.NewDecoder(bytes.NewReader(junitBytes(t, r)))
		for {
			_, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		plainText(t, r)
	})
}

// plainText shows r and its first scenario on a terminal and looks for what
// could steer it.
func plainText(t *testing.T, r Report) {
	t.Helper()
	var b bytes.Buffer
	if err := errors.Join(Terminal(&b, r, TerminalOptions{Verbose: true}), Detail(&b, r.Scenarios[0], TerminalOptions{})); err != nil {
		t.Fatal(err)
	}
	for _, c := range b.String() {
		if c != '\n' && !strconv.IsPrint(c) {
			t.Fatalf("%q is on the terminal: %q", c, b.String())
		}
	}
}
