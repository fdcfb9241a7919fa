package load

import (
	"slices"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// Fits is the scenario as the target can be sent it, and what of it is left out.
func (cfg Config) Fits() (scenarios.LoadScenario, []reports.LeftOut) {
	cfg = cfg.fitted()
	return cfg.Scenario, cfg.left
}

// maker makes the run's events.
func (cfg Config) maker() *mockprovider.Maker {
	m := mockprovider.NewMaker(cfg.Target.Scheme, cfg.Target.Samples, cfg.Seed, cfg.Nonce)
	if cfg.EventType != "" {
		m.Prefer(cfg.EventType)
	}
	return m
}

// fitted leaves out of the scenario what the target cannot be sent, and says
// why. Objectives about that are not applicable then.
func (cfg Config) fitted() Config {
	m := cfg.maker()
	s := cfg.Scenario
	leave := func(what, why string) { cfg.left = append(cfg.left, reports.LeftOut{What: what, Reason: why}) }
	gone := map[string]bool{}
	for _, w := range s.Mix {
		if why := lacks(cfg.Target, m, w.Name); why != "" {
			gone[w.Name] = true
			leave(w.Name, why)
		}
	}
	s.Mix = slices.DeleteFunc(slices.Clone(s.Mix), func(w scenarios.Weight) bool { return gone[w.Name] })
	s.Objectives = slices.DeleteFunc(slices.Clone(s.Objectives), func(o scenarios.Objective) bool {
		if gone[o.About()] {
			cfg.unasked = append(cfg.unasked, o)
		}
		return gone[o.About()]
	})
	s.Abort = slices.DeleteFunc(slices.Clone(s.Abort), func(a scenarios.Abort) bool { return gone[a.If.About()] })
	if s.Sizes != nil && !m.Has("free-fields") {
		s.Sizes = nil
		leave("sizes", unfree)
	}
	if s.Keys != nil && cfg.Target.Dedupe == target.DedupeByBusiness {
		s.Keys = nil
		leave("keys", "the target takes events about one object for duplicates of each other")
	}
	cfg.Scenario = s
	return cfg
}

const unfree = "the target's samples do not say where extra fields are free (events.free)"

// lacks says why the target cannot be sent deliveries of a class; "" where it
// can.
func lacks(t *target.Target, m *mockprovider.Maker, class string) string {
	switch {
	case class == scenarios.ClassStale && t.Scheme.Timestamp == nil:
		return "deliveries of the scheme " + t.Scheme.Name + " have no timestamp"
	case class == scenarios.ClassLarge && !m.Has("free-fields"):
		return unfree
	}
	return ""
}
