package transcript

// State is what the target declares of the things that events are about.
type State struct {
	Object string  `json:"object"` // JSON pointer into an event's payload
	After  []Stage `json:"after"`  // in the order in which they happen
	Kind   string  `json:"kind"`   // of the probe
	Reads  string  `json:"reads"`  // what it looks at
}

// Stage is one event that happens to an object, and the state it is in then.
type Stage struct {
	Type string            `json:"type"`
	Set  map[string]string `json:"set,omitempty"` // what stands in it, by JSON pointer
	Is   string            `json:"is"`
}

// States is the reading of the state probe after things have settled.
type States struct {
	Probe    string            `json:"probe"`  // its kind
	States   map[string]string `json:"states"` // object → state; one without is left out
	Asked    int               `json:"asked"`  // how many objects were asked for
	WaitedMS int64             `json:"waited_ms"`
	Stable   bool              `json:"stable"` // two equal readings a quiescence apart
	Error    string            `json:"error,omitempty"`
	// Interrupted: there is an error because the run ended.
	Interrupted bool `json:"interrupted,omitempty"`
}
