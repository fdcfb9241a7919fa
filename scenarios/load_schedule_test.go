package scenarios

import (
	"math"
	"strings"
	"testing"
	"time"
)

// readLoad parses goodLoad with one piece of it replaced.
func readLoad(t *testing.T, old, new string) (LoadScenario, error) {
	t.Helper()
	if strings.Count(goodLoad, old) != 1 {
		t.Fatalf("%q does not stand once in the file", old)
	}
	return parseLoad("own.yaml", []byte(strings.Replace(goodLoad, old, new, 1)))
}

const goodSchedule = "{constant: {rate: 10/s, for: 2s}}"

func readSchedule(t *testing.T, text string) (LoadSchedule, error) {
	t.Helper()
	s, err := readLoad(t, goodSchedule, text)
	return s.Schedule, err
}

// goodSchedules is one of every kind, with what follows from it.
var goodSchedules = []struct {
	text, says string
	lasts      time.Duration
	peak, mass float64
}{
	{"{constant: {rate: 90/m, for: 2m}}", "constant 90/m for 2m0s", 2 * time.Minute, 1.5, 180},
	{"{constant: {rate: 10/s, for: 2s}, arrivals: even}", "constant 10/s for 2s", 2 * time.Second, 10, 20},
	{"{constant: {rate: 10/s, for: 2s}, arrivals: poisson}", "constant 10/s for 2s, Poisson arrivals", 2 * time.Second, 10, 20},
	{"{ramp: {from: 10/s, to: 50/s, for: 10s}}", "ramp from 10/s to 50/s in 10s", 10 * time.Second, 50, 300},
	{"{ramp: {from: 50/s, to: 60/m, for: 10s}}", "ramp from 50/s to 60/m in 10s", 10 * time.Second, 50, 255},
	{"{steps: {rates: [10/s, 30/s, 20/s], each: 5s}}", "steps 10/s, 30/s, 20/s, each 5s", 15 * time.Second, 30, 300},
	{"{spike: {base: 10/s, peak: 100/s, after: 2s, lasts: 1s, for: 10s}}", "spike from 10/s to 100/s after 2s for 1s, 10s in all", 10 * time.Second, 100, 190},
	{"{spike: {base: 100/s, peak: 10/s, after: 2s, lasts: 8s, for: 10s}}", "spike from 100/s to 10/s after 2s for 8s, 10s in all", 10 * time.Second, 100, 280},
	{"{soak: {rate: 10/s, rise: 4s, for: 10s}}", "soak 10/s for 10s, risen to in 4s", 10 * time.Second, 10, 80},
	{"{soak: {rate: 10/s, rise: 0s, for: 10s}}", "soak 10/s for 10s", 10 * time.Second, 10, 100},
	{"{soak: {rate: 10/s, for: 10s}}", "soak 10/s for 10s", 10 * time.Second, 10, 100},
	{"{sine: {mean: 10/s, swing: 5/s, period: 4s, for: 8s}}", "sine of 10/s, 5/s to either side every 4s, for 8s", 8 * time.Second, 15, 80},
	{"{sine: {mean: 10/s, swing: 600/m, period: 4s, for: 2s}}", "sine of 10/s, 600/m to either side every 4s, for 2s", 2 * time.Second, 20, 20 + 40/math.Pi},
	{"{phases: [{rate: 10/s, for: 1s}, {from: 10/s, to: 30/s, for: 2s}], arrivals: poisson}", "10/s for 1s, then 10/s to 30/s in 2s, Poisson arrivals", 3 * time.Second, 30, 50},
}

func TestGoodSchedules(t *testing.T) {
	for _, tt := range goodSchedules {
		s, err := readSchedule(t, tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if s.String() != tt.says {
			t.Errorf("%s: %s\nwant %s", tt.text, s, tt.says)
		}
		if s.Duration() != tt.lasts || s.Peak() != tt.peak || math.Abs(s.Mass()-tt.mass) > 1e-9 {
			t.Errorf("%s: in %s, at most %v, %v in all; want %s, %v, %v", tt.text, s.Duration(), s.Peak(), s.Mass(), tt.lasts, tt.peak, tt.mass)
		}
	}
}

// badSchedules stand in line 4, from column 11.
var badSchedules = []struct {
	text, want string
	beyond     bool // of what a JSON Schema can say
}{
	{"constant", "own.yaml:4:11: expected a map with constant, ramp, steps, spike, soak, sine, phases, arrivals", false},
	{"{}", "own.yaml:4:11: own: schedule is missing (write constant", false},
	{"{arrivals: poisson}", "schedule is missing", false},
	{"{constnt: {rate: 10/s, for: 2s}}", `own.yaml:4:12: unknown key "constnt"; did you mean "constant"?`, false},
	{"{constant: {rate: 1/s, for: 3s}, ramp: {from: 1/s, to: 2/s, for: 3s}}", "own.yaml:4:51: own: schedule: both constant and ramp; put them behind each other with phases", false},
	{"{constant: {rate: 1/s, for: 3s}, arrivals: posson}", `own.yaml:4:54: own: schedule: unknown arrivals "posson"; did you mean "poisson"?`, false},
	{"{constant: {}}", "own.yaml:4:22: own: schedule: constant: rate is missing (write rate: 200/s)", false},
	{"{constant: {rate: 10/s}}", "schedule: constant: for is 0s", false},
	{"{constant: {rate: 10/s, for: -2s}}", "own.yaml:4:40: own: schedule: constant: for is -2s; it is more than 0 and at most 168h0m0s", false},
	{"{constant: {rate: 10/s, for: 169h}}", "for is 169h0m0s", true},
	{"{constant: {rate: 10/s, for: 9999999h}}", `own.yaml:4:40: "9999999h" is no duration`, true},
	{"{constant: {rate: 99999999999999999999/s, for: 1s}}", "own.yaml:4:29: ", true},
	{"{constant: {rate: 1000/s, for: 60h}}", "schedule: constant 1000/s for 60h0m0s is more than 200000000 deliveries", true},
	{"{ramp: {from: 1/s, for: 1s}}", "own.yaml:4:19: own: schedule: ramp: to is missing", false},
	{"{ramp: {from: 0/s, to: 1/s, for: 1s}}", "own.yaml:4:25: rate 0/s: it is at least 1", false},
	{"{ramp: {rate: 1/s, to: 1/s, for: 1s}}", `own.yaml:4:19: unknown key "rate" here`, false},
	{"{steps: {rates: [], each: 1s}}", "own.yaml:4:27: own: schedule: steps: there are 0 rates; write 1 to 1000", false},
	{"{steps: {rates: [0/s, 1/s], each: 1s}}", "own.yaml:4:28: rate 0/s: it is at least 1", false},
	{"{steps: {rates: [1/s, fast], each: 1s}}", `own.yaml:4:33: "fast" is no rate`, false},
	{"{steps: {rates: [1/s]}}", "schedule: steps: each is 0s", false},
	{"{spike: {base: 1/s, after: 1s, lasts: 1s, for: 3s}}", "schedule: spike: peak is missing", false},
	{"{spike: {peak: 1/s, after: 1s, lasts: 1s, for: 3s}}", "schedule: spike: base is missing", false},
	{"{spike: {base: 1/s, peak: 2/s, lasts: 1s, for: 3s}}", "schedule: spike: after is 0s", false},
	{"{spike: {base: 1/s, peak: 2/s, after: 2s, lasts: 2s, for: 3s}}", "own.yaml:4:69: own: schedule: spike: after (2s) and lasts (2s) do not fit into for (3s)", true},
	{"{spike: {base: 1/s, peak: 1/s, after: 2500000h, lasts: 2500000h, for: 3s}}", "schedule: spike: after is 2500000h0m0s", true},
	{"{soak: {rise: 1s, for: 3s}}", "schedule: soak: rate is missing", false},
	{"{soak: {rate: 1/s, rise: 3s, for: 3s}}", "own.yaml:4:36: own: schedule: soak: rise is 3s; it is 0s or more, and shorter than for (3s)", true},
	{"{soak: {rate: 1/s, rise: -1s, for: 3s}}", "schedule: soak: rise is -1s", false},
	{"{sine: {mean: 10/s, swing: 11/s, period: 1s, for: 3s}}", "own.yaml:4:38: own: schedule: sine: swing is 11/s, more than the mean of 10/s", true},
	{"{sine: {mean: 10/s, swing: 1/s, for: 3s}}", "schedule: sine: period is 0s", false},
	{"{sine: {mean: 10/s, swing: 1/s, period: 2500000h, for: 3s}}", "schedule: sine: period is 2500000h0m0s", true},
	{"{sine: {mean: 900000/s, swing: 200000/s, period: 1s, for: 1s}}", "schedule: 1.1e+06 deliveries a second are more than 1000000", true},
	{"{phases: []}", "own.yaml:4:20: own: schedule: phases: there are 0; write 1 to 1000", false},
	{"{phases: [{for: 1s}]}", "own.yaml:4:22: own: schedule: phases: phase 1: rate is missing", false},
	{"{phases: [{rate: 1/s, for: 1s}, {rate: 1/s, from: 1/s, to: 2/s, for: 1s}]}", "own.yaml:4:50: own: schedule: phases: phase 2: both rate and from or to; give one", false},
	{"{phases: [{rate: 1/s, for: 1s}, {from: 1/s, for: 1s}]}", "phase 2: to is missing", false},
	{"{phases: [{rate: 1/s, for: 0s}]}", "own.yaml:4:38: own: schedule: phases: phase 1: for is 0s", true},
	{"{phases: [{rate: 1/s, for: 100h}, {rate: 1/s, for: 100h}]}", "own.yaml:4:20: own: schedule: it takes 200h0m0s; that is at most 168h0m0s", true},
	{"{phases: [{rate: 1/s, for: 2500000h}, {rate: 1/s, for: 2500000h}, {rate: 1/s, for: 124095h}]}", "phase 1: for is 2500000h0m0s", true}, // their sum wraps
}

func TestBadSchedules(t *testing.T) {
	for _, tt := range badSchedules {
		if _, err := readSchedule(t, tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v\nwant %s", tt.text, err, tt.want)
		}
	}
	many := "{steps: {rates: [" + strings.Repeat("1/s, ", maxPhases+1) + "], each: 1s}}"
	if _, err := readSchedule(t, many); err == nil || !strings.Contains(err.Error(), "there are 1001 rates") {
		t.Errorf("%v", err)
	}
}
