// Package transcript is the append-only record of everything that was sent and
// observed. Grading reads nothing else: a transcript can be judged again
// without the receiver, with the same result.
//
// A transcript is a file of JSON lines. The first is the run, the last its
// end. What is secret is replaced by typed markers before it is recorded.
package transcript

import (
	"encoding/json"
	"time"
)

// Schema names this version of the record.
const Schema = "hookassay.transcript/v1"

// A Record is one line. Exactly one of its parts is set.
type Record struct {
	N        int       `json:"n"` // from 1
	At       time.Time `json:"at"`
	Run      *Run      `json:"run,omitempty"`
	Known    *Known    `json:"known,omitempty"`
	Plan     *Plan     `json:"plan,omitempty"`
	Check    *Check    `json:"check,omitempty"`
	Exchange *Exchange `json:"exchange,omitempty"`
	Effects  *Effects  `json:"effects,omitempty"`
	States   *States   `json:"states,omitempty"`
	Trouble  *Trouble  `json:"trouble,omitempty"`
	Process  *Process  `json:"process,omitempty"`
	Load     *Load     `json:"load,omitempty"`
	End      *End      `json:"end,omitempty"`
}

// Run opens a transcript.
type Run struct {
	Schema      string            `json:"schema"`
	Tool        string            `json:"tool"` // version
	Catalogue   string            `json:"catalogue"`
	Seed        int64             `json:"seed"`
	Nonce       string            `json:"nonce"`
	Profile     string            `json:"profile"`
	Strict      bool              `json:"strict,omitempty"`
	MustObserve []string          `json:"must_observe,omitempty"` // patterns of scenario ids
	URL         string            `json:"url"`
	Scheme      string            `json:"scheme"`
	Secrets     map[string]string `json:"secrets"`                // slot → where from, form and size
	SecretBytes map[string]int    `json:"secret_bytes,omitempty"` // place, as markers name it → size of what stands there
	Past        time.Duration     `json:"past,omitempty"`
	Future      time.Duration     `json:"future,omitempty"`
	Rejects     string            `json:"rejects"`
	BehindProxy bool              `json:"behind_proxy,omitempty"`
	SameHost    bool              `json:"same_host"`
	Origin      string            `json:"origin,omitempty"`
	Probes      []Probe           `json:"probes"`
	State       *State            `json:"state,omitempty"`       // what becomes of what events are about
	Command     string            `json:"command"`               // plays the run again
	CommandOne  string            `json:"command_one"`           // plays one scenario again; {scenario} stands for its id
	Kept        bool              `json:"kept,omitempty"`        // in a file
	Repetition  int               `json:"repetition,omitempty"`  // from 1, where the run is played several times
	Repetitions int               `json:"repetitions,omitempty"` // how often it is to be played
}

// Known is what was known before the run: in the report's form, as Plan has
// scenarios in the catalogue's.
type Known struct {
	Expectations json.RawMessage `json:"expectations,omitempty"`
	Baseline     json.RawMessage `json:"baseline,omitempty"`
}

// Probe is one way in which effects are seen.
type Probe struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Counts string `json:"counts"` // what its count is declared to mean
}

// Plan is one scenario of the run, with its whole definition, so that judging
// needs no catalogue.
type Plan struct {
	Scenario json.RawMessage `json:"scenario"`
	Decision string          `json:"decision"` // play, excluded, not-applicable, not-observed
	Reason   string          `json:"reason,omitempty"`
	By       string          `json:"by,omitempty"`      // who excluded it: user, risk
	Setting  string          `json:"setting,omitempty"` // by which the target is given what it lacks
}

// Check is one finding of the preflight.
type Check struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"` // pass, warn, blocked, not-observed
	Message string `json:"message"`
	Value   string `json:"value,omitempty"` // what was measured
}

// Exchange is one request and what came back.
type Exchange struct {
	Scenario  string   `json:"scenario"` // empty: preflight
	Play      int      `json:"play"`     // 1; 2 when the scenario was played again alone
	Step      int      `json:"step"`     // from 1
	Copy      int      `json:"copy,omitempty"`
	Try       int      `json:"try,omitempty"` // from 2: sent again after an answer that proves nothing
	Label     string   `json:"label,omitempty"`
	EventID   string   `json:"event_id,omitempty"`
	EventType string   `json:"event_type,omitempty"`
	Canary    string   `json:"canary,omitempty"`
	Object    string   `json:"object,omitempty"` // what the event is about, where states are looked at
	Faults    []string `json:"faults,omitempty"`
	Control   bool     `json:"control,omitempty"`
	// Claimed is the time in the timestamp, in a step that measures what the
	// receiver makes of it.
	Claimed *time.Time `json:"claimed,omitempty"`
	Request Request    `json:"request"`
	// Deviates is what the request has otherwise than without its faults.
	Deviates  []Deviation `json:"deviates,omitempty"`
	Answer    Answer      `json:"answer"`
	Outcome   string      `json:"outcome"` // answered, refused, timeout, reset, closed, garbage, …
	Detail    string      `json:"detail,omitempty"`
	LocalPort int         `json:"local_port,omitempty"`
	SentAt    time.Time   `json:"sent_at"`
	Times     Times       `json:"ms"`
	BytesSent int64       `json:"bytes_sent"`
	Early     bool        `json:"early_answer,omitempty"`
	Broken    string      `json:"broken,omitempty"` // the harness could not send it
}

// Request is what was put on the wire, as text. Body is base64 where it is not
// UTF-8, and cut where it is long; SHA256 and Bytes are of the whole body.
type Request struct {
	Line    string      `json:"line"`
	Headers [][2]string `json:"headers,omitempty"`
	Body    string      `json:"body,omitempty"`
	Base64  bool        `json:"base64,omitempty"`
	Bytes   int         `json:"bytes"`
	SHA256  string      `json:"sha256,omitempty"`
}

// A Deviation is one place where what was sent is not what would have been sent
// without the faults. One that is absent is empty.
type Deviation struct {
	Where   string `json:"where"` // "request line", a header's name, "body"
	Genuine string `json:"genuine"`
	Sent    string `json:"sent"`
}

// Answer is what came back. Status is 0 where nothing did.
type Answer struct {
	Status    int         `json:"status,omitempty"`
	Proto     string      `json:"proto,omitempty"`
	Interim   []int       `json:"interim,omitempty"` // statuses of the answers before it (1xx)
	Headers   [][2]string `json:"headers,omitempty"` // sorted by name
	Body      string      `json:"body,omitempty"`
	Base64    bool        `json:"base64,omitempty"`
	Bytes     int         `json:"bytes,omitempty"`
	Truncated bool        `json:"truncated,omitempty"` // there was more than was read
}

// Times are milliseconds since the first byte began to be written.
type Times struct {
	Sent   float64 `json:"sent,omitempty"`
	Answer float64 `json:"answer,omitempty"` // first byte of the answer
	Done   float64 `json:"done"`
}

// Effects is one reading of a probe after things have settled.
type Effects struct {
	// Scenario that things have settled for, and the step after which they did;
	// none: the run's end, for all that have no reading of their own.
	Scenario  string         `json:"scenario,omitempty"`
	Step      int            `json:"step,omitempty"`
	Probe     string         `json:"probe"`
	Play      int            `json:"play"`
	Counts    map[string]int `json:"counts"` // ids without effect are left out
	Asked     int            `json:"asked"`  // how many ids were asked for
	WaitedMS  int64          `json:"waited_ms"`
	SlowestMS int64          `json:"slowest_ms"`       // of the controls' effects
	Stable    bool           `json:"stable"`           // two equal readings a quiescence apart
	Moving    []string       `json:"moving,omitempty"` // whose counts still changed at the end
	Error     string         `json:"error,omitempty"`
	// Interrupted: there is an error because the run ended.
	Interrupted bool `json:"interrupted,omitempty"`
	// Gone: the receiver kept ending by itself, so that nobody could be asked.
	Gone bool `json:"gone,omitempty"`
	// Void: no control ever showed an effect, so its absence means nothing.
	Void bool `json:"void,omitempty"`
	// Blind is why the probe cannot count to two: a 1 may stand for more.
	Blind string `json:"blind,omitempty"`
}

// Trouble is something that happened to a scenario beside its exchanges.
type Trouble struct {
	Scenario string `json:"scenario"`
	Play     int    `json:"play"`
	Step     int    `json:"step,omitempty"` // of what was skipped
	Kind     string `json:"kind"`           // skipped (a step does not fit this target), interrupted, budget, gone (it could not be played again), harness
	Message  string `json:"message"`
}

// End closes a transcript.
type End struct {
	Interrupted bool   `json:"interrupted,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Requests    int    `json:"requests"`
}
