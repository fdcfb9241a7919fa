package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

const hookassayName = "hookassay"

// flatOut is a rate that nothing here keeps up with: every delivery is due
// already, so that the loop is closed by the cap on those in flight.
const flatOut = 200_000

// ourScenario is written for every job.
const ourScenario = `name: bench
title: What others are compared with
why: Only genuine deliveries, as others send them.
schedule:
  constant: {rate: %d/s, for: %s}
mix: {genuine: 1}
in_flight: %d
objectives: ["genuine: errors = 0"]
`

func (b *bench) hookassay(binary string) *tool {
	return &tool{
		name: hookassayName, sends: signed, version: "this tree", verdicts: true, read: readReport,
		command: func(j job, url string) (*exec.Cmd, error) {
			file := b.file("bench.yaml")
			scenario := fmt.Sprintf(ourScenario, cmp.Or(j.rate, flatOut), j.lasts, j.inFlight)
			if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
				return nil, err
			}
			cmd := exec.Command(binary, "load", file, "--target", url, "--scheme", "standard-webhooks",
				"--secret-env", endpoint.SecretEnv, "--events", b.file(sampleFile), "--events-set", "/data/id=in_{canary}",
				"--format", "json", "--quiet")
			cmd.Env = append(os.Environ(), endpoint.SecretEnv+"="+secret)
			cmd.Dir = b.dir // where there is no hookassay.yaml
			return cmd, nil
		},
	}
}

// readReport reads report.json. The response clock is the one that objectives
// are about.
func readReport(_ job, stdout []byte) (said, error) {
	r, err := reports.Read(bytes.NewReader(stdout))
	if err != nil {
		return said{}, err
	}
	for _, l := range r.Load {
		for _, c := range l.Classes {
			if c.Class == scenarios.ClassGenuine && c.Sent == c.Right {
				return said{p50: c.Response.P50, p99: c.Response.P99, p999: c.Response.P999, lag: l.Lag.P99}, nil
			}
		}
	}
	return said{}, fmt.Errorf("no load run in which every delivery was answered as it should: %s %v", r.Verdict, r.ExitReasons)
}
