package mockprovider

import (
	"maps"
	"slices"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of how the producer takes the answer.
var ackFaults = []Fault{
	{
		Name: "wire.hang-up-after-body", Stage: StageWire, Param: ParamText,
		Doc: "the whole delivery is sent and the connection ended at once, by close or reset; no answer is read",
		check: func(p Param) error {
			if _, ok := departures[p.Text]; !ok {
				return nearest.Unknown("ending", p.Text, slices.Sorted(maps.Keys(departures)))
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { d.departure = departures[p.Text]; return nil },
	},
	{
		Name: "wire.slow-read", Stage: StageWire, Param: ParamText,
		Doc:   "the answer is read at so many bytes a second, for as long as an answer is waited for at most",
		check: func(p Param) error { _, err := countOf(p.Text, maxReadRate); return err },
		apply: func(d *Draft, p Param) error {
			rate, err := countOf(p.Text, maxReadRate)
			d.readRate = rate
			return err
		},
	},
}

// departures are the ways to leave without the answer. What is reset may be
// lost on the way, where it is not this machine.
var departures = map[string]wire.End{"close": wire.Close, "reset": wire.Reset}

// maxReadRate is the fastest that is slow, in bytes a second.
const maxReadRate = 1 << 20
