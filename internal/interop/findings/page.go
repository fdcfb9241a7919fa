package findings

import (
	"fmt"
	"io"
	"strings"

	"github.com/hookassay/hookassay/reports"
)

// Graded is one receiver with what was found in it.
type Graded struct {
	Name     string
	Library  string // module or package
	Version  string
	Setup    string // URL of the page that its wrapping follows
	Command  string // that grades it
	Report   reports.Report
	Expected Expectations   // the comments
	Effects  map[string]int // the receiver's own count, by event id
}

const introduction = `# Real receivers, graded

hookassay grades receivers that other people wrote, each set up as its own documentation shows, no
stricter and no laxer. This page says what it finds, and a person's comment on every finding. A test
(` + "`internal/interop`" + `) grades them again and fails when anything is found that is not here, or is no longer
found. It also writes this page: ` + "`go test -run TestGraded -update .`" + `

A finding is about what somebody has who follows that documentation. Its cause says whose code that is.
`

const playAgain = `
To grade one yourself, with hookassay installed and in ` + "`internal/interop`" + `:

` + "```sh" + `
go build -o bin/ ./receivers/...
export WEBHOOK_SECRET=…   # Standard Webhooks: whsec_ and the base64 of 32 bytes; else any text
bin/NAME                  # prints its two addresses; put them into BASE and EFFECTS
` + "```" + `
`

// WritePage writes the page for all receivers. It holds no ids, times or
// addresses, so that it is the same after every run.
func WritePage(w io.Writer, all []Graded) error {
	var b strings.Builder
	b.WriteString(introduction)
	b.WriteString("\n| receiver | library | set up as | fail | warn | info | pass | not applicable |\n|---|---|---|--:|--:|--:|--:|--:|\n")
	for _, g := range all {
		c := g.Report.Counts
		fmt.Fprintf(&b, "| [%s](#%s) | %s %s | [its documentation](%s) | %d | %d | %d | %d | %d |\n",
			g.Name, g.Name, g.Library, g.Version, g.Setup, c.Fail, c.Warn, c.Info, c.Pass, c.NotApplicable)
	}
	b.WriteString(playAgain)
	for _, g := range all {
		g.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (g Graded) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s %s, scheme %s. The command that grades it:\n\n```sh\n%s\n```\n",
		g.Name, g.Library, g.Version, g.Report.Target.Scheme, g.Command)
	for _, s := range g.Report.Scenarios {
		if found(s.Verdict) {
			g.writeFinding(b, s)
		}
	}
}

func (g Graded) writeFinding(b *strings.Builder, s reports.Scenario) {
	cause, comment := "not known yet", "nobody has explained this yet, so the test fails"
	if e, ok := g.Expected[s.ID]; ok {
		cause, comment = causes[e.Cause], fmt.Sprintf("%s ([code](%s))", e.Because, e.Source)
	}
	fmt.Fprintf(b, "\n### %s: %s\n\n**%s** (%s). Cause: %s.\n\n", s.ID, s.Title, s.Verdict, s.Level, cause)
	var sources []string
	for _, source := range s.Sources {
		sources = append(sources, fmt.Sprintf("[%s](%s)", source.Title, source.URL))
	}
	rows := []struct {
		name   string
		values []string
	}{
		{"sent", g.each(s, sent)},
		{"required", g.each(s, required)},
		{"answered", g.each(s, answered)},
		{"effects", g.each(s, g.effects)},
		{"measured", measured(s)},
		{"source", sources},
		{"again", []string{"`… --only " + s.ID + "`"}},
		{"comment", []string{comment}},
	}
	for _, row := range rows {
		if text := strings.Join(row.values, "; "); text != "" {
			fmt.Fprintf(b, "- %s: %s\n", row.name, text)
		}
	}
}

// each asks every finding of a scenario the same and leaves repeated answers out.
func (g Graded) each(s reports.Scenario, ask func(reports.Finding) string) []string {
	var texts []string
	seen := map[string]bool{}
	for _, f := range s.Findings {
		if text := ask(f); text != "" && !seen[text] {
			seen[text] = true
			texts = append(texts, text)
		}
	}
	return texts
}

func required(f reports.Finding) string { return f.Expected }

// measured leaves times out, which are never the same twice.
func measured(s reports.Scenario) []string {
	var texts []string
	for _, m := range s.Measurements {
		if m.Unit == "bytes" {
			texts = append(texts, fmt.Sprintf("%.0f MiB: %s", m.Value/(1<<20), m.Name))
		}
	}
	return texts
}
