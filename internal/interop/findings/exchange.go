package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
)

// telling are the headers, of a request or an answer, that a finding may rest on.
var telling = []string{"allow", "webhook-request-origin", "webhook-allowed-origin", "webhook-allowed-rate"}

// sent says what was wrong with the request that led to a finding.
func sent(f reports.Finding) string {
	x := f.Evidence.Fault
	if x == nil {
		return ""
	}
	var faults []string
	for _, use := range x.Faults {
		name, _, _ := strings.Cut(use, ":")
		text := code(use)
		if fault, err := mockprovider.FindFault(name); err == nil {
			doc, _, _ := strings.Cut(fault.Doc, ";") // what follows is for authors of scenarios
			text += " (" + doc + ")"
		}
		faults = append(faults, text)
	}
	text := "no fault"
	if len(faults) > 0 {
		text = strings.Join(faults, " and ")
	}
	text += ", in " + f.Step
	if x.EventID == "" { // no delivery, so its headers say what it is
		text += told(x.Request)
	}
	return text
}

// headers are the lines between the first one and the body.
func headers(message string) []string {
	head, _, _ := strings.Cut(message, "\n\n")
	return strings.Split(strings.TrimSuffix(head, "\n"), "\n")[1:]
}

func name(line string) string {
	spelled, _, _ := strings.Cut(line, ":")
	return strings.ToLower(spelled)
}

// told lists the telling headers of a message.
func told(message string) string {
	var text string
	for _, line := range headers(message) {
		if slices.Contains(telling, name(line)) {
			text += ", " + code(line)
		}
	}
	return text
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
	text := fmt.Sprintf("`%d`", x.Status) + told(x.Answer)
	_, body, _ := strings.Cut(x.Answer, "\n\n")
	if first, _, _ := strings.Cut(body, "\n"); first != "" {
		text += ", " + code(cut(steady(first)))
	}
	return text
}

// maxAnswer bounds what is shown of an answer, in characters.
const maxAnswer = 160

func cut(text string) string {
	if r := []rune(text); len(r) > maxAnswer {
		return string(r[:maxAnswer]) + "…"
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
