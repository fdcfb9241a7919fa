package main

import (
	"fmt"
	"time"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

// A trial is a receiver whose response times are known.
type trial struct {
	title string
	job   job
	// truth is what an honest generator reports, in milliseconds.
	truth func(endpoint.Seen) said
}

var trials = []trial{
	{
		title: "A receiver that waits 20 ms and an exponential time of mean 60 ms, as it measured itself",
		job:   job{path: endpoint.Spread, rate: 500, inFlight: 1_024, lasts: 20 * time.Second},
		truth: func(s endpoint.Seen) said { return said{p50: s.P50, p99: s.P99, p999: s.P999} },
	},
	{
		title: fmt.Sprintf("A receiver that takes %s, and stalls %s of every %s: what users of an even schedule wait",
			endpoint.StallBase, endpoint.StallFor, endpoint.StallEvery),
		job: job{path: endpoint.Stalling, rate: 500, inFlight: 1_024, lasts: 2 * endpoint.StallEvery},
		truth: func(s endpoint.Seen) said {
			base := time.Duration(s.P50 * float64(time.Millisecond)) // most deliveries fall into no stall
			q := func(p float64) float64 { return millis(endpoint.StalledQuantile(p, base)) }
			return said{p50: q(0.5), p99: q(0.99), p999: q(0.999)}
		},
	},
}

var truthTools = []string{hookassayName, vegetaName, autocannonName}

// showTruth plays one round: what is compared stands in the same run.
func showTruth(b *bench) error {
	for _, tr := range trials {
		fmt.Printf("%s. Response times in ms, reported / true (off by); %d/s for %s. Aim: within 2 %%\n", tr.title, tr.job.rate, tr.job.lasts)
		t := newTable("generator", "p50", "p99", "p99.9")
		for _, name := range truthTools {
			tool := b.tool(name)
			if tool.absent != "" {
				t.row(name, "not installed: "+tool.absent)
				continue
			}
			progress("truth: %s, %s", tr.job.path, name)
			o, err := b.measure(tool, tr.job)
			if err != nil {
				return err
			}
			truth := tr.truth(o.seen)
			t.row(name, beside(o.said.p50, truth.p50), beside(o.said.p99, truth.p99), beside(o.said.p999, truth.p999))
		}
		t.print()
	}
	return nil
}

// beside writes a value beside the true one, and by how much it is off.
func beside(reported, truth float64) string {
	return fmt.Sprintf("%.1f / %.1f (%+.1f %%)", reported, truth, 100*(reported/truth-1))
}
