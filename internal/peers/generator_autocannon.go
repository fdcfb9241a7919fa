package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
)

const autocannonName = "autocannon"

func (b *bench) autocannon(module string, err error) *tool {
	t := &tool{name: autocannonName, sends: signed, read: readAutocannon}
	var node string
	if err == nil {
		node, err = b.output("node", "--version")
	}
	if err != nil {
		t.missing(err)
		return t
	}
	t.version = fmt.Sprintf("%s, Node.js %s", autocannonVersion, node)
	t.command = func(j job, url string) (*exec.Cmd, error) {
		what, err := json.Marshal(map[string]any{
			"module": module, "url": url, "connections": j.inFlight, "rate": j.rate,
			"seconds": math.Ceil(j.lasts.Seconds()), "secret": secret, "body": body,
		})
		return exec.Command("node", b.file(autocannonFile), string(what)), err
	}
	return t
}

// readAutocannon reads what autocannon.js prints: its result's own latencies,
// in milliseconds.
func readAutocannon(_ job, stdout []byte) (said, error) {
	var result struct {
		Latency struct {
			P50  float64 `json:"p50"`
			P99  float64 `json:"p99"`
			P999 float64 `json:"p99_9"`
		} `json:"latency"`
		Failed *int `json:"failed"`
	}
	if err := json.Unmarshal(stdout, &result); err != nil {
		return said{}, err
	}
	if result.Failed == nil || *result.Failed > 0 {
		return said{}, fmt.Errorf("deliveries failed: %.200s", stdout)
	}
	return said{p50: result.Latency.P50, p99: result.Latency.P99, p999: result.Latency.P999}, nil
}
