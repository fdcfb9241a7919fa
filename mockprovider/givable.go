package mockprovider

// What a target can have beside its address and its secrets. None of it is the
// scheme's: the user gives it, or nobody can see what needs it.
const (
	EventsAPI      Feature = "events-api"
	KillProcess    Feature = "process-kill"
	StopProcess    Feature = "process-stop"
	StartProcess   Feature = "process-start"
	WithoutSecret  Feature = "process-secret"
	ShiftedClock   Feature = "process-clock"
	BreakProcess   Feature = "process-break"
	ObjectState    Feature = "state"
	PoisonEvent    Feature = "poison-event"
	SeveralEffects Feature = "several-effects"
)

// Givable tells how a user gives the features that are theirs to give. A
// scenario whose need is in it is not-observed where the target lacks it, and
// not inapplicable: what it grades can be wrong all the same.
var Givable = map[Feature]string{
	PreviousSecret: "target.secrets.previous, --previous-secret",
	RevokedSecret:  "target.secrets.revoked, --revoked-secret",
	OtherSecret:    "target.secrets.other, --other-secret",
	EventsAPI:      "events.api in the target file",
	KillProcess:    "process.start or process.commands.kill in the target file",
	StopProcess:    "process.start or process.commands.stop in the target file",
	StartProcess:   "process.start or process.commands.start in the target file",
	WithoutSecret:  "process.start in the target file",
	ShiftedClock:   "process.clock in the target file",
	BreakProcess:   "process.commands.break and heal in the target file",
	ObjectState:    "state in the target file",
	PoisonEvent:    "events.poison in the target file",
	SeveralEffects: "two or more named ones under effects in the target file",
}
