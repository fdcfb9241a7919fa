package conformance

import "github.com/hookassay/hookassay/suites/target"

// What is played behind a session against the same receiver, such as a load,
// takes these over from it.

// Target is the receiver, with all that the configuration says of it.
func (s *Session) Target() *target.Target { return s.config.Target }

// Nonce is the run's: ids derive from it.
func (s *Session) Nonce() string { return s.config.Nonce }

// EventType is the type of event that the preflight has found an effect of, if
// Works, and otherwise one that was accepted.
func (s *Session) EventType() string { return s.sender.Maker.DefaultType() }

// Works reports whether the preflight has seen an effect.
func (s *Session) Works() bool { return s.flight.Effects }

// Distrust says why what the probes count means nothing; "" where the preflight
// did not catch them at anything.
func (s *Session) Distrust() string { return s.flight.Distrust() }

// Sent is how many requests have been sent.
func (s *Session) Sent() int { return s.sender.Sent() }

// Planned is how many requests the plan takes at least.
func (s *Session) Planned() int {
	total := 0
	for _, p := range s.plan.Planned {
		if p.Decision == Play {
			total += Requests(p.Scenario)
		}
	}
	return total
}
