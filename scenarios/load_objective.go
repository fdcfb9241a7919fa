package scenarios

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
)

// A Metric is what an objective limits.
type Metric string

const (
	MetricQuantile Metric = "p"    // with Quantile and Clock
	MetricMean     Metric = "mean" // with Clock
	MetricMax      Metric = "max"  // with Clock
	MetricErrors   Metric = "errors"
	MetricAccepted Metric = "accepted"

	MetricUnsent        Metric = "unsent"
	MetricLost          Metric = "lost"
	MetricDoubled       Metric = "doubled"
	MetricForgedEffects Metric = "forged-effects"
	MetricStaleEffects  Metric = "stale-effects"
	MetricUnacked       Metric = "unacked"
	MetricAmplification Metric = "amplification"
	MetricBacklogGrowth Metric = "backlog-growth"
)

// runMetrics are those of the whole run.
var runMetrics = []Metric{
	MetricUnsent, MetricLost, MetricDoubled, MetricForgedEffects, MetricStaleEffects, MetricUnacked, MetricAmplification, MetricBacklogGrowth,
}

// Metrics lists every metric, as it is written, with its meaning.
var Metrics = map[string]string{
	"p99(response)":  "of a class: 99 % were answered within this time of their intended start; any p, also service",
	"mean(response)": "of a class: the mean; also service",
	"max(response)":  "of a class: the longest; also service",
	"errors":         "of a class: deliveries that did not get the answer their class asks for, as a number or in %; one that was asked for later (429 or 503 with Retry-After) is none if its event is acknowledged in the end",
	"accepted":       "of a class: deliveries answered 2xx, as a number or in %",
	"unsent":         "of the run: planned deliveries that were not sent in their window",
	"lost":           "of the run: acknowledged events without an effect",
	"doubled":        "of the run: events with more than one effect",
	"forged-effects": "of the run: forged deliveries that had an effect",
	"stale-effects":  "of the run: stale deliveries that had an effect",

	"mean(effect_lag)": "of genuine: the mean time from an acknowledgement to the effect; any p, also max",
	"unacked":          "of the run: events that were never acknowledged, not even when they were sent again",
	"amplification":    "of the run: deliveries sent, those sent again included, for each that was planned",
	"backlog-growth":   "of the run: by how much the events that wait for their effect grow, in % of those acknowledged meanwhile",
}

// Clocks an objective may name.
const (
	ClockResponse = "response" // from the intended start: what a producer sees
	ClockService  = "service"  // from the actual start: what hides a stalled receiver
	// ClockEffectLag runs from the acknowledgement to the effect. Only probes tell it.
	ClockEffectLag = "effect_lag"
)

// Unit is the unit of an objective's limit.
type Unit string

const (
	UnitCount   Unit = "count"
	UnitPercent Unit = "%"
	UnitTime    Unit = "ms"
	UnitRatio   Unit = "times"
)

// An Objective is one load requirement, such as
// "genuine: p99(response) <= 250ms" or "lost = 0".
type Objective struct {
	Class    string // empty: of the whole run
	Metric   Metric
	Quantile float64 // 0.99 of p99
	Clock    string  // of a latency
	Op       string  // <=, <, =, >=, >
	Limit    float64 // in Unit; times in milliseconds
	Unit     Unit
	text     string
}

// String is the objective as it was written, with single spaces.
func (o Objective) String() string { return o.text }

// Latency reports whether the objective limits a time.
func (o Objective) Latency() bool { return o.Unit == UnitTime }

// About is the class whose deliveries the objective needs; empty: any.
func (o Objective) About() string {
	switch o.Metric {
	case MetricForgedEffects:
		return ClassForged
	case MetricStaleEffects:
		return ClassStale
	}
	return o.Class
}

// Holds reports whether a value, in the objective's unit, meets it.
func (o Objective) Holds(value float64) bool {
	switch o.Op {
	case "<=":
		return value <= o.Limit
	case "<":
		return value < o.Limit
	case ">=":
		return value >= o.Limit
	case ">":
		return value > o.Limit
	}
	return value == o.Limit
}

var objectiveForm = regexp.MustCompile(`^(?:\s*([^:<>=]*?)\s*:)?\s*([^:<>=]*?)\s*(<=|>=|=|<|>)\s*([^<>=]*?)\s*$`)

// ParseObjective reads an objective. The error says what was expected, and the
// nearest name where one is unknown.
func ParseObjective(text string) (Objective, error) {
	m := objectiveForm.FindStringSubmatch(text)
	if m == nil {
		return Objective{}, fmt.Errorf(`objective %q: write "genuine: p99(response) <= 250ms", "forged: accepted = 0" or "lost = 0"`, text)
	}
	o := Objective{Class: m[1], Op: m[3]}
	if strings.Contains(text, ":") && !slices.Contains(LoadClasses, o.Class) {
		return o, fmt.Errorf("objective %q: %w", text, nearest.Unknown("class", o.Class, LoadClasses))
	}
	if err := o.readMetric(m[2]); err != nil {
		return o, fmt.Errorf("objective %q: %w", text, err)
	}
	if err := o.readLimit(m[4]); err != nil {
		return o, fmt.Errorf("objective %q: %w", text, err)
	}
	o.text = fmt.Sprintf("%s %s %s", m[2], m[3], m[4])
	if o.Class != "" {
		o.text = o.Class + ": " + o.text
	}
	return o, nil
}

var latencyForm = regexp.MustCompile(`^(?:(mean|max)|p([0-9]{1,2}(?:\.[0-9]{1,3})?))\((\w+)\)$`)

func (o *Objective) readMetric(text string) error {
	ofClass := true
	switch m := latencyForm.FindStringSubmatch(text); {
	case m != nil:
		o.Metric, o.Clock = Metric(m[1]), m[3]
		if m[2] != "" {
			q, err := strconv.ParseFloat(m[2]+"e-2", 64) // dividing would make 0.9990000000000001 of p99.9
			if err != nil || q == 0 {
				return fmt.Errorf("p%s is no quantile (write p50, p99, p99.9)", m[2])
			}
			o.Metric, o.Quantile = MetricQuantile, q
		}
		if clocks := []string{ClockResponse, ClockService, ClockEffectLag}; !slices.Contains(clocks, o.Clock) {
			return nearest.Unknown("clock", o.Clock, clocks)
		}
		if o.Clock == ClockEffectLag && o.Class != "" && o.Class != ClassGenuine {
			return fmt.Errorf("effects are timed of genuine deliveries, not of %s", o.Class)
		}
	case text == string(MetricErrors), text == string(MetricAccepted):
		o.Metric = Metric(text)
	case slices.Contains(runMetrics, Metric(text)):
		o.Metric, ofClass = Metric(text), false
	default:
		return nearest.Unknown("metric", text, metricNames())
	}
	switch {
	case ofClass && o.Class == "":
		return fmt.Errorf(`%s is of a class: write "genuine: %s …"`, text, text)
	case !ofClass && o.Class != "":
		return fmt.Errorf("%s is of the whole run, not of a class", text)
	}
	return nil
}

func metricNames() []string {
	names := make([]string, 0, len(Metrics))
	for name := range Metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (o *Objective) readLimit(text string) error {
	if o.Clock != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is no time (write 250ms, 1.5s)", text)
		}
		o.Limit, o.Unit = float64(d)/float64(time.Millisecond), UnitTime
		return nil
	}
	number, percent := strings.CutSuffix(text, "%")
	share := o.Class != "" || o.Metric == MetricBacklogGrowth
	o.Unit = UnitCount
	switch {
	case percent && !share:
		return fmt.Errorf("%s is a number, not a share", o.Metric)
	case percent:
		o.Unit = UnitPercent
	case o.Metric == MetricBacklogGrowth:
		return fmt.Errorf("%s is a share: write %s %s 5%%", o.Metric, o.Metric, o.Op)
	case o.Metric == MetricAmplification:
		o.Unit = UnitRatio
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	switch {
	case err != nil || !(v >= 0) || percent && v > 100:
		return fmt.Errorf("%q is no limit (write 0, 10 or 0.1%%)", text)
	case math.IsInf(v, 0):
		return fmt.Errorf("%q is no limit", text)
	case o.Unit == UnitCount && v != float64(int64(v)):
		return fmt.Errorf("%q: a number of deliveries is whole; a share is written in %%", text)
	}
	o.Limit = v
	return nil
}
