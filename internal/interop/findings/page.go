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
	Note     string // Markdown, or ""
	Start    string // command that starts it
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
Names in ‹› stand for what is fresh in every run. Not observed is what needs a second secret.
`

const playAgain = `
## To see one yourself

From a clone, with Go, bash, and for some of them Node.js or Debian's package ` + "`webhook`" + `:

` + "```sh" + `
cd internal/interop
go build -C ../.. -o internal/interop/bin/ ./cmd/hookassay
go build -o bin/ ./receivers/...
npm ci --prefix receivers/node
export WEBHOOK_SECRET=whsec_$(head -c 32 /dev/urandom | base64)   # every one of them takes this
` + "```" + `

Then the two commands that head a receiver's section start it, at an address of its own, and grade it.
The line ` + "`again`" + ` of a finding plays that one alone. ` + "`kill $!`" + ` ends the receiver. What was sent and
answered, byte for byte, is in report.json and transcript.jsonl with ` + "`--out DIR`" + `.
`

// WritePage writes the page for all receivers. It holds no ids, times or
// addresses, so that it is the same after every run.
func WritePage(w io.Writer, all []Graded) error {
	stories, err := newStories()
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(introduction)
	b.WriteString("\n| receiver | library | set up as | fail | warn | info | pass | not applicable | not observed |\n|---|---|---|--:|--:|--:|--:|--:|--:|\n")
	for _, g := range all {
		c := g.Report.Counts
		fmt.Fprintf(&b, "| [%s](#%s) | %s %s | [its documentation](%s) | %d | %d | %d | %d | %d | %d |\n",
			g.Name, g.Name, g.Library, g.Version, g.Setup, c.Fail, c.Warn, c.Info, c.Pass, c.NotApplicable, c.NotObserved)
	}
	writeLibraries(&b, all)
	b.WriteString(playAgain)
	for _, g := range all {
		g.write(&b, stories)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// writeLibraries lists what could be mended in a library, each cause once.
func writeLibraries(b *strings.Builder, all []Graded) {
	b.WriteString("\n## In the libraries themselves\n\nWhat no user can mend by reading the documentation more closely.\n\n" +
		"| library | finding | |\n|---|---|---|\n")
	for _, g := range all {
		for _, s := range g.Report.Scenarios {
			e := g.Expected[s.ID]
			if found(s.Verdict) && s.Verdict != reports.Info && e.Cause == Library && e.As == "" {
				fmt.Fprintf(b, "| %s %s | [%s](#%s): %s | %s |\n", g.Library, g.Version, s.ID, g.anchor(s), s.Title, s.Verdict)
			}
		}
	}
}

func (g Graded) anchor(s reports.Scenario) string {
	return g.Name + "-" + strings.ReplaceAll(s.ID, ".", "-")
}

func (g Graded) write(b *strings.Builder, stories stories) {
	fmt.Fprintf(b, "\n## %s\n\n%s %s, scheme %s.\n\n```sh\nread -r _ _ BASE _ _ EFFECTS < <(%s)\n%s\n```\n",
		g.Name, g.Library, g.Version, g.Report.Target.Scheme, g.Start, g.Command)
	if g.Note != "" {
		b.WriteString("\n" + g.Note + "\n")
	}
	for _, s := range g.Report.Scenarios {
		if found(s.Verdict) {
			g.writeFinding(b, s, stories)
		}
	}
}

func (g Graded) writeFinding(b *strings.Builder, s reports.Scenario, stories stories) {
	cause, comment := "not known yet", "nobody has explained this yet, so the test fails"
	if e, ok := g.Expected[s.ID]; ok {
		cause, comment = causes[e.Cause], fmt.Sprintf("%s ([code](%s))", e.Because, e.Source)
	}
	fmt.Fprintf(b, "\n<a id=%q></a>\n### %s: %s\n\n**%s** (%s). Cause: %s.\n\n",
		g.anchor(s), s.ID, s.Title, s.Verdict, s.Level, cause)
	var sources []string
	for _, source := range s.Sources {
		sources = append(sources, fmt.Sprintf("[%s](%s)", source.Title, source.URL))
	}
	rows := append(g.evidence(s),
		row{"why", []string{s.Why}},
		row{"source", sources},
		row{"comment", []string{comment}},
		row{"again", []string{code(g.Command + " --only " + s.ID)}},
	)
	for _, r := range rows {
		fmt.Fprintf(b, "- %s: %s\n", r.name, strings.Join(r.texts, "; "))
		if r.name == "sent" {
			b.WriteString(stories.of(s.ID))
		}
	}
}
