package target

import "sync"

// shown remembers what the probes counted in the preflight.
type shown struct {
	mu     sync.Mutex
	counts map[Description]map[string]int
}

func newShown() *shown { return &shown{counts: map[Description]map[string]int{}} }

func (s *shown) note(p Probe, id string, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := plain(p)
	if s.counts[d] == nil {
		s.counts[d] = map[string]int{}
	}
	s.counts[d][id] = count
}

// of returns what the probe counted of the events that it is asked about again.
func (s *shown) of(p Probe, ids []string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]int{}
	for _, id := range ids {
		if n, ok := s.counts[plain(p)][id]; ok {
			known[id] = n
		}
	}
	return known
}

// plain is what a probe says of itself from the beginning to the end.
func plain(p Probe) Description {
	d := p.Describe()
	d.Blind = ""
	return d
}
