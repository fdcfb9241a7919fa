package main

import (
	"fmt"
	"time"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

// memoryRate is one that a small machine keeps up with.
const memoryRate = 25_000

var memoryCounts = []int{100_000, 3_000_000}

func showMemory(b *bench) error {
	fmt.Printf("Peak resident memory of hookassay at %d/s, %d in flight. Aim: ratio ≤ 1.1\n", memoryRate, costConnections)
	t := newTable("deliveries", "arrived", "MiB", "÷ the first")
	var first float64
	for _, n := range memoryCounts {
		progress("memory: %d deliveries", n)
		lasts := time.Duration(n) * time.Second / memoryRate
		o, err := b.measure(b.tool(hookassayName), job{path: endpoint.Verifying, rate: memoryRate, inFlight: costConnections, lasts: lasts})
		if err != nil {
			return err
		}
		if o.peak == 0 {
			t.row(fmt.Sprint(n), fmt.Sprint(o.seen.Accepted), "not known on this system")
			continue
		}
		peak, ratio := float64(o.peak)/(1<<20), ""
		if first == 0 {
			first = peak
		} else {
			ratio = fmt.Sprintf("%.2f", peak/first)
		}
		t.row(fmt.Sprint(n), fmt.Sprint(o.seen.Accepted), fmt.Sprintf("%.1f", peak), ratio)
	}
	t.print()
	return nil
}
