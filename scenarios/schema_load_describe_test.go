package scenarios

// classDescriptions say what the deliveries of a class are.
var classDescriptions = map[string]string{
	ClassGenuine:     "As the producer sends them: to be accepted, with one effect each.",
	ClassDuplicate:   "The bytes of a genuine one that should be acknowledged by then, once more: to be accepted without a second effect.",
	ClassRacing:      "A duplicate that is sent together with its original.",
	ClassRetry:       "Like duplicate, dated and signed anew.",
	ClassForged:      "Signed with a secret that the receiver does not have: to be refused, without effect.",
	ClassStale:       "Older than the receiver's tolerance: to be refused, without effect.",
	ClassMalformed:   "Signed, but the body ends in the middle.",
	ClassUnknownType: "Of a type that the receiver has not heard of.",
	ClassLarge:       "Genuine, with a body of 64 KiB.",
}

// loadDescriptions of the keys, by the Go type that has them.
var loadDescriptions = map[string]map[string]string{
	"writtenLoad": {
		"name":        "Short name, for commands and reports.",
		"title":       "What the run is, in a line.",
		"why":         "What goes wrong in practice that this run shows.",
		"schedule":    "When deliveries are sent: exactly one kind of schedule.",
		"mix":         "The classes of deliveries, by weight.",
		"types":       "The types of genuine events, by weight. Default: one that has an effect.",
		"sizes":       "The sizes of genuine bodies, such as 800, 16KiB or 1MiB, by weight. Default: as the events are.",
		"keys":        "Which objects events are about. Default: each is about one of its own.",
		"connections": "How many deliveries a connection is used for.",
		"in_flight":   "So many deliveries wait for their answer at most. Default: 256.",
		"ack_timeout": "How long a complete answer may take. Default: the target's.",
		"retries":     "The producer sends again what was not acknowledged. Default: it does not.",
		"catch_up":    "How many times as fast a schedule that is behind is played. Default: 1.5.",
		"objectives":  `What must hold, such as "genuine: p99(response) <= 250ms", "forged: accepted = 0" or "lost = 0".`,
		"abort":       `What ends the run early, such as "genuine: errors > 50% for 5s".`,
	},
	"LoadSchedule": {
		"constant": "One rate.",
		"ramp":     "A rate that grows, or falls, steadily.",
		"steps":    "Several rates, each for the same time.",
		"spike":    "One rate that jumps to another for a while.",
		"soak":     "One rate for a long time, risen to from nothing.",
		"sine":     "A rate that swings around its mean.",
		"phases":   "Rates and ramps, one behind the other.",
		"arrivals": "How deliveries follow each other at a rate.",
	},
	"Constant": {"rate": "Deliveries in a unit of time, such as 200/s, 90/m or 5/h.", "for": "How long."},
	"Ramp":     {"from": "The rate at the start.", "to": "The rate at the end.", "for": "How long."},
	"Steps":    {"rates": "The rates, in order.", "each": "How long each holds."},
	"Spike": {
		"base": "The rate before and after.", "peak": "The rate meanwhile.",
		"after": "When it jumps, since the start.", "lasts": "How long the peak lasts.", "for": "How long, in all.",
	},
	"Soak": {"rate": "The rate that is held.", "rise": "How long it is risen to. Default: it is there at once.", "for": "How long, the rise included."},
	"Sine": {
		"mean": "The rate it swings around.", "swing": "By how much, to either side; no more than the mean.",
		"period": "How long one swing takes.", "for": "How long, in all.",
	},
	"Phase": {"rate": "A rate that holds.", "from": "The rate at the phase's start.", "to": "The rate at its end.", "for": "How long."},
	"Keys": {
		"objects": "How many there are.",
		"skew":    "How hot the hottest are: the k-th is chosen in proportion to 1/k^skew (Zipf's law). Default: 0, all alike.",
	},
	"LoadRetries": {
		"within":   "The scheme's schedule of retries is compressed so that the last is this long after the first attempt.",
		"attempts": "So many at most, the first included. Default: as many as the schedule has.",
	},
}
