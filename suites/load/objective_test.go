package load

import (
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

func objective(t testing.TB, text string) scenarios.Objective {
	t.Helper()
	o, err := scenarios.ParseObjective(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// healthy are facts of a run without a miss: 1000 genuine deliveries that took
// 100 ms each, 50 of the others.
func healthy() facts {
	r := newRecorder(func() time.Duration { return 0 }, nil)
	fill := func(c Class, n int, status int) {
		for range n {
			r.classes[c].add(sample{class: c, status: status, right: true, service: 100 * time.Millisecond, response: 101 * time.Millisecond})
		}
	}
	fill(Genuine, 1000, 202)
	fill(Duplicate, 50, 200)
	fill(Forged, 50, 401)
	fill(Stale, 50, 401)
	return facts{
		classes:      r.classes,
		generator:    generator{inFlightCap: 64, maxInFlight: 30, lag: time.Millisecond, prep: 20 * time.Microsecond},
		completeness: reports.Completeness{Observed: true, Acked: 1000, Once: 1000},
		drain:        reports.Drain{Reason: "no probe", GrowthReason: "no probe"},
	}
}

// draining leaves 12 events without effect, for which it was not waited to the
// end, beside so many that were lost.
func draining(lost int) func(*facts) {
	return func(f *facts) {
		f.completeness.Reason, f.completeness.Lost, f.completeness.Draining = "still draining: 12 of 1000", lost, 12
	}
}

// lagging are 1000 effects that came between two times, in ms, and some that did
// not, for which it was waited 2 s.
func lagging(least, most int, without int) func(*facts) {
	return func(f *facts) {
		f.drain = reports.Drain{Observed: true, EveryMS: 100}
		f.lags = lags{least: newClock(), most: newClock(), without: without}
		for range 1000 {
			f.lags.most.record(time.Duration(most) * time.Millisecond)
			f.lags.least.record(time.Duration(least) * time.Millisecond)
		}
		for range without {
			f.lags.least.record(2 * time.Second)
			f.lags.most.record(longest)
		}
	}
}

func growing(percent, half float64) func(*facts) {
	return func(f *facts) { f.drain = reports.Drain{Observed: true, Growth: percent, GrowthCI: half} }
}

// crowd makes the receiver share a machine this busy, and busy with sending.
func crowd(f *facts, machine, own float64) {
	f.generator.sameHost, f.generator.used.machine, f.generator.used.cpu = true, machine, own
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name, objective string
		change          func(*facts)
		verdict         reports.Verdict
		value, reason   string
	}{
		{"met", "genuine: p99(response) <= 250ms", nil, reports.Pass, "ms", ""},
		{"missed", "genuine: p99(response) <= 50ms", nil, reports.Fail, "ms", ""},
		{"mean", "genuine: mean(service) < 99ms", nil, reports.Fail, "ms", ""},
		{"max", "genuine: max(service) < 101ms", nil, reports.Pass, "ms", ""},
		{"few samples", "duplicate: p99(response) <= 250ms", nil, reports.Pass, "ms", "n too small: of 50"},
		{"errors", "genuine: errors <= 0.1%", func(f *facts) { f.classes[Genuine].right = 999 }, reports.Pass, "1 of 1000 (0.1 %)", ""},
		{"more errors", "genuine: errors <= 0.1%", func(f *facts) { f.classes[Genuine].right = 998 }, reports.Fail, "2 of 1000 (0.2 %)", ""},
		{"accepted forgery", "forged: accepted = 0", func(f *facts) { f.classes[Forged].accepted = 1 }, reports.Fail, "1 of 50 (2 %)", ""},
		{"silent", "forged: accepted = 0", func(f *facts) { f.silent, f.classes[Forged].accepted = true, 50 }, reports.Pass, "0 with an effect", ""},
		{"silent with effect", "forged: accepted = 0", func(f *facts) { f.silent, f.completeness.Forged = true, 2 }, reports.Fail, "2 with an effect", ""},
		{"silent without probe", "forged: accepted = 0", func(f *facts) { f.silent, f.completeness.Observed = true, false }, reports.NotObserved, "", "refuses silently"},
		{"nothing sent", "duplicate: errors = 0", func(f *facts) { f.classes[Duplicate].sent = 0 }, reports.NotObserved, "", "no duplicate delivery was sent"},
		{"nothing timed", "duplicate: p50(service) < 1s", func(f *facts) { f.classes[Duplicate].service = newClock() }, reports.NotObserved, "", "no duplicate delivery was sent"},
		{"lost", "lost = 0", func(f *facts) { f.completeness.Lost = 3 }, reports.Fail, "3", ""},
		{"doubled, by a blind probe", "doubled = 0", func(f *facts) { f.completeness.Blind = "it cannot tell" }, reports.NotObserved, "", "it cannot tell"},
		{"doubled, though by a blind probe", "doubled = 0", func(f *facts) { f.completeness.Blind, f.completeness.Doubled = "it cannot tell", 1 }, reports.Fail, "1", ""},
		{"doubled", "doubled = 0", func(f *facts) { f.completeness.Doubled = 1 }, reports.Fail, "1", ""},
		{"forged effects", "forged-effects = 0", func(f *facts) { f.completeness.Forged = 1 }, reports.Fail, "1", ""},
		{"forged effects of none sent", "forged-effects = 0", func(f *facts) { f.classes[Forged].sent = 0 }, reports.NotObserved, "", "no forged delivery was sent"},
		{"nothing to lose", "lost = 0", func(f *facts) { f.completeness.Acked = 0 }, reports.NotObserved, "", "no event was acknowledged"},
		{"sample", "lost = 0", func(f *facts) { f.note = "a sample" }, reports.Pass, "0", "a sample"},
		{"no probe", "lost = 0", func(f *facts) { f.completeness = reports.Completeness{Reason: "no probe"} }, reports.NotObserved, "", "no probe"},
		{"lost, or still draining", "lost = 0", draining(0), reports.NotObserved, "0 to 12", "still draining"},
		{"lost in any case", "lost = 0", draining(3), reports.Fail, "3 to 15", "still draining"},
		{"few lost in any case", "lost <= 20", draining(3), reports.Pass, "3 to 15", "still draining"},
		{"doubled, as far as it has drained", "doubled = 0", draining(0), reports.NotObserved, "0", "still draining"},
		{"doubled, though it still drains", "doubled = 0", func(f *facts) { draining(0)(f); f.completeness.Doubled = 1 }, reports.Fail, "1", "still draining"},
		{"silent, as far as it has drained", "forged: accepted = 0", func(f *facts) { draining(0)(f); f.silent = true }, reports.NotObserved, "0 with an effect", "still draining"},
		{"silent about what is stale", "stale: accepted = 0", func(f *facts) { f.silent, f.completeness.Stale = true, 2 }, reports.Fail, "2 with an effect", ""},
		{"stale effects", "stale-effects = 0", func(f *facts) { f.completeness.Stale = 1 }, reports.Fail, "1", ""},
		{"no stale effects", "stale-effects = 0", nil, reports.Pass, "0", ""},

		{"effects in time", "genuine: p99(effect_lag) <= 1s", lagging(500, 600, 0), reports.Pass, "500.223 to 600.063 ms", ""},
		{"effects too late", "genuine: p99(effect_lag) <= 400ms", lagging(500, 600, 0), reports.Fail, "500.223 to 600.063 ms", ""},
		{"effects too late in the mean", "genuine: mean(effect_lag) <= 400ms", lagging(500, 600, 0), reports.Fail, "ms", ""},
		{"between two looks", "genuine: p99(effect_lag) <= 550ms", lagging(500, 600, 0), reports.NotObserved, "ms", "between 500.223 ms and 600.063 ms: the two looks that an effect came between were 100 ms apart"},
		{"a few without effect", "genuine: p99(effect_lag) <= 1s", lagging(500, 600, 1), reports.Pass, "ms", ""},
		{"the slowest without effect", "genuine: max(effect_lag) <= 3s", lagging(500, 600, 1), reports.NotObserved, "ms", "1 of 1001 events that were looked at had no effect in the end"},
		{"the mean without effect", "genuine: mean(effect_lag) <= 1s", lagging(500, 600, 1), reports.NotObserved, "ms", "had no effect in the end"},
		{"many without effect", "genuine: p99(effect_lag) <= 2.5s", lagging(500, 600, 20), reports.NotObserved, "more than 2000.895 ms", "20 of 1020 events that were looked at had no effect in the end: it took at least 2000"},
		{"waited for longer than the limit", "genuine: p99(effect_lag) <= 1s", lagging(500, 600, 20), reports.Fail, "ms", ""},
		{"few effects", "genuine: p99.9(effect_lag) <= 1s", lagging(500, 600, 0), reports.Pass, "ms", "n too small: of 1000"},
		{"effects of a starved machine", "genuine: p99(effect_lag) <= 400ms", func(f *facts) { lagging(500, 600, 0)(f); crowd(f, 0.97, 0.37) }, reports.Blocked, "ms", "were 97 % busy"},
		{"no effect seen", "genuine: p99(effect_lag) <= 1s", nil, reports.NotObserved, "", "no probe"},

		{"no growth", "backlog-growth <= 5%", growing(0.2, 1), reports.Pass, "0.2 % ± 1", ""},
		{"growth", "backlog-growth <= 5%", growing(80, 3), reports.Fail, "80 % ± 3", ""},
		{"growth or not", "backlog-growth <= 5%", growing(4, 3), reports.NotObserved, "4 % ± 3", "too short to tell"},
		{"shrinking", "backlog-growth <= 5%", growing(-20, 3), reports.Pass, "no growth seen (-20 % ± 3)", ""},
		{"exactly none, perhaps", "backlog-growth = 0%", growing(0.2, 1), reports.NotObserved, "0.2 % ± 1", "too short to tell"},
		{"growth of a starved machine", "backlog-growth <= 5%", func(f *facts) { growing(80, 3)(f); f.generator.used.cpu = 0.93 }, reports.Blocked, "80 % ± 3", "93 % of its processors"},
		{"growth unseen", "backlog-growth <= 5%", nil, reports.NotObserved, "", "no probe"},
		{"growth of a short run", "backlog-growth <= 5%", func(f *facts) { growing(0, 0)(f); f.drain.GrowthReason = "too short" }, reports.NotObserved, "", "too short"},

		{"lag makes the difference", "genuine: p99(response) <= 100ms", func(f *facts) { f.generator.lag = 5 * time.Millisecond }, reports.Blocked, "ms", "generator-limited: its own delays"},
		{"lag, but the cap was reached", "genuine: p99(response) <= 100ms", func(f *facts) { f.generator.lag, f.generator.maxInFlight = 5*time.Millisecond, 64 }, reports.Fail, "ms", ""},
		{"lag is not in service", "genuine: p99(service) <= 99ms", func(f *facts) { f.generator.lag = 5 * time.Millisecond }, reports.Fail, "ms", ""},
		{"lag does not make the difference", "genuine: p99(response) <= 50ms", func(f *facts) { f.generator.lag = 5 * time.Millisecond }, reports.Fail, "ms", ""},
		{"slow scheduler", "genuine: p99(service) <= 99ms", func(f *facts) { f.generator.used.sched = 3 * time.Millisecond }, reports.Blocked, "ms", "its own delays"},
		{"no CPU left", "genuine: p99(service) <= 50ms", func(f *facts) { f.generator.used.cpu = 0.93 }, reports.Blocked, "ms", "93 % of its processors"},
		{"no CPU left, yet met", "genuine: p99(service) <= 250ms", func(f *facts) { f.generator.used.cpu = 0.93 }, reports.Pass, "ms", ""},
		{"garbage collection", "genuine: p99(service) <= 50ms", func(f *facts) { f.generator.used.gc = 0.2 }, reports.Blocked, "ms", "garbage collection took 20 %"},
		{"instrument wrong", "genuine: p99(service) <= 50ms", func(f *facts) { f.generator.little = 0.2 }, reports.Blocked, "ms", "Little's law is off by 20 %"},
		{"unsent with room", "unsent = 0", func(f *facts) { f.unsent = 4 }, reports.Blocked, "4", "only 30 of 64 were in flight"},
		{"unsent at the cap", "unsent = 0", func(f *facts) { f.unsent, f.generator.maxInFlight = 4, 64 }, reports.Fail, "4", ""},
		{"unsent at the cap of a starved generator", "unsent = 0", func(f *facts) {
			f.unsent, f.generator.maxInFlight, f.generator.used.cpu = 4, 64, 0.93
		}, reports.Blocked, "4", "93 % of its processors"},
		{"unsent on a crowded machine", "unsent = 0", func(f *facts) {
			crowd(f, 0.97, 0.37)
			f.unsent, f.generator.maxInFlight = 4, 64
		}, reports.Blocked, "4", "were 97 % busy, 37 % with sending"},
		{"unsent beside a machine with room", "unsent = 0", func(f *facts) {
			crowd(f, 0.7, 0.37)
			f.unsent, f.generator.maxInFlight = 4, 64
		}, reports.Fail, "4", ""},
		{"slow on a crowded machine", "genuine: p99(service) <= 50ms", func(f *facts) { crowd(f, 0.97, 0.37) }, reports.Blocked, "ms", "were 97 % busy"},
		{"slow on a machine that others crowd", "genuine: p99(service) <= 50ms", func(f *facts) { crowd(f, 0.97, 0.05) }, reports.Fail, "ms", ""},
		{"slow on another machine", "genuine: p99(service) <= 50ms", func(f *facts) {
			crowd(f, 0.97, 0.37)
			f.generator.sameHost = false
		}, reports.Fail, "ms", ""},
		{"quick on a crowded machine", "genuine: p99(service) <= 250ms", func(f *facts) { crowd(f, 0.97, 0.37) }, reports.Pass, "ms", ""},
		{"no ports", "genuine: errors = 0", func(f *facts) { f.classes[Genuine].right, f.classes[Genuine].failures[noPorts] = 990, 10 }, reports.Blocked, "10 of 1000 (1 %)", "could not send 10"},
		{"no ports and errors", "genuine: errors = 0", func(f *facts) { f.classes[Genuine].right, f.classes[Genuine].failures[noFiles] = 989, 10 }, reports.Fail, "11 of 1000 (1.1 %)", ""},
		{"forgery on a starved generator", "forged: accepted = 0", func(f *facts) { f.generator.used.cpu, f.classes[Forged].accepted = 0.99, 1 }, reports.Fail, "1 of 50 (2 %)", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := healthy()
			if tt.change != nil {
				tt.change(&f)
			}
			got, excuses := f.judge(objective(t, tt.objective))
			if got.Verdict != tt.verdict || !strings.HasSuffix(got.Value, tt.value) || !strings.Contains(got.Reason, tt.reason) || tt.reason == "" && got.Reason != "" {
				t.Errorf("%+v", got)
			}
			if (excuses != nil) != (tt.verdict == reports.Blocked) || got.Text != tt.objective {
				t.Errorf("%+v, excuses %q", got, excuses)
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	list := func(verdicts ...reports.Verdict) (all []reports.Objective) {
		for _, v := range verdicts {
			all = append(all, reports.Objective{Text: "o", Verdict: v})
		}
		return all
	}
	tests := []struct {
		objectives  []reports.Objective
		short       string
		interrupted bool
		want        reports.Verdict
		reason      string
	}{
		{list(reports.Pass, reports.Pass), "", false, reports.Pass, ""},
		{list(reports.Pass, reports.NotObserved), "", false, reports.Pass, "not observed: o"},
		{list(reports.NotObserved), "", false, reports.NotObserved, "not observed: o"},
		{list(reports.Pass, reports.Pass), "too short", false, reports.NotObserved, "too short"},
		{list(reports.Pass, reports.NotObserved), "too short", false, reports.NotObserved, "too short; not observed: o"},
		{list(reports.Pass, reports.Fail), "too short", false, reports.Fail, "missed: o"},
		{list(reports.Pass, reports.Blocked), "too short", false, reports.Blocked, "generator-limited: busy"},
		{list(reports.Blocked, reports.Fail, reports.Fail), "", false, reports.Fail, "missed: o; o"},
		{list(reports.Pass), "too short", true, reports.NotObserved, "interrupted"},
		{list(reports.Fail), "", true, reports.Fail, "interrupted; missed: o"},
	}
	for _, tt := range tests {
		if got, reason := verdict(tt.objectives, []string{"busy"}, tt.short, tt.interrupted); got != tt.want || reason != tt.reason {
			t.Errorf("%v, %q, interrupted %v: %s, %q", tt.objectives, tt.short, tt.interrupted, got, reason)
		}
	}
}

func TestTooShort(t *testing.T) {
	tests := []struct {
		name       string
		sent       [classes]int
		objectives []string
		want       string
	}{
		{"enough", [classes]int{Genuine: 100, Duplicate: 1, Forged: 1}, []string{"genuine: p99(response) <= 1s", "duplicate: errors = 0", "forged: accepted = 0", "forged-effects = 0"}, ""},
		{"few genuine", [classes]int{Genuine: 99, Duplicate: 1, Forged: 1}, []string{"unsent = 0"}, "too short to tell: 99 genuine deliveries of at least 100"},
		{"a finer quantile", [classes]int{Genuine: 999, Duplicate: 0, Forged: 0}, []string{"genuine: p99.9(service) <= 1s"}, "too short to tell: 999 genuine deliveries of at least 1000"},
		{"none forged", [classes]int{Genuine: 100, Duplicate: 0, Forged: 0}, []string{"forged: accepted = 0"}, "too short to tell: 0 forged deliveries of at least 1"},
		{"none forged had an effect", [classes]int{Genuine: 100, Duplicate: 0, Forged: 0}, []string{"forged-effects = 0"}, "too short to tell: 0 forged deliveries of at least 1"},
		{"nobody asks", [classes]int{Genuine: 100, Duplicate: 0, Forged: 0}, []string{"lost = 0"}, ""},
		{"several", [classes]int{Genuine: 3, Duplicate: 0, Forged: 9}, []string{"duplicate: errors = 0", "forged: p90(response) <= 1s"},
			"too short to tell: 3 genuine deliveries of at least 100, 0 duplicate deliveries of at least 1, 9 forged deliveries of at least 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := healthy()
			for c, n := range tt.sent {
				f.classes[c].sent = n
			}
			var list []scenarios.Objective
			for _, text := range tt.objectives {
				list = append(list, objective(t, text))
			}
			if got := f.tooShort(list); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	f := healthy()
	draining(0)(&f)
	if got := f.tooShort([]scenarios.Objective{objective(t, "lost = 0")}); got != "12 acknowledged events still waited for their effect in the end" {
		t.Errorf("got %q", got)
	}
	if got := f.tooShort([]scenarios.Objective{objective(t, "unsent = 0")}); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestUsage(t *testing.T) {
	from := usage{at: time.Unix(0, 0), cpu: time.Second, gc: 1, queues: &metrics.Float64Histogram{Counts: []uint64{5, 5, 5}, Buckets: []float64{0, 1e-6, 1e-3, 1}}}
	to := usage{at: time.Unix(10, 0), cpu: 6 * time.Second, gc: 2, queues: &metrics.Float64Histogram{Counts: []uint64{1005, 5, 10}, Buckets: from.queues.Buckets}}
	if got := from.until(to, 2); got != (used{cpu: 0.25, gc: 0.05, sched: time.Microsecond}) {
		t.Errorf("%+v", got)
	}
	to.queues.Counts[2] = 105
	if got := from.until(to, 2); got.sched != time.Second {
		t.Errorf("%+v", got)
	}
	to.queues.Counts[2] = 10
	to.machine = machine{busy: 90, total: 100}
	if got := from.until(to, 2); got.machine != 0.9 {
		t.Errorf("%+v", got)
	}
	if got := from.until(from, 2); got != (used{}) {
		t.Errorf("nothing used is %+v", got)
	}
	if u := readUsage(); u.cpu <= 0 || u.queues == nil {
		t.Errorf("%+v", u)
	}
}
