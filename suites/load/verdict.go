package load

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
// nothing about the receiver. Objectives that need a probe leave the verdict to
// the others.
func verdict(objectives []reports.Objective, limits []string, interrupted bool) (reports.Verdict, string) {
	missed := texts(objectives, reports.Fail)
	switch {
	case missed != nil:
		reason := "missed: " + strings.Join(missed, "; ")
		if interrupted {
			reason = interruption + "; " + reason
		}
		return reports.Fail, reason
	case interrupted:
		return reports.Error, interruption
	case texts(objectives, reports.Blocked) != nil:
		return reports.Blocked, "generator-limited: " + strings.Join(limits, "; ")
	}
	unseen := texts(objectives, reports.NotObserved)
	reason := ""
	if unseen != nil {
		reason = "not observed: " + strings.Join(unseen, "; ")
	}
	if texts(objectives, reports.Pass) == nil {
		return reports.NotObserved, reason
	}
	return reports.Pass, reason
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
	if t.racing > 0 {
		out.Response.Note = joined(out.Response.Note,
			fmt.Sprintf("%d of %d were sent although their original was not acknowledged", t.racing, t.sent))
	}
	return out
}

// rerun is the command that plays the same plan again, without the target's
// flags.
func rerun(cfg Config) string {
	c := cfg.Scenario.Schedule.Constant
	return fmt.Sprintf("hookassay load %s --rate %s --for %s --seed %d", cfg.Scenario.Name, c.Rate, time.Duration(c.For), cfg.Seed)
}
