package findings

import (
	"fmt"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
)

// telling are the answer's headers that a finding may rest on.
var telling = []string{"allow", "webhook-allowed-origin", "webhook-allowed-rate"}

// sent says what was wrong with the delivery that led to a finding.
func sent(f reports.Finding) string {
	x := f.Evidence.Fault
	if x == nil || len(x.Faults) == 0 {
		return "nothing faulty (" + f.Step + ")"
	}
	var texts []string
	for _, use := range x.Faults {
		name, _, _ := strings.Cut(use, ":")
		text := "`" + use + "`"
		if fault, err := mockprovider.FindFault(name); err == nil {
			doc, _, _ := strings.Cut(fault.Doc, ";") // what follows is for authors of scenarios
			text += " (" + doc + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " and ") + ", in " + f.Step
}

// answered is the status with the telling headers and the first line of the body.
func answered(f reports.Finding) string {
	x := f.Evidence.Fault
	switch {
	case x == nil:
		return ""
	case x.Status == 0:
		return "nothing (" + x.Outcome + ")"
	}
	head, body, _ := strings.Cut(x.Answer, "\n\n")
	text := fmt.Sprintf("`%d`", x.Status)
	for _, line := range strings.Split(head, "\n")[1:] {
		name, _, _ := strings.Cut(line, ":")
		for _, t := range telling {
			if strings.EqualFold(name, t) {
				text += ", `" + line + "`"
			}
		}
	}
	if first, _, _ := strings.Cut(body, "\n"); first != "" {
		text += ", `" + first + "`"
	}
	return text
}

// effects is what the receiver itself counted for the event, over the whole run.
func (g Graded) effects(f reports.Finding) string {
	x := f.Evidence.Fault
	switch {
	case x == nil || x.EventID == "":
		return ""
	case !strings.Contains(x.Request, x.EventID):
		// A count under an id that was not sent would be 0 and would mean nothing.
		return fmt.Sprintf("sent without an id; %s under the empty one", processed(g.Effects[""]))
	}
	return processed(g.Effects[x.EventID])
}

func processed(n int) string {
	switch n {
	case 0:
		return "not processed"
	case 1:
		return "processed once"
	}
	return fmt.Sprintf("processed %d times", n)
}
