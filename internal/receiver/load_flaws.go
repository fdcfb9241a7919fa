package receiver

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	jobTime    = 10 * time.Millisecond // of work, one job after another
	moment     = 20 * time.Millisecond // that what is skipped or runs out takes
	fewAtOnce  = 8                     // deliveries, before a receiver calls itself busy
	realQueue  = 128                   // jobs that acks-then-drops keeps
	stallEvery = 10 * time.Second
	stallFrom  = 2 * time.Second // after the first delivery, and then every stallEvery
	stallFor   = time.Second
	rowTime    = 10 * time.Microsecond // to look at one id of a list
	claimLife  = 250 * time.Millisecond
)

// slowWorkers are flaws that show in a queue: one worker does the jobs, each of
// which takes jobTime.
var slowWorkers = []string{"queue-unbounded", "acks-then-drops", "retries-double"}

// upFront are flaws of load that lie before the queue and leave the work alone.
var upFront = []string{
	"works-before-answering", "skips-verification-when-busy", "skips-age-when-busy",
	"errors-when-busy", "stalls", "dedupe-linear",
}

// A strain is how hard a receiver has it at the moment.
type strain struct {
	inHand  atomic.Int64 // deliveries that came and are not answered
	started sync.Once
	began   time.Time // when the first delivery came
}

// busy reports whether more deliveries are in hand than a flawed receiver can
// care for. Where it is not, the care takes a moment.
func (r *Receiver) busy() bool {
	if r.strain.inHand.Load() > fewAtOnce {
		return true
	}
	wait(r.ctx.Done(), moment)
	return false
}

// stall is how long everything that comes now waits: the flaw stalls.
func (s *strain) stall() time.Duration {
	s.started.Do(func() { s.began = time.Now() })
	into := time.Since(s.began)%stallEvery - stallFrom
	if into < 0 || into >= stallFor {
		return 0
	}
	return stallFor - into
}
