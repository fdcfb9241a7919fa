package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const vegetaName = "Vegeta"

// vegeta is the program, as its manual has it.
func (b *bench) vegeta(binary string, err error) *tool {
	t := &tool{name: vegetaName, sends: constant, version: vegetaVersion, read: readResults}
	if err != nil {
		t.missing(err)
		return t
	}
	t.command = func(j job, url string) (*exec.Cmd, error) {
		cmd := exec.Command(binary, "attack", "-rate", fmt.Sprintf("%d/1s", j.rate), "-duration", j.lasts.String(),
			"-max-workers", fmt.Sprint(j.inFlight), "-body", b.file(sampleFile))
		cmd.Stdin = strings.NewReader("POST " + url + "\nContent-Type: application/json\n")
		return cmd, nil
	}
	return t
}

// missing notes why a tool is not there.
func (t *tool) missing(err error) {
	t.absent = err.Error()
	t.version = "not installed: " + t.absent
}

// readResults reads Vegeta's results as its reports do: latencies with its own
// estimator. The lag of hit n is its time stamp against n/rate, from the origin
// that is kindest to it: the one by which no hit came early.
func readResults(j job, stdout []byte) (said, error) {
	decoder := vegeta.DecoderFor(bytes.NewReader(stdout))
	if decoder == nil {
		return said{}, errors.New("no results")
	}
	var (
		metrics vegeta.Metrics
		offsets []time.Duration
		epoch   time.Time
	)
	for {
		var r vegeta.Result
		err := decoder.Decode(&r)
		if err == io.EOF {
			break
		}
		if err != nil {
			return said{}, err
		}
		if r.Code != http.StatusAccepted {
			return said{}, fmt.Errorf("hit %d was answered %d %s", r.Seq, r.Code, r.Error)
		}
		if epoch.IsZero() {
			epoch = r.Timestamp
		}
		intended := time.Duration(float64(r.Seq) / float64(j.rate) * float64(time.Second))
		offsets = append(offsets, r.Timestamp.Sub(epoch)-intended)
		metrics.Add(&r)
	}
	q := func(p float64) float64 { return millis(metrics.Latencies.Quantile(p)) }
	return said{p50: q(0.5), p99: q(0.99), p999: q(0.999), lag: millis(lagQuantile(offsets, 0.99))}, nil
}

// lagQuantile is a quantile of the offsets beyond the least. It sorts them.
func lagQuantile(offsets []time.Duration, q float64) time.Duration {
	if len(offsets) == 0 {
		return 0
	}
	slices.Sort(offsets)
	rank := int(math.Ceil(q * float64(len(offsets))))
	return offsets[max(rank, 1)-1] - offsets[0]
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
