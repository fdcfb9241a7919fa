package main

import (
	"fmt"
	"time"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

const (
	costLasts       = 3 * time.Second
	costConnections = 32
)

// costPaths says where each generator sends: those that do not sign would be
// refused where signatures are verified.
var costPaths = []struct{ tool, path string }{
	{hookassayName, endpoint.Verifying},
	{plainName, endpoint.Verifying},
	{autocannonName, endpoint.Verifying},
	{wrkName, endpoint.Open},
}

// The aims of hookassay ÷ another.
var (
	cpuAims  = map[string]string{plainName: "≤ 0.45"}
	rateAims = map[string]string{plainName: "≥ 1.6", wrkName: "≥ 0.75"}
)

func showCost(b *bench) error {
	cpu, rate := map[string]series{}, map[string]series{}
	for round := range b.rounds {
		progress("cost: round %d of %d", round+1, b.rounds)
		for i := range costPaths {
			at := costPaths[(i+round)%len(costPaths)] // none is always first
			t := b.tool(at.tool)
			if t.absent != "" {
				continue
			}
			o, err := b.measure(t, job{path: at.path, inFlight: costConnections, lasts: costLasts})
			if err != nil {
				return err
			}
			cpu[t.name] = append(cpu[t.name], o.micros())
			rate[t.name] = append(rate[t.name], o.seen.Rate)
		}
	}
	fmt.Printf("CPU time of the generator, µs a delivery: a closed loop of %d connections\n", costConnections)
	b.costTable(cpu, "%.1f", cpuAims)
	fmt.Printf("Throughput, deliveries a second that arrived: the same runs. The receiver verifies signatures, but not for wrk\n")
	b.costTable(rate, "%.0f", rateAims)
	return nil
}

func (b *bench) costTable(figures map[string]series, verb string, aims map[string]string) {
	t := newTable("generator", "median (least–greatest)", "hookassay ÷ it", "aim")
	for _, at := range costPaths {
		name := at.tool
		if absent := b.tool(name).absent; absent != "" {
			t.row(name, "not installed: "+absent, "", aims[name])
			continue
		}
		ratio := ""
		if name != hookassayName {
			ratio = figures[hookassayName].over(figures[name]).spread("%.2f")
		}
		t.row(name, figures[name].spread(verb), ratio, aims[name])
	}
	t.print()
}

// tool finds a tool by its name, which is one of this package's constants.
func (b *bench) tool(name string) *tool {
	for _, t := range b.tools {
		if t.name == name {
			return t
		}
	}
	panic("no tool is called " + name)
}
