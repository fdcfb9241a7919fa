package main

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookassay/hookassay/suites/load"
)

// The metrics. Labels are classes and kinds, never ids, addresses or what a
// receiver wrote: their number is bounded whatever it answers.
var (
	deliveriesDesc = metric("deliveries_total", "Deliveries that ended: accepted (answered 2xx), refused (answered otherwise) or error (no answer).", "class", "outcome")
	answersDesc    = metric("answers_total", "Answers by the class of their status.", "class", "code")
	errorsDesc     = metric("errors_total", "Deliveries without an answer, by kind.", "class", "kind")
	responseDesc   = metric("response_seconds", "Time from when a delivery was due to its answer, or to where it was given up.", "class")
	resentDesc     = metric("resent_total", "Attempts after the first, which deliveries_total does not hold.")

	inFlightDesc = metric("in_flight", "Deliveries that wait for their answer.")
	rateDesc     = metric("rate", "Deliveries sent in the last full second.")
	backlogDesc  = metric("backlog", "Acknowledged events without effect, estimated.")
	plannedDesc  = metric("planned", "Deliveries that the plan holds.")
	elapsedDesc  = metric("elapsed_seconds", "Time since the load began.")
)

func metric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("hookassay_"+name, help, labels, nil)
}

// measured collects the state of a load run when it is asked.
type measured struct {
	now atomic.Pointer[load.Status] // nil before anything is sent

	mu      sync.Mutex
	asked   *load.Status // the state that classes are of
	classes []load.ClassStatus
}

// Describe names every metric that there may be.
func (m *measured) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		deliveriesDesc, answersDesc, errorsDesc, responseDesc, resentDesc, inFlightDesc, rateDesc, backlogDesc, plannedDesc, elapsedDesc,
	} {
		ch <- d
	}
}

// Collect sends what is known. What is not known is no metric: a zero would be
// read as a figure.
func (m *measured) Collect(ch chan<- prometheus.Metric) {
	s := m.now.Load()
	if s == nil {
		return
	}
	gauge := func(d *prometheus.Desc, value float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	gauge(inFlightDesc, float64(s.InFlight))
	gauge(elapsedDesc, s.Elapsed.Seconds())
	if s.Elapsed >= time.Second { // before, no second is full
		gauge(rateDesc, s.Rate)
	}
	if s.Backlog >= 0 {
		gauge(backlogDesc, float64(s.Backlog))
	}
	if s.Planned > 0 {
		gauge(plannedDesc, float64(s.Planned))
	}
	if s.Resent > 0 {
		ch <- prometheus.MustNewConstMetric(resentDesc, prometheus.CounterValue, float64(s.Resent))
	}
	for _, c := range m.of(s) {
		collectClass(ch, c)
	}
}

// of asks the run for its classes, once for each state: asking makes it wait,
// and scrapes may come as fast as they like.
func (m *measured) of(s *load.Status) []load.ClassStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked != s && s.Classes != nil {
		m.asked, m.classes = s, s.Classes()
	}
	return m.classes
}

func collectClass(ch chan<- prometheus.Metric, c load.ClassStatus) {
	count := func(d *prometheus.Desc, n int, label string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), c.Class, label)
	}
	failed := 0
	for kind, n := range c.Failures {
		failed += n
		count(errorsDesc, n, kind)
	}
	count(deliveriesDesc, c.Accepted, "accepted")
	count(deliveriesDesc, c.Sent-c.Accepted-failed, "refused")
	count(deliveriesDesc, failed, "error")
	for code, n := range answersByCode(c.Statuses) {
		count(answersDesc, n, code)
	}
	buckets := map[float64]uint64{}
	for i, n := range c.Response {
		buckets[load.StatusBounds[i].Seconds()] = n
	}
	ch <- prometheus.MustNewConstHistogram(responseDesc, uint64(c.Sent), c.Sum.Seconds(), buckets, c.Class)
}

// answersByCode keeps the classes of status that HTTP has and puts a
// receiver's inventions together.
func answersByCode(statuses map[string]int) map[string]int {
	out := map[string]int{}
	for code, n := range statuses {
		switch code {
		case "1xx", "2xx", "3xx", "4xx", "5xx":
			out[code] += n
		default:
			out["other"] += n
		}
	}
	return out
}
