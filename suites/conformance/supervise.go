package conformance

import (
	"context"
	"sync"

	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// A supervisor starts the receiver again that ends by itself while a scenario
// about its process is played, as whoever runs it would: some end on purpose
// when what they depend on is gone.
type supervisor struct {
	process *target.Process
	record  *transcript.Recorder
	about   transcript.Process    // where in the run what is recorded belongs
	options target.ProcessOptions // of the last start

	mu     sync.Mutex
	down   bool // it did not come up
	inVain int  // starts since something was last done to the process
}

// startsInVain bounds how often a receiver is started that does not come up.
const startsInVain = 3

// supervise may be called concurrently.
func (s *supervisor) supervise(ctx context.Context) {
	if s.process == nil || !s.process.Can(transcript.ProcessStart) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = s.down && !s.process.Running()
	if s.inVain >= startsInVain || ctx.Err() != nil || !s.down && !endedByItself(s.process) {
		return
	}
	if !s.down { // a start in vain says by itself how it ended
		s.add(s.process.HowItEnded())
	}
	done := s.process.Do(ctx, transcript.ProcessStart, s.options)
	s.add(done)
	s.inVain++
	if s.down = !done.Done; done.Done {
		s.inVain = 0
	}
}

// acted notes that something was done to the process on purpose.
func (s *supervisor) acted(action string, o target.ProcessOptions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inVain = 0
	if action == transcript.ProcessStart {
		s.options = o
	}
}

func (s *supervisor) add(done transcript.Process) {
	done.Scenario, done.Play = s.about.Scenario, s.about.Play
	s.record.Add(transcript.Record{Process: &done})
}
