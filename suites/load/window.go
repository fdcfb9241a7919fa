package load

import "github.com/hookassay/hookassay/reports"

// A window is one second of the run under way: deliveries by when they were
// sent, answers by when they were read.
type window struct {
	number, sent, resent, accepted, wrong int
	response                              *clock
}

func newWindow(number int) *window { return &window{number: number, response: newClock()} }

func (w *window) add(s sample) {
	w.response.record(s.response)
	if s.failure == answered && accepted(s.status) {
		w.accepted++
	}
	if !s.right && !s.deferred {
		w.wrong++
	}
}

func (w *window) busy() bool { return w.sent > 0 || w.response.count() > 0 }

// next is the following second. It takes the histogram over.
func (w *window) next() *window {
	w.response.h.Reset()
	return &window{number: w.number + 1, response: w.response}
}

func (w *window) report(inFlight int) reports.Window {
	out := reports.Window{Second: w.number, Sent: w.sent, Resent: w.resent, Accepted: w.accepted, Errors: w.wrong, InFlight: inFlight}
	if w.response.count() > 0 {
		out.P50, out.P99 = ms(w.response.quantile(0.5)), ms(w.response.quantile(0.99))
	}
	return out
}
