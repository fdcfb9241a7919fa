package conformance_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// An arena is how a receiver is run and called. One that is durable is a process
// of its own, which can be killed, with its data on disk.
type arena struct {
	setting
	durable bool
}

func (a arena) String() string {
	if a.durable {
		return a.setting.String() + ", durable"
	}
	return a.setting.String()
}

// arenas are those of the kill matrix.
var arenas = func() (all []arena) {
	for _, s := range settings {
		all = append(all, arena{setting: s})
	}
	for _, s := range settings {
		if s.String() != "standard-webhooks-v1a" { // the form of the secret has nothing to do with it
			all = append(all, arena{setting: s, durable: true})
		}
	}
	return all
}()

// durableArenaOf is where a flaw is played as a process: what a receiver forgets it
// forgets in every scheme.
func durableArenaOf(f receiver.Flaw) arena {
	return arenas[slices.IndexFunc(arenas, func(a arena) bool { return a.durable && slices.Contains(f.Schemes, a.scheme) })]
}

// plays reports whether a scenario is played in the arena: in those of processes
// what needs one, and what is about duplicates and acknowledgements anyway.
func (a arena) plays(s scenarios.Scenario) bool {
	if !a.durable {
		return !aboutProcess(s.ID)
	}
	if processScenarios()[s.ID] == mockprovider.ObjectState && stagesOf[a.scheme] == "" {
		return false
	}
	return aboutProcess(s.ID) || slices.Contains([]string{"idem", "ack"}, s.Group())
}

// aboutProcess reports whether a scenario needs more of a target than its
// secrets and one effect.
func aboutProcess(id string) bool { return processScenarios()[id] != "" }

// processScenarios are those, with the last thing that each needs.
var processScenarios = sync.OnceValue(func() map[string]mockprovider.Feature {
	c, err := scenarios.Load()
	if err != nil {
		panic(err)
	}
	secrets := []mockprovider.Feature{mockprovider.PreviousSecret, mockprovider.RevokedSecret, mockprovider.OtherSecret}
	all := map[string]mockprovider.Feature{}
	for _, s := range c.Scenarios {
		for _, f := range s.Needs {
			if mockprovider.Givable[f] != "" && !slices.Contains(secrets, f) {
				all[s.ID] = f
			}
		}
		if slices.ContainsFunc(s.Steps, aboutObject) && all[s.ID] == "" { // without states it says less
			all[s.ID] = mockprovider.ObjectState
		}
	}
	return all
})

func aboutObject(s scenarios.Step) bool { return s.Stage > 0 || s.ObjectOf != "" }

// configs grade scenarios against a receiver that is so built, with flaws, which
// is started. The
// event that cannot be processed is a sample of the user's, and whoever gives
// samples is sent no others: what needs it is played against a receiver of its own.
func (a arena) configs(t *testing.T, ids, variants []string, flaws ...string) (all []conformance.Config) {
	t.Helper()
	add := func(ids []string, start func() conformance.Config) {
		if len(ids) > 0 {
			c := start()
			c.Profile, c.Only = "production", ids
			all = append(all, c)
		}
	}
	if !a.durable {
		add(ids, func() conformance.Config {
			url, r := serve(t, a.setting, flaws...)
			return a.config(url, r)
		})
		return all
	}
	poisonous := func(id string) bool { return processScenarios()[id] == mockprovider.PoisonEvent }
	add(slices.DeleteFunc(slices.Clone(ids), poisonous), func() conformance.Config {
		return conformance.Config{Target: durableVariant(t, a.setting, variants, flaws...)}
	})
	add(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !poisonous(id) }), func() conformance.Config {
		return conformance.Config{Target: durableWithPoison(t, a.setting, variants, flaws...)}
	})
	return all
}
