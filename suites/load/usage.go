package load

import (
	"math"
	"runtime/metrics"
	"time"
)

// A usage is what this process has used since it started.
type usage struct {
	at      time.Time
	cpu     time.Duration
	gc      float64 // CPU seconds
	queues  *metrics.Float64Histogram
	machine machine
	held    time.Duration // for which its control group kept it from running
}

// A machine is the time that this machine's processors have spent since it
// started, in ticks: at work for anybody, and in all. Zero: not known.
type machine struct{ busy, total uint64 }

const (
	gcSeconds    = "/cpu/classes/gc/total:cpu-seconds"
	schedLatency = "/sched/latencies:seconds"
)

func readUsage() usage {
	samples := []metrics.Sample{{Name: gcSeconds}, {Name: schedLatency}}
	metrics.Read(samples)
	u := usage{at: time.Now(), cpu: cpuTime(), machine: readMachine(), held: readThrottled()}
	if samples[0].Value.Kind() == metrics.KindFloat64 {
		u.gc = samples[0].Value.Float64()
	}
	if samples[1].Value.Kind() == metrics.KindFloat64Histogram {
		u.queues = samples[1].Value.Float64Histogram()
	}
	return u
}

// used is what was used between two readings.
type used struct {
	cpu       float64       // share of GOMAXPROCS
	gc        float64       // of that, for collecting garbage; nobody waits for it while processors are idle
	sched     time.Duration // p99 of the time a goroutine that could run waited for a processor
	throttled float64       // share of the time for which its control group kept it from running
	machine   float64       // share of this machine's processors that was at work for anybody; 0: not known
}

func (u usage) until(end usage, procs int) used {
	wall, cpu := end.at.Sub(u.at).Seconds(), (end.cpu - u.cpu).Seconds()
	var out used
	if wall > 0 {
		out.cpu = cpu / (wall * float64(procs))
		out.throttled = (end.held - u.held).Seconds() / wall
		out.gc = (end.gc - u.gc) / (wall * float64(procs))
	}
	if total := end.machine.total - u.machine.total; total > 0 {
		out.machine = float64(end.machine.busy-u.machine.busy) / float64(total)
	}
	out.sched = histogramQuantile(u.queues, end.queues, 0.99)
	return out
}

// histogramQuantile is a quantile of what was added between two readings of a
// runtime histogram: the upper bound of its bucket.
func histogramQuantile(from, to *metrics.Float64Histogram, q float64) time.Duration {
	if from == nil || to == nil || len(from.Counts) != len(to.Counts) {
		return 0
	}
	var total uint64
	for i := range to.Counts {
		total += to.Counts[i] - from.Counts[i]
	}
	if total == 0 {
		return 0
	}
	var seen uint64
	for i := range to.Counts {
		seen += to.Counts[i] - from.Counts[i]
		if float64(seen) >= q*float64(total) {
			bound := to.Buckets[i+1]
			if math.IsInf(bound, 1) {
				bound = to.Buckets[i]
			}
			return time.Duration(bound * float64(time.Second))
		}
	}
	return 0
}
