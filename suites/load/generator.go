package load

import (
	"fmt"
	"math"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// Gates of the generator. A breach alone makes nothing invalid: a latency
// objective that is met although the generator added to it is met all the
// same. It matters when an objective is missed that would have been met by a
// healthy generator; that is then the generator's miss, not the receiver's.
const (
	maxCPU         = 0.80 // of GOMAXPROCS
	maxGC          = 0.10 // of GOMAXPROCS
	maxMachine     = 0.90 // of the machine that the receiver shares
	maxOwnShare    = 0.15 // of it: more than that the receiver lacked because of us
	maxLittleError = 0.05
	maxThrottled   = 0.01 // of the time
	maxSched       = time.Millisecond
	maxPrep        = time.Millisecond
	maxLag         = 10 * time.Millisecond
)

// A generator is how the sending side did.
type generator struct {
	used        used
	sameHost    bool // the receiver shares this machine
	inFlightCap int
	maxInFlight int
	little      float64
	lag, prep   time.Duration // p99
	ours        int           // deliveries that this machine could not send
}

func newGenerator(a *attack, sameHost bool, u used) generator {
	ours := a.rec.resent.ours()
	for _, t := range a.rec.classes {
		ours += t.ours()
	}
	return generator{
		ours: ours, used: u, sameHost: sameHost, inFlightCap: a.scenario.InFlight, maxInFlight: a.rec.maxInFlight, little: a.rec.littleError(),
		lag: a.rec.lag.quantile(0.99), prep: a.rec.prep.quantile(0.99),
	}
}

// littleError is |mean in flight ÷ (rate × mean service) − 1|. The window's
// length cancels out. Nothing sent is no error.
func (r *recorder) littleError() float64 {
	var total float64
	for _, t := range append(r.classes[:], r.resent) { // those sent again were in flight, too
		total += float64(t.service.count()) * t.service.h.Mean()
	}
	if total == 0 || r.area == 0 {
		return 0
	}
	return math.Abs(float64(r.area)/float64(time.Microsecond)/total - 1)
}

// capped reports whether the cap on deliveries in flight was reached. With a
// healthy generator that is the receiver's doing.
func (g generator) capped() bool { return g.maxInFlight >= g.inFlightCap }

// crowded says that generator and receiver together had no processor left.
// Which of them was the limit cannot be told then.
func (g generator) crowded() []string {
	if !g.sameHost || g.used.machine <= maxMachine {
		return nil
	}
	return []string{fmt.Sprintf("the processors that the receiver shares with the generator were %.0f %% busy, %.0f %% with sending: send from another machine, or slower",
		100*g.used.machine, 100*g.used.cpu)}
}

// starved says what makes every time that was measured doubtful.
func (g generator) starved() (reasons []string) {
	if g.used.cpu > maxCPU {
		reasons = append(reasons, fmt.Sprintf("the generator used %.0f %% of its processors", 100*g.used.cpu))
	}
	if g.used.gc > maxGC {
		reasons = append(reasons, fmt.Sprintf("garbage collection took %.0f %% of the generator's processors", 100*g.used.gc))
	}
	if g.used.throttled > maxThrottled {
		reasons = append(reasons, fmt.Sprintf("the generator's control group kept it from running for %.0f %% of the time: raise its CPU limit", 100*g.used.throttled))
	}
	if g.ours > 0 {
		reasons = append(reasons, fmt.Sprintf("this machine could not send %d deliveries (no local port, or too many open files)", g.ours))
	}
	if g.little > maxLittleError {
		reasons = append(reasons, fmt.Sprintf("Little's law is off by %.0f %%: the instrument is wrong", 100*g.little))
	}
	return reasons
}

// excusesLatency says why a missed limit on a time may be the generator's
// doing: it was starved, or its own delays make up the difference. Response
// times hold lag and signing; every time holds the wait for a processor. On a
// crowded machine a slow receiver is its own fault if most work was not ours.
func (g generator) excusesLatency(value, limit time.Duration, response bool) []string {
	reasons := g.excusesWork()
	own := g.used.sched
	if response {
		own += g.prep
		if !g.capped() {
			own += g.lag
		}
	}
	if value-own <= limit {
		reasons = append(reasons, fmt.Sprintf("its own delays make up the difference (p99: lag %v ms, signing %v ms, wait for a processor %v ms)",
			ms(g.lag), ms(g.prep), ms(g.used.sched)))
	}
	return reasons
}

// excusesWork says why the receiver may have been slow because of the generator.
func (g generator) excusesWork() []string {
	reasons := g.starved()
	if g.used.cpu > maxOwnShare {
		reasons = append(reasons, g.crowded()...)
	}
	return reasons
}

// excusesUnsent says why deliveries that were not sent may be the generator's
// doing: it was starved, or there was room for them.
func (g generator) excusesUnsent() []string {
	reasons := append(g.starved(), g.crowded()...)
	if g.capped() {
		return reasons
	}
	return append(reasons, fmt.Sprintf("deliveries were not sent although only %d of %d were in flight", g.maxInFlight, g.inFlightCap))
}

// rounded keeps four decimals.
func rounded(v float64) float64 { return math.Round(1e4*v) / 1e4 }

func (g generator) report() reports.Generator {
	return reports.Generator{
		Valid: true, CPUPercent: math.Round(1000*g.used.cpu) / 10,
		MaxInFlight: g.maxInFlight, LittleError: math.Round(1e5*g.little) / 1e5, Gates: g.gates(),
	}
}
