package transcript

import "time"

// What can be done to the receiver's process.
const (
	ProcessStart = "start" // and wait until it is ready
	ProcessStop  = "stop"  // ask it to end, as a deployment does
	ProcessKill  = "kill"  // as when the machine fails
	ProcessBreak = "break" // what it depends on, by the user's command
	ProcessHeal  = "heal"
	// ProcessEnded is nobody's doing but the receiver's.
	ProcessEnded = "ended"
)

// ProcessActions lists what can be asked for.
var ProcessActions = []string{ProcessStart, ProcessStop, ProcessKill, ProcessBreak, ProcessHeal}

// Process is one thing that was done to the receiver's process, or that became
// of it.
type Process struct {
	Scenario string `json:"scenario,omitempty"` // empty: before, between or after scenarios
	Play     int    `json:"play,omitempty"`
	Step     int    `json:"step,omitempty"`
	Action   string `json:"action"`
	// Done: what was asked for came to pass: it is ready, it has ended, the
	// command succeeded. Message says why not.
	Done    bool   `json:"done"`
	Message string `json:"message,omitempty"`
	// Command is the user's, where it is not ours to do.
	Command string `json:"command,omitempty"`
	// Exit is how the process, or the command, ended: "exit status 1", "signal: killed".
	Exit string `json:"exit,omitempty"`
	// EndedAt is when a process ended that ended by itself.
	EndedAt time.Time `json:"ended_at,omitzero"`
	Forced  bool      `json:"forced,omitempty"` // it did not end when asked to, and was killed
	MS      float64   `json:"ms"`               // how long it took
	Clock   string    `json:"clock,omitempty"`  // how far ahead it was started, as time.Duration writes it
	Output  []string  `json:"output,omitempty"` // the last lines that it wrote, redacted
}
