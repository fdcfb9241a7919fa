package scenarios

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func catalogue(t *testing.T) Catalogue {
	t.Helper()
	c, err := Compile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryScenarioIsWrittenAlike(t *testing.T) {
	for _, s := range catalogue(t).Scenarios {
		for _, src := range s.Sources {
			if u, err := url.Parse(src.URL); err != nil || u.Scheme != "https" || u.Host == "" || src.Title == "" {
				t.Errorf("%s: source %q at %q is no page that somebody can open", s.ID, src.Title, src.URL)
			}
		}
		if strings.HasSuffix(s.Title, ".") || s.Title != strings.TrimSpace(s.Title) {
			t.Errorf("%s: title %q", s.ID, s.Title)
		}
		for what, text := range map[string]string{"why": s.Why, "fix": s.Fix} {
			if !strings.HasSuffix(text, ".") || text != strings.TrimSpace(text) {
				t.Errorf("%s: %s %q does not end as a sentence does", s.ID, what, text)
			}
		}
		if want := "scenarios/catalogue/" + s.Group() + ".yaml:"; !strings.HasPrefix(s.Location, want) {
			t.Errorf("%s stands at %s", s.ID, s.Location)
		}
	}
}

// The location is the line on which the scenario begins: editors jump there.
func TestLocationsAreLines(t *testing.T) {
	lines := map[string][]string{}
	for _, s := range catalogue(t).Scenarios {
		name := "catalogue/" + s.Group() + ".yaml"
		if lines[name] == nil {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			lines[name] = strings.Split(string(b), "\n")
		}
		at := slices.Index(lines[name], "- id: "+s.ID) + 1
		if want := "scenarios/" + name + ":" + strconv.Itoa(at); s.Location != want {
			t.Errorf("%s is said to stand at %s, and does at %s", s.ID, s.Location, want)
		}
	}
}

// A source or an outcome that nothing names is dead weight, or a slip.
func TestTablesAreUsed(t *testing.T) {
	known, err := loadSources()
	if err != nil {
		t.Fatal(err)
	}
	cited, expected := map[string]bool{}, map[string]bool{}
	for _, s := range catalogue(t).Scenarios {
		for _, src := range s.Sources {
			cited[src.URL] = true
		}
		for _, step := range s.Steps {
			expected[step.Expect] = true
		}
	}
	for key, src := range known {
		if !cited[src.URL] {
			t.Errorf("no scenario rests on source %s", key)
		}
	}
	for name := range loadOutcomes() {
		if !expected[name] {
			t.Errorf("no scenario expects outcome %s", name)
		}
	}
	for name := range maps.Keys(expected) {
		if _, err := FindOutcome(name); name != "" && err != nil {
			t.Error(err)
		}
	}
}

func TestOutcomesAreWhole(t *testing.T) {
	grades := []Grade{GradePass, GradeNote, GradeWarn, GradeFail}
	for name, o := range loadOutcomes() {
		if o.Name != name || o.Meaning == "" || strings.HasSuffix(o.Meaning, ".") || !slices.Contains(grades, o.Other) {
			t.Errorf("outcome %s: %+v", name, o)
		}
		if !slices.Contains([]string{"0", "1", "1+", "any"}, o.Effect) {
			t.Errorf("outcome %s expects the effect %q", name, o.Effect)
		}
		seen := map[string]bool{}
		for _, status := range slices.Concat(o.Pass, o.Note, o.Warn, o.Fail) {
			if seen[status] {
				t.Errorf("outcome %s grades %s twice", name, status)
			}
			seen[status] = true
			if e, class := statusNames(number(status)); status != e && status != class && status != "none" {
				t.Errorf("outcome %s names %q, which is no status", name, status)
			}
		}
	}
}

// number is a status of the class or the status that is named.
func number(status string) int {
	n := 0
	for _, r := range strings.ReplaceAll(status, "x", "0") {
		n = 10*n + int(r-'0')
	}
	return n
}

func TestGrade(t *testing.T) {
	for _, tt := range []struct {
		outcome string
		status  int
		grade   Grade
		named   bool
	}{
		{"accepted", 200, GradePass, false}, {"accepted", 204, GradePass, false}, {"accepted", 302, GradeFail, false},
		{"accepted", 401, GradeFail, false}, {"accepted", 503, GradeFail, false}, {"accepted", 0, GradeFail, false},
		{"rejected", 400, GradePass, true}, {"rejected", 401, GradePass, true}, {"rejected", 403, GradePass, true},
		{"rejected", 404, GradeNote, false}, {"rejected", 429, GradeNote, false}, {"rejected", 500, GradeWarn, false},
		{"rejected", 0, GradeWarn, true}, {"rejected", 200, GradeFail, false}, {"rejected", 301, GradeFail, false}, {"rejected", 101, GradeFail, false},
		{"bad-request", 400, GradePass, true}, {"bad-request", 401, GradeNote, false},
		{"invalid-event", 415, GradePass, true}, {"invalid-event", 401, GradeNote, false}, {"invalid-event", 500, GradeFail, false}, {"invalid-event", 0, GradeFail, true},
		{"duplicate", 200, GradePass, false}, {"duplicate", 409, GradeWarn, true}, {"duplicate", 400, GradeFail, false}, {"duplicate", 0, GradeFail, false},
		{"racing-duplicate", 503, GradeNote, true}, {"racing-duplicate", 429, GradeNote, true}, {"racing-duplicate", 500, GradeFail, false},
		{"tolerated", 422, GradeWarn, false}, {"tolerated", 500, GradeFail, false}, {"tolerated", 200, GradePass, false},
		{"survived", 422, GradePass, false}, {"survived", 0, GradeFail, true}, {"survived", 302, GradeFail, false},
		{"refused-cleanly", 418, GradePass, false}, {"refused-cleanly", 200, GradeFail, false}, {"refused-cleanly", 500, GradeFail, false},
		{"acknowledged", 202, GradePass, false}, {"acknowledged", 404, GradeFail, false},
		{"ignored", 500, GradePass, false}, {"ignored", 0, GradePass, false},
		{"not-accepted", 0, GradePass, true}, {"not-accepted", 413, GradePass, false}, {"not-accepted", 500, GradeWarn, false}, {"not-accepted", 200, GradeFail, false},
		{"method-refused", 405, GradePass, true}, {"method-refused", 501, GradeNote, true}, {"method-refused", 404, GradeNote, false}, {"method-refused", 500, GradeWarn, false}, {"method-refused", 200, GradeFail, false},
		{"anything", 200, GradePass, false}, {"anything", 599, GradePass, false}, {"anything", 0, GradePass, false},
	} {
		o, err := FindOutcome(tt.outcome)
		if err != nil {
			t.Fatal(err)
		}
		if grade, named := o.Grade(tt.status); grade != tt.grade || named != tt.named {
			t.Errorf("%s, %d: %s, named %v; want %s, %v", tt.outcome, tt.status, grade, named, tt.grade, tt.named)
		}
	}
	if _, err := FindOutcome("acepted"); err == nil || err.Error() != `unknown outcome "acepted"; did you mean "accepted"?` {
		t.Errorf("a slip of the pen: %v", err)
	}
}

// The exact status goes before its class, whatever the list.
func TestGradeTakesTheExactStatusFirst(t *testing.T) {
	o := Outcome{Pass: []string{"4xx"}, Fail: []string{"404"}, Other: GradeNote}
	for status, want := range map[int]Grade{400: GradePass, 404: GradeFail, 200: GradeNote} {
		if got, named := o.Grade(status); got != want || named != (status == 404) {
			t.Errorf("%d: %s, named %v", status, got, named)
		}
	}
}

func TestMatch(t *testing.T) {
	c := Catalogue{Scenarios: []Scenario{{ID: "auth.no-id"}, {ID: "auth.wrong-key"}, {ID: "ts.stale"}, {ID: "ts.very-stale"}}}
	for _, tt := range []struct {
		patterns []string
		want     []string
		err      string
	}{
		{nil, nil, ""},
		{[]string{"auth.*"}, []string{"auth.no-id", "auth.wrong-key"}, ""},
		{[]string{"auth"}, []string{"auth.no-id", "auth.wrong-key"}, ""},
		{[]string{"ts.stale", "auth.no-*"}, []string{"auth.no-id", "ts.stale"}, ""},
		{[]string{"*.*stale", "ts.stale"}, []string{"ts.stale", "ts.very-stale"}, ""},
		{[]string{"*"}, []string{"auth.no-id", "auth.wrong-key", "ts.stale", "ts.very-stale"}, ""},
		{[]string{"ts.stael"}, nil, `unknown scenario "ts.stael"; did you mean "ts.stale"?`},
		{[]string{"ts.*", "sig.*"}, nil, `unknown scenario "sig.*"; there are auth.no-id, auth.wrong-key, ts.stale, ts.very-stale`},
		{[]string{"ts.[a"}, nil, `pattern "ts.[a": syntax error in pattern`},
		{[]string{""}, nil, `unknown scenario ""; there are auth.no-id, auth.wrong-key, ts.stale, ts.very-stale`},
	} {
		got, err := c.Match(tt.patterns)
		if tt.err != "" {
			if got != nil || err == nil || err.Error() != tt.err {
				t.Errorf("%q: %v\ngot  %v\nwant %s", tt.patterns, got, err, tt.err)
			}
			continue
		}
		if ids := slices.Sorted(maps.Keys(got)); err != nil || !slices.Equal(ids, tt.want) {
			t.Errorf("%q: %v, %v; want %v", tt.patterns, ids, err, tt.want)
		}
	}
}

func TestFind(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range c.IDs() {
		if s, err := c.Find(id); err != nil || s.ID != id {
			t.Errorf("%s: found %s, %v", id, s.ID, err)
		}
	}
	if _, err := c.Find("auth.wrong-kye"); err == nil || err.Error() != `unknown scenario "auth.wrong-kye"; did you mean "auth.wrong-key"?` {
		t.Errorf("a slip of the pen: %v", err)
	}
}

func TestWith(t *testing.T) {
	c := Catalogue{Digest: "d", Scenarios: []Scenario{{ID: "auth.a", Location: "c.yaml:1"}}}
	if same, err := c.With(nil); err != nil || !reflect.DeepEqual(same, c) {
		t.Errorf("with nothing: %+v, %v", same, err)
	}
	own := []Scenario{{ID: "my.own", Location: "own.yaml:1"}}
	more, err := c.With(own)
	if err != nil || !slices.Equal(more.IDs(), []string{"auth.a", "my.own"}) {
		t.Errorf("with one: %+v, %v", more, err)
	}
	own[0].Title = "another"
	other, err := c.With(own)
	if err != nil || len(more.Digest) != 64 || more.Digest == c.Digest || other.Digest == more.Digest {
		t.Errorf("digests %s, %s, %s, %v: each must tell what was played", c.Digest, more.Digest, other.Digest, err)
	}
	if !slices.Equal(c.IDs(), []string{"auth.a"}) {
		t.Errorf("the catalogue itself became %v", c.IDs())
	}
	if _, err := c.With([]Scenario{{ID: "auth.a", Location: "own.yaml:7"}}); err == nil || err.Error() != "own.yaml:7: auth.a stands at c.yaml:1 already" {
		t.Errorf("an id twice: %v", err)
	}
}

func TestLevelsAndRisks(t *testing.T) {
	for _, tt := range []struct {
		level         Level
		fails, strict bool
	}{{Must, true, true}, {Prov, true, true}, {Base, true, true}, {Should, false, true}, {Ops, false, true}, {May, false, false}, {Inform, false, false}} {
		if tt.level.Fails(false) != tt.fails || tt.level.Fails(true) != tt.strict {
			t.Errorf("%s fails %v, strictly %v", tt.level, tt.level.Fails(false), tt.level.Fails(true))
		}
	}
	for i, r := range Risks {
		for j, limit := range Risks {
			if got := r.Within(limit); got != (i <= j) {
				t.Errorf("%s within %s: %v", r, limit, got)
			}
		}
		if Risk("unheard-of").Within(r) {
			t.Errorf("a risk that is not known is within %s", r)
		}
	}
}

func TestExplain(t *testing.T) {
	c := catalogue(t)
	for _, id := range []string{"auth.wrong-key", "idem.forged-twin", "ce.opt-grant", "ack.hang-up", "ack.budget"} {
		s, err := c.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(s.Effects)
		var got strings.Builder
		if err := s.Explain(&got, 0); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join("testdata", "explain", id+".txt")
		if *update {
			if err := os.WriteFile(name, []byte(got.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if stable(got.String()) != stable(string(want)) {
			t.Errorf("%s differs (-update writes it anew)\ngot\n%s\nwant\n%s", name, got.String(), want)
		}
		if !maps.Equal(s.Effects, before) {
			t.Errorf("explaining %s altered its effects: %v", id, s.Effects)
		}
	}
}

// stable leaves out the line, which moves when a scenario before it grows.
func stable(text string) string {
	before, _, _ := strings.Cut(text, "\nDefined in ")
	return before
}

// Everything that is sent can be read: what does not show is quoted, and a
// fault with a grammar of its own is said for the parameter at hand.
func TestExplainShowsParameters(t *testing.T) {
	text := valid + `  fault: secret.wrong
` + strings.Replace(valid, "auth.x", "auth.y", 1) + `  faults: [{body.prepend: "\ufeff"}, {body.append: "\r\n"}, {timestamp.shift: past-15s}, {header.set: {X-A: " "}}, {header.remove: ["{id}", X-B]}]
`
	text = strings.ReplaceAll(text, "sw.headers", "https://example.com/rule")
	list, err := document{file: "f.yaml"}.parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := list[1].Explain(&out, 200); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`- body.prepend: "\ufeff": the text`, `- body.append: "\r\n": the text`,
		"- timestamp.shift: past-15s: the attempt claims another time: 15s younger than the oldest that the tolerance allows\n",
		`- header.set: {X-A: " "}: the headers`, `- header.remove: [{id}, X-B]: the headers`,
		"Sources\n  https://example.com/rule\n\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nowhere in it: %s\n%s", want, out.String())
		}
	}
}

func TestExplainKeepsTheWidth(t *testing.T) {
	for _, s := range catalogue(t).Scenarios {
		for _, width := range []int{40, 80, 120} {
			var out strings.Builder
			if err := s.Explain(&out, width); err != nil {
				t.Fatal(err)
			}
			body, _, _ := strings.Cut(out.String(), "\nSources\n")
			_, body, _ = strings.Cut(body, "\n\n") // behind the title
			for line := range strings.Lines(body) {
				line = strings.TrimSuffix(line, "\n")
				if len(line) > width && len(strings.Fields(line)) > 2 {
					t.Errorf("%s at %d: %d characters: %s", s.ID, width, len(line), line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("%s at %d: space at the end of %q", s.ID, width, line)
				}
			}
		}
	}
}
