package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/load"
)

// targeted reports whether the command names a target: a plan can be looked at
// without one.
func (f *loadFlags) targeted() bool {
	_, err := os.Stat(defaultConfig)
	return err == nil || f.target.command("load") != "hookassay load"
}

// dry explains what would go to a target, where it may.
func (f *loadFlags) dry(c *console, cfg load.Config) error {
	if err := cfg.Check(); err != nil {
		return err
	}
	where := fmt.Sprintf("%s (%s)", cfg.Target.OwnRedactor().Text(cfg.Target.URL.String()), cfg.Target.Scheme.Name)
	s, left := cfg.Fits()
	return f.explain(c, s, where, left...)
}

// explain says what a load scenario sends, and what must come of it.
func (f *loadFlags) explain(c *console, s scenarios.LoadScenario, where string, left ...reports.LeftOut) error {
	plan, err := load.NewPlan(s, f.seed)
	if err != nil {
		return err
	}
	width, _ := terminal(c.out)
	if width <= 0 {
		width = 80
	}
	fmt.Fprint(c.out, "Nothing is sent. ")
	if where != "" {
		fmt.Fprintf(c.out, "To %s would go:\n\n", where)
	} else {
		fmt.Fprint(c.out, "This would go:\n\n")
	}
	fmt.Fprintf(c.out, "load %s: %s\n\n", s.Name, s.Title)
	for _, row := range append(loadRows(s, plan), leftOut(left)) {
		name := row.name
		for _, line := range row.lines {
			fmt.Fprintf(c.out, "  %-13s%s\n", name, line)
			name = ""
		}
	}
	fmt.Fprintln(c.out)
	for _, row := range reports.RateChart(s.Schedule.MassUntil, s.Schedule.Duration(), width-2) {
		fmt.Fprintf(c.out, "  %s\n", row)
	}
	_, err = fmt.Fprintf(c.out, "\nWhy\n  %s\n", strings.ReplaceAll(s.Why, "\n", "\n  "))
	return err
}

// A loadRow is what a scenario says of one thing; without lines it is left out.
type loadRow struct {
	name  string
	lines []string
}

func loadRows(s scenarios.LoadScenario, plan *load.Plan) []loadRow {
	mean := s.Schedule.Mass() / s.Schedule.Duration().Seconds()
	total := fmt.Sprintf("%d in %s: %s a second on average, at most %s", plan.Len(), plan.Duration(), plainly(mean), s.Schedule.PeakRate())
	if s.Retries != nil {
		total += "; more where some are sent again"
	}
	timeout := "the target's"
	if s.AckTimeout != 0 {
		timeout = s.AckTimeout.String()
	}
	var objectives, aborts []string
	for _, o := range s.Objectives {
		objectives = append(objectives, o.String())
	}
	for _, a := range s.Abort {
		aborts = append(aborts, a.String())
	}
	return []loadRow{
		{"schedule", []string{s.Schedule.String()}},
		{"deliveries", []string{total}},
		{"mix", []string{weighted(s.Mix)}},
		{"content", loadContent(s)},
		{"connections", []string{fmt.Sprintf("%s, at most %d deliveries in flight", s.Connections, s.InFlight)}},
		{"ack timeout", []string{timeout}},
		{"retries", []string{loadRetries(s.Retries)}},
		{"catch-up", []string{fmt.Sprintf("at most %v times as fast where the schedule is behind", s.CatchUp)}},
		{"objectives", objectives},
		{"abort", aborts},
	}
}

// leftOut says what the target cannot be sent. Objectives about it are gone, too.
func leftOut(left []reports.LeftOut) loadRow {
	row := loadRow{name: "left out"}
	for _, l := range left {
		row.lines = append(row.lines, l.What+": "+l.Reason)
	}
	return row
}

// loadContent says what genuine deliveries carry.
func loadContent(s scenarios.LoadScenario) (lines []string) {
	if len(s.Types) > 0 {
		lines = append(lines, "types: "+weighted(s.Types))
	}
	if len(s.Sizes) > 0 {
		var sizes []scenarios.Weight
		for _, size := range s.Sizes {
			sizes = append(sizes, scenarios.Weight{Name: fmt.Sprintf("%d bytes", size.Bytes), Weight: size.Weight})
		}
		lines = append(lines, "bodies: "+weighted(sizes))
	}
	switch k := s.Keys; {
	case k == nil:
		lines = append(lines, "every event about an object of its own")
	case k.Skew == 0:
		lines = append(lines, fmt.Sprintf("events about %d objects, all alike", k.Objects))
	default:
		lines = append(lines, fmt.Sprintf("events about %d objects, the k-th in proportion to 1/k^%v", k.Objects, k.Skew))
	}
	return lines
}

func loadRetries(r *scenarios.LoadRetries) string {
	if r == nil {
		return "none"
	}
	text := fmt.Sprintf("what is not acknowledged, by the scheme's schedule within %s", time.Duration(r.Within))
	if r.Attempts != 0 {
		text += fmt.Sprintf(", at most %d attempts", r.Attempts)
	}
	return text
}

// plainly is a number of a few digits, without an exponent where it can be.
func plainly(x float64) string {
	if x < 1 {
		return fmt.Sprintf("%.3g", x)
	}
	return strconv.FormatFloat(math.Round(100*x)/100, 'f', -1, 64)
}

// weighted lists names with their shares.
func weighted(weights []scenarios.Weight) string {
	total := 0
	for _, w := range weights {
		total += w.Weight
	}
	var texts []string
	for _, w := range weights {
		texts = append(texts, fmt.Sprintf("%s %.3g %%", w.Name, 100*float64(w.Weight)/float64(total)))
	}
	return strings.Join(texts, ", ")
}
