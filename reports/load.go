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
	Windows      []Window     `json:"windows"` // one a second
	Rerun        string       `json:"rerun"`
}

// LoadPlan says what was to be sent.
type LoadPlan struct {
	Schedule string  `json:"schedule"` // "constant 200/s for 10s"
	Total    int     `json:"total"`
	Rate     float64 `json:"rate"` // mean, a second
	InFlight int     `json:"in_flight_cap"`
	Digest   string  `json:"digest"` // sha256 of the compiled plan
}

// LoadClass is the result of one class of deliveries.
type LoadClass struct {
	Class    string         `json:"class"` // genuine, duplicate, forged, …
	Sent     int            `json:"sent"`
	Accepted int            `json:"accepted"` // answered 2xx
	Right    int            `json:"right"`    // got the verdict their class asks for
	Statuses map[string]int `json:"statuses"`
	Errors   map[string]int `json:"errors"`   // by kind, never by text
	Service  Quantiles      `json:"service"`  // answer read − round trip start
	Response Quantiles      `json:"response"` // answer read − intended start: free of coordinated omission
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
	Reason        string   `json:"reason,omitempty"`   // why not observed
	Acked         int      `json:"acked"`              // distinct genuine events answered 2xx
	Once          int      `json:"once"`               // … with exactly one effect
	Lost          int      `json:"lost"`               // … with none
	Doubled       int      `json:"doubled"`            // events with more than one
	Blind         string   `json:"blind,omitempty"`    // why more may have had several
	Forged        int      `json:"forged"`             // forged ids with an effect
	Unacked       int      `json:"unacked"`            // genuine events never answered 2xx
	UnackedEffect int      `json:"unacked_effect"`     // … which took effect all the same
	SettledMS     int64    `json:"settled_ms"`         // last answer to stable counts
	Examples      []string `json:"examples,omitempty"` // ids that break the equation, at most ten
}

// Generator says whether the sending side was fit to measure.
type Generator struct {
	Valid       bool     `json:"valid"`
	Reasons     []string `json:"reasons,omitempty"`
	CPUPercent  float64  `json:"cpu_percent"` // of GOMAXPROCS
	MaxInFlight int      `json:"max_in_flight"`
	LittleError float64  `json:"little_error"` // |mean in flight ÷ (rate × mean service) − 1|
}

// A Window is one second of the run.
type Window struct {
	Second   int     `json:"second"`
	Sent     int     `json:"sent"`
	Accepted int     `json:"accepted"`
	Errors   int     `json:"errors"`
	InFlight int     `json:"in_flight"` // at its end
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"` // response
}
