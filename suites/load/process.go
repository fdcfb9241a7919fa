package load

import (
	"context"

	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// start starts the receiver where that is ours to do, and says why it did not
// start, or "". The function ends it again.
func start(ctx context.Context, t *target.Target) (failure string, end func()) {
	p := t.Process
	if p == nil || !p.Can(transcript.ProcessStart) {
		return "", func() {}
	}
	done := p.Do(ctx, transcript.ProcessStart, target.ProcessOptions{})
	end = func() { _ = p.Close() } // the run is over: nothing of it depends on how the process ended
	if done.Done {
		return "", end
	}
	failure = "the receiver did not start: " + done.Message
	if len(done.Output) > 0 {
		failure += "; it wrote: " + done.Output[len(done.Output)-1]
	}
	return failure, end
}
