package main

import (
	"fmt"
	"time"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

const (
	lagLasts    = 4 * time.Second
	lagInFlight = 256
)

var lagRates = []int{5_000, 15_000}

// showLag compares how late deliveries start. Vegeta does not sign here, which
// is to its advantage.
func showLag(b *bench) error {
	paths := []struct{ tool, path string }{{hookassayName, endpoint.Verifying}, {vegetaName, endpoint.Open}}
	fmt.Printf("Lag of a fixed schedule, p99 of actual − intended start in ms, and deliveries that were due and did not arrive.\n" +
		"After a stall hookassay catches up at 1.5 times the rate at most, Vegeta in one burst\n")
	t := newTable("rate", "generator", "p99 lag", "hookassay ÷ it", "missing")
	for _, rate := range lagRates {
		lag, missing := map[string]series{}, map[string]int{}
		for round := range b.rounds {
			progress("lag: %d/s, round %d of %d", rate, round+1, b.rounds)
			for i := range paths {
				at := paths[(i+round)%len(paths)]
				if b.tool(at.tool).absent != "" {
					continue
				}
				j := job{path: at.path, rate: rate, inFlight: lagInFlight, lasts: lagLasts}
				o, err := b.measure(b.tool(at.tool), j)
				if err != nil {
					return err
				}
				lag[at.tool] = append(lag[at.tool], o.said.lag)
				missing[at.tool] += max(0, int(float64(rate)*lagLasts.Seconds())-o.seen.Accepted)
			}
		}
		for _, at := range paths {
			if absent := b.tool(at.tool).absent; absent != "" {
				t.row(fmt.Sprintf("%d/s", rate), at.tool, "not installed: "+absent)
				continue
			}
			ratio := ""
			if at.tool != hookassayName {
				ratio = lag[hookassayName].over(lag[at.tool]).spread("%.2f")
			}
			t.row(fmt.Sprintf("%d/s", rate), at.tool, lag[at.tool].spread("%.2f"), ratio, fmt.Sprint(missing[at.tool]))
		}
	}
	t.print()
	return nil
}
