package load

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

const interruption = "interrupted"

// withdraw takes back what an interruption leaves unproven. A forged delivery
// that was accepted stays accepted.
func withdraw(o scenarios.Objective, judged reports.Objective) reports.Objective {
	proven := o.Class == scenarios.ClassForged && o.Metric == scenarios.MetricAccepted
	if judged.Verdict == reports.Pass || judged.Verdict == reports.Fail && proven {
		return judged
	}
	judged.Verdict, judged.Reason = reports.NotObserved, interruption
	return judged
}

// verdict sums the objectives up. A proven miss beats everything; a run that
// was interrupted proves nothing else; what the generator limited proves
// nothing about the receiver; and a run that leaves open what it was to show,
// because it is too short or effects that were to be seen were not, shows
// nothing. Without a probe, objectives about effects leave the verdict to the
// others.
func verdict(objectives []reports.Objective, limits []string, open string, interrupted bool) (reports.Verdict, string) {
	missed := texts(objectives, reports.Fail)
	switch {
	case missed != nil:
		reason := "missed: " + strings.Join(missed, "; ")
		if interrupted {
			reason = interruption + "; " + reason
		}
		return reports.Fail, reason
	case interrupted: // not an error: nothing broke
		return reports.NotObserved, interruption
	case texts(objectives, reports.Blocked) != nil:
		return reports.Blocked, "generator-limited: " + strings.Join(limits, "; ")
	}
	reason := open
	if unseen := texts(objectives, reports.NotObserved); unseen != nil {
		reason = joined(reason, "not observed: "+strings.Join(unseen, "; "))
	}
	if open != "" || texts(objectives, reports.Pass) == nil {
		return reports.NotObserved, cmp.Or(reason, "no objective applies to the target")
	}
	return reports.Pass, reason
}

// fewest is how many genuine deliveries a run has at least that passes: of
// fewer, the slowest hundredth is not even one.
const fewest = 100

// tooShort says which classes had too few deliveries for a run that passes, or
// "". Each class that an objective is about was sent at all, and often enough
// that one delivery at least lies beyond its quantile. An objective that was met
// by fewer is met by what was seen; it says nothing about the next run.
func (f facts) tooShort(objectives []scenarios.Objective) string {
	needed := map[string]int{scenarios.ClassGenuine: fewest}
	for _, o := range objectives {
		if class := o.About(); class != "" {
			needed[class] = max(needed[class], 1, int(math.Round(1/(1-o.Quantile))))
		}
	}
	var few []string
	for _, class := range scenarios.LoadClasses {
		if sent := f.tally(class).sent; sent < needed[class] {
			few = append(few, fmt.Sprintf("%d %s deliveries of at least %d", sent, class, needed[class]))
		}
	}
	undrained := f.undrained(objectives)
	if few == nil {
		return undrained
	}
	return joined("too short to tell: "+strings.Join(few, ", "), undrained)
}

// unplayed says that a noteworthy part of the plan was not sent, where no
// objective asks: what did not happen proves nothing.
func (f facts) unplayed(objectives []scenarios.Objective, total int) string {
	asked := slices.ContainsFunc(objectives, func(o scenarios.Objective) bool { return o.Metric == scenarios.MetricUnsent })
	if asked || f.aborted != nil || 100*f.unsent <= total {
		return ""
	}
	return fmt.Sprintf("%d of %d planned deliveries were not sent", f.unsent, total)
}

func texts(objectives []reports.Objective, v reports.Verdict) (all []string) {
	for _, o := range objectives {
		if o.Verdict == v {
			all = append(all, o.Text)
		}
	}
	return all
}

func appendNew(list, more []string) []string {
	for _, text := range more {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// classReport renders a class, with what its figures do not say themselves.
func classReport(c Class, t *tally) reports.LoadClass {
	out := t.report(c)
	if t.deferred > 0 {
		out.Response.Note = joined(out.Response.Note,
			fmt.Sprintf("%d were asked for later (429 or 503 with Retry-After, or 409 and 425 beside a copy): %d of them were never acknowledged", t.deferred, t.refused))
	}
	if t.early > 0 {
		out.Response.Note = joined(out.Response.Note,
			fmt.Sprintf("%d of %d were sent although their original was not acknowledged", t.early, t.sent))
	}
	return out
}

// rerun is the command that plays the same plan again, without the target's
// flags.
func rerun(cfg Config) string {
	return fmt.Sprintf("hookassay load %s%s --seed %d", cfg.Scenario.Name, cfg.Scenario.Changed, cfg.Seed)
}
