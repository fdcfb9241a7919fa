package load

import (
	"fmt"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// gates lists what the sending side must keep to, as it was. A breach makes a
// run invalid only where it can have caused a miss.
func (g generator) gates() []reports.Gate {
	all := []reports.Gate{
		shareGate("CPU", g.used.cpu, maxCPU),
		shareGate("garbage collection", g.used.gc, maxGC),
		shareGate("throttled by its control group", g.used.throttled, maxThrottled),
		timeGate("p99 wait for a processor", g.used.sched, maxSched),
		timeGate("p99 signing", g.prep, maxPrep),
		shareGate("Little's law, deviation", g.little, maxLittleError),
		{Name: "deliveries that this machine could not send", Value: fmt.Sprint(g.ours), Limit: "0", Kept: g.ours == 0},
	}
	if !g.capped() { // else the receiver makes deliveries late
		all = append(all, timeGate("p99 lag", g.lag, maxLag))
	}
	if g.sameHost && g.used.machine > 0 {
		all = append(all, shareGate("processors shared with the receiver", g.used.machine, maxMachine))
	}
	return all
}

func shareGate(name string, value, limit float64) reports.Gate {
	return reports.Gate{Name: name, Value: fmt.Sprintf("%.1f %%", 100*value), Limit: fmt.Sprintf("%.0f %%", 100*limit), Kept: value <= limit}
}

func timeGate(name string, value, limit time.Duration) reports.Gate {
	return reports.Gate{Name: name, Value: fmt.Sprintf("%v ms", ms(value)), Limit: fmt.Sprintf("%v ms", ms(limit)), Kept: value <= limit}
}
