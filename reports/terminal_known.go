package reports

import (
	"fmt"
	"strings"
)

// known tells, in a few lines each, of what is put up with.
func (p *page) known(list []Scenario) {
	if len(list) == 0 {
		return
	}
	p.line("")
	p.para(yellow, "= KNOWN  ", 4, plural(len(list), "scenario")+", not held against this run:")
	for _, s := range list {
		text := fmt.Sprintf("%s [%s, %s] %s", s.ID, s.Level, s.Verdict, s.Known.Reason)
		if s.Known.Expires != "" {
			text += ", until " + s.Known.Expires
		}
		p.para(plain, "    - ", 6, text)
	}
}

// repeated tells which scenarios did not always come to the same verdict.
func (p *page) repeated(r Report) {
	all := r.Repetitions
	if all == nil || all.Number > 0 {
		return
	}
	p.line("")
	text := fmt.Sprintf("%s, %s differed", plural(all.Count, "repetition"), plural(len(all.Differ), "scenario"))
	if all.Count < all.Planned {
		text += fmt.Sprintf(" (%d were planned)", all.Planned)
	}
	if len(all.Differ) == 0 {
		p.para(plain, "", 2, text)
		return
	}
	p.para(yellow, "~ FLAKY  ", 4, text+"; the worst verdict counts:")
	for _, s := range r.Scenarios {
		if s.Repeated != nil {
			p.para(plain, "    - ", 6, fmt.Sprintf("%s: %s (first %s in repetition %d)", s.ID, tallyOf(s.Repeated), s.Verdict, s.Repetition))
		}
	}
}

// tallyOf counts verdicts, worst first: "1 fail, 4 pass".
func tallyOf(list []Verdict) string {
	var c Counts
	for _, v := range list {
		c.Add(v)
	}
	return strings.Join(counted(c), ", ")
}

// expectations tells of the entries that are to be mended. The others show with
// their scenarios, or are of no matter now.
func (p *page) expectations(list []Expectation) {
	headed := false
	for _, e := range list {
		if e.State != Stale {
			continue
		}
		if !headed {
			p.heading("STALE EXPECTATIONS")
			headed = true
		}
		p.para(yellow, "~ STALE  ", 4, fmt.Sprintf("%s (%s): %s", e.Scenario, e.Location, e.Message))
		p.field("reason", e.Reason)
	}
}

// mostReferences is how many findings of a comparison are named.
const mostReferences = 10

func (p *page) baseline(b *Baseline) {
	if b == nil {
		return
	}
	p.heading("BASELINE")
	was := len(b.Findings) - len(b.Fixed) - len(b.Gone)
	p.para(plain, "", 2, fmt.Sprintf("%s of %s: %d new, %d as before, %d fixed, %d not looked at now",
		b.Name, b.Started.UTC().Format("2006-01-02 15:04 UTC"), len(b.New), was, len(b.Fixed), len(b.Gone)))
	for _, w := range b.Warnings {
		p.para(yellow, "~ WARN  ", 4, w)
	}
	p.references("new", b.New)
	p.references("fixed", b.Fixed)
}

func (p *page) references(name string, list []Reference) {
	for i, ref := range list {
		if i == mostReferences {
			p.para(plain, "    ", 4, fmt.Sprintf("and %d more", len(list)-i))
			return
		}
		p.field(name, ref.Scenario+": "+ref.Message)
	}
}
