package reports

import "fmt"

// mostTold is how many scenarios of one symptom are told in full.
const mostTold = 8

// shared tells a cause once, with the scenarios it explains. Where each is mended
// in its own way, only the symptom is shared; and where it does not show alike,
// each way it shows is told with the scenarios in which it did.
func (p *page) shared(c cause, verbose bool) {
	l, ways := c.verdict.look(), c.ways()
	each := mendable(c.verdict) && c.oneFix() == ""
	what, text := "one symptom", c.text()
	if c.named != nil || mendable(c.verdict) && !each {
		what = "one cause"
	}
	apart := c.named == nil && len(ways) > 1
	if apart {
		text = c.common(ways)
	}
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s, %s: %s", plural(len(c.scenarios), "scenario"), what, text))
	if apart {
		p.ways(c, ways, each, verbose)
	} else {
		p.members(c, c.scenarios, mostTold, each, verbose)
		p.field("observed", c.seen(ways))
	}
	if c.verdict == Info {
		return
	}
	if mendable(c.verdict) && !each {
		p.field("fix", c.oneFix())
	}
	p.command("again", c.again(p.rerun))
}

// ways tells each way in which a symptom showed, and where.
func (p *page) ways(c cause, ways []way, each, verbose bool) {
	room := mostTold
	for _, w := range ways {
		p.para(plain, "    ", 4, w.text(c)+":")
		p.members(c, w.scenarios, room, each, verbose)
		room = max(0, room-len(w.scenarios))
	}
}

// members names scenarios of a cause: most of them in full, the rest by id.
func (p *page) members(c cause, list []Scenario, most int, each, verbose bool) {
	for i, s := range list {
		if i >= most && !verbose {
			text := some(idsOf(list[i:]))
			if i > 0 {
				text = fmt.Sprintf("and %d more: %s", len(list)-i, text)
			}
			p.para(plain, "    - ", 6, text)
			return
		}
		p.para(plain, "    - ", 6, fmt.Sprintf("%s [%s%s] %s", s.ID, s.Level, c.milder(s), s.Title))
		if s.Measured != "" {
			p.para(plain, "      measured: ", 16, s.Measured)
		}
		if each {
			p.para(plain, "      fix: ", 11, s.Fix)
		}
	}
}

// milder tells the verdict of a scenario that is better off than the others of
// its cause.
func (c cause) milder(s Scenario) string {
	if s.Verdict == c.verdict {
		return ""
	}
	return ", " + string(s.Verdict)
}
