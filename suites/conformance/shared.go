package conformance

import "github.com/hookassay/hookassay/suites/target"

// What is played behind a session against the same receiver, such as a load,
// takes these over from it.

// Target is the receiver, with all that the configuration says of it.
func (s *Session) Target() *target.Target { return s.config.Target }

// Nonce is the run's: ids derive from it.
func (s *Session) Nonce() string { return s.config.Nonce }

// EventType is the type of event that the preflight has found an effect of.
func (s *Session) EventType() string { return s.sender.Maker.DefaultType() }

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
