package reports

// Load is the result of one load scenario. Times are in milliseconds.
type Load struct {
	Name         string       `json:"name"`
	Title        string       `json:"title"`
	Verdict      Verdict      `json:"verdict"` // pass, fail, blocked (generator-limited) or not-observed (too short, or interrupted)
	Reason       string       `json:"reason,omitempty"`
	Plan         LoadPlan     `json:"plan"`
	Sent         int          `json:"sent"`
	Unsent       int          `json:"unsent"`
	Seconds      float64      `json:"seconds"` // planned window, or what an interrupted run played of it
	Classes      []LoadClass  `json:"classes"`
	Lag          Quantiles    `json:"lag"`  // actual start − intended: the generator, or its in-flight cap
	Prep         Quantiles    `json:"prep"` // round trip start − actual start: signing
	Objectives   []Objective  `json:"objectives"`
	Completeness Completeness `json:"completeness"`
	Generator    Generator    `json:"generator"`
	Resent       *Resent      `json:"resent,omitempty"` // nil: the producer sent nothing again
	Drain        Drain        `json:"drain"`
	CaughtUp     int          `json:"caught_up"`         // deliveries sent more than 5 ms later than planned; such a backlog is played at catch_up times the rate
	Aborted      string       `json:"aborted,omitempty"` // the rule that ended the run early
	Windows      []Window     `json:"windows"`           // one a second
	Rerun        string       `json:"rerun"`
}

// LoadPlan says what was to be sent.
type LoadPlan struct {
	Schedule     string    `json:"schedule"` // "constant 200/s for 10s"
	Total        int       `json:"total"`
	Rate         float64   `json:"rate"` // mean, a second
	Peak         float64   `json:"peak"` // the highest rate, a second
	InFlight     int       `json:"in_flight_cap"`
	Connections  string    `json:"connections"`         // keep-alive, churn, reuse 100
	AckTimeoutMS int64     `json:"ack_timeout_ms"`      // to a complete answer
	Retries      string    `json:"retries,omitempty"`   // how the producer sends again what was not acknowledged
	Content      []string  `json:"content,omitempty"`   // what was chosen of types, sizes and objects, in words
	Left         []LeftOut `json:"left_out,omitempty"`  // what the scenario asks for and the target cannot be sent
	Rehearsed    int       `json:"rehearsed,omitempty"` // requests that went before, to learn which events have effects
	Digest       string    `json:"digest"`              // sha256 of the compiled plan
}

// LeftOut is a part of a load scenario that could not be played.
type LeftOut struct {
	What   string `json:"what"` // "stale", "sizes"
	Reason string `json:"reason"`
}

// LoadClass is the result of one class of deliveries.
type LoadClass struct {
	Class    string         `json:"class"` // genuine, duplicate, forged, …
	Sent     int            `json:"sent"`
	Accepted int            `json:"accepted"` // answered 2xx
	Right    int            `json:"right"`    // got the verdict their class asks for
	Deferred int            `json:"deferred"` // of those not right: the receiver asked for them later, in a way that producers heed
	Statuses map[string]int `json:"statuses"`
	Errors   map[string]int `json:"errors"`   // why no whole answer came: by kind, never by text
	Service  Quantiles      `json:"service"`  // answer read − round trip start
	Response Quantiles      `json:"response"` // answer read − intended start: free of coordinated omission
	// Distribution is the response times' histogram, from fast to slow; bins are
	// as wide as a tenth of their time, and none is empty.
	Distribution []Bin `json:"distribution,omitempty"`
}

// A Bin counts the response times up to a bound and above the bin before.
type Bin struct {
	UpTo  float64 `json:"up_to"` // ms
	Count int64   `json:"count"`
}

// Resent is what the producer sent again because it was not acknowledged.
type Resent struct {
	Sent          int     `json:"sent"`
	Accepted      int     `json:"accepted"`
	GivenUp       int     `json:"given_up"`      // events whose retries ran out, or that the receiver wanted no more of
	Outstanding   int     `json:"outstanding"`   // events whose next retry was not made, because the run had to end
	Amplification float64 `json:"amplification"` // (planned ones sent + resent) ÷ planned ones sent
	// WorstSecond is the same of the second in which it was highest, among the whole
	// ones of the plan in which at least ten planned ones were sent; 0: there was none.
	WorstSecond float64   `json:"worst_second"`
	Response    Quantiles `json:"response"` // from when each was due
}

// Drain is how fast effects followed acknowledgements while the load went on.
type Drain struct {
	Observed bool      `json:"observed"`
	Reason   string    `json:"reason,omitempty"` // why not observed
	Sampled  int       `json:"sampled"`          // events that were looked at again and again
	EveryMS  float64   `json:"every_ms"`         // mean time between the two looks that an effect came between; 0: the probe tells when
	Lag      Quantiles `json:"effect_lag"`       // effect − acknowledgement: upper bounds, by when effects were seen
	Least    Quantiles `json:"effect_lag_least"` // … and lower bounds, up to when they were missing
	// Open names the quantiles, "mean" and "max" of effect_lag that fall among events
	// without an effect: nobody knows how long those take, and the lower bound stands
	// in their place.
	Open     []string `json:"effect_lag_open,omitempty"`
	Slowest  float64  `json:"slowest_ms"`          // of the effects that came, by when it was seen
	Without  int      `json:"without,omitempty"`   // events looked at that had no effect in the end
	WaitedMS float64  `json:"waited_ms,omitempty"` // for each of those, at least
	Growth   float64  `json:"backlog_growth"`      // of the events that wait for their effect, in % of those acknowledged meanwhile
	GrowthCI float64  `json:"backlog_growth_ci"`   // 95 % confidence: that ± this many points
	Backlog  int      `json:"backlog"`             // events that waited for their effect when the load ended, estimated from the sample
	// GrowthReason is why growth is not observed, though the lag may be.
	GrowthReason string `json:"growth_reason,omitempty"`
}

// Quantiles of one clock, in milliseconds.
type Quantiles struct {
	N    int64   `json:"n"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
	Max  float64 `json:"max"`
	// CI95 holds the 95 % confidence intervals of "p50", "p90", "p99" and "p99.9"
	// by order statistics, as if samples were independent. Of few samples even the
	// slowest may lie below a quantile: then it has no interval.
	CI95 map[string][2]float64 `json:"ci95,omitempty"`
	// Note says which quantiles too few samples stand behind.
	Note string `json:"note,omitempty"`
}

// An Objective is one load requirement and what became of it.
type Objective struct {
	Text    string  `json:"text"` // "genuine: p99(response) <= 250ms"
	Class   string  `json:"class"`
	Value   string  `json:"value"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
}

// Completeness holds the equation between answers and effects.
type Completeness struct {
	Observed      bool     `json:"observed"`
	Reason        string   `json:"reason,omitempty"`     // why not observed
	Acked         int      `json:"acked"`                // distinct genuine events answered 2xx that should have an effect
	AckedIdle     int      `json:"acked_idle,omitempty"` // … and those of which none was expected: of types that the receiver does nothing with
	Once          int      `json:"once"`                 // … with exactly one effect
	Lost          int      `json:"lost"`                 // … with none, although the counts were stable
	Draining      int      `json:"draining,omitempty"`   // … with none yet: others still had theirs when there was no more waiting
	Doubled       int      `json:"doubled"`              // events with more than one
	Blind         string   `json:"blind,omitempty"`      // why more may have had several
	Forged        int      `json:"forged"`               // forged ids with an effect
	Stale         int      `json:"stale,omitempty"`      // ids of stale deliveries with an effect
	Unacked       int      `json:"unacked"`              // genuine events never answered 2xx
	UnackedEffect int      `json:"unacked_effect"`       // … which took effect all the same
	SettledMS     int64    `json:"settled_ms"`           // last answer to when the counts were last seen to change
	WatchedMS     int64    `json:"watched_ms"`           // last answer to when they were looked at last
	Examples      []string `json:"examples,omitempty"`   // ids that break the equation, at most ten
}

// Generator says whether the sending side was fit to measure.
type Generator struct {
	Valid       bool     `json:"valid"`
	Reasons     []string `json:"reasons,omitempty"`
	CPUPercent  float64  `json:"cpu_percent"` // of GOMAXPROCS
	MaxInFlight int      `json:"max_in_flight"`
	LittleError float64  `json:"little_error"` // |mean in flight ÷ (rate × mean service) − 1|
	Gates       []Gate   `json:"gates"`
}

// A Gate is one thing that the sending side must keep to. A breach makes a run
// invalid only where it can have caused a miss.
type Gate struct {
	Name  string `json:"name"`  // "CPU", "p99 lag", "garbage collection"
	Value string `json:"value"` // "12 %", "0.3 ms"
	Limit string `json:"limit"`
	Kept  bool   `json:"kept"`
}

// A Window is one second of the run.
type Window struct {
	Second   int     `json:"second"`
	Sent     int     `json:"sent"`
	Accepted int     `json:"accepted"`
	Errors   int     `json:"errors"`
	Resent   int     `json:"resent"`    // … of those sent
	InFlight int     `json:"in_flight"` // at its end
	Backlog  int     `json:"backlog"`   // acknowledged events without effect at its end, estimated; -1: not observed
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"` // response
}
