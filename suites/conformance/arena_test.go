package conformance_test

import (
	"slices"
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

// plays reports whether a scenario is played in the arena: in those of processes
// what needs one, and what duplicates and acknowledgements are about anyway.
func (a arena) plays(s scenarios.Scenario) bool {
	if !a.durable {
		return !aboutProcess(s)
	}
	return aboutProcess(s) || slices.Contains([]string{"idem", "ack"}, s.Group())
}

// inMemory are the features of receivers that run in the process of the test.
var inMemory = []mockprovider.Feature{mockprovider.PreviousSecret, mockprovider.RevokedSecret, mockprovider.OtherSecret}

// aboutProcess reports whether a scenario needs more of a target than its
// secrets and one effect.
func aboutProcess(s scenarios.Scenario) bool {
	return s.Staged() || slices.ContainsFunc(s.Needs, func(f mockprovider.Feature) bool {
		return mockprovider.Givable[f] != "" && !slices.Contains(inMemory, f)
	})
}

// needsProcess reports whether a flaw shows only in a process of its own.
func (m *matrix) needsProcess(f receiver.Flaw) bool { return false }

// configs grade scenarios against a receiver with flaws, which is started.
func (a arena) configs(t *testing.T, ids []string, flaws ...string) []conformance.Config {
	t.Helper()
	if len(ids) == 0 {
		return nil
	}
	var c conformance.Config
	if a.durable {
		c = conformance.Config{Target: durable(t, a.setting, flaws...)}
	} else {
		url, r := serve(t, a.setting, flaws...)
		c = a.config(url, r)
	}
	c.Profile, c.Only = "production", ids
	return []conformance.Config{c}
}
