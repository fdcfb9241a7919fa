package target

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Flight is what the preflight found.
type Flight struct {
	Ready       bool          // a genuine delivery was accepted
	Effects     bool          // … and its effect was seen
	Slowest     time.Duration // from an acknowledgement to its effect
	RoundTrip   time.Duration // of a genuine delivery, without connecting
	Connect     time.Duration // to a connection that can be written to: name, TCP, TLS
	Unreachable bool

	blind   error       // of a probe that could not be asked
	missed  Description // of that probe, or of the one that saw nothing
	invents string      // a probe that counts what nobody sent
}

// maxSkew is how far clocks may be apart before ages mean nothing.
const maxSkew = 5 * time.Second

// Preflight finds out whether anything can be graded at all: is the target
// reachable, does it accept a genuine delivery, do the probes see what that
// does, do the clocks agree. It also finds a type of event that has an effect.
func (s *Sender) Preflight(ctx context.Context) (Flight, error) {
	var f Flight
	taken := "" // the first type that was accepted
	types := s.Maker.Types()
	for i, typ := range types[:min(len(types), 3)] {
		s.Maker.Prefer(typ)
		e, err := s.genuine(ctx, &f, fmt.Sprintf("preflight/%d", i))
		if err != nil {
			return f, err
		}
		if e.Answer.Status == 0 {
			f.Unreachable, f.Ready = true, false
			s.check("reachable", "blocked", s.noAnswer(e))
			return f, nil
		}
		if i == 0 {
			s.check("reachable", "pass", fmt.Sprintf("%s answers", s.Target.URL.Host))
		}
		if e.Answer.Status/100 != 2 {
			if i == min(len(types), 3)-1 && !f.Ready {
				s.check("accepted", "blocked", s.refused(e))
				return f, nil
			}
			continue
		}
		if !f.Ready {
			taken = typ
			s.accepted(&f, e)
		}
		if f.Effects = s.effectSeen(ctx, &f, e); f.Effects || len(s.Target.Probes) == 0 || f.invents != "" {
			break
		}
	}
	if !f.Effects {
		s.Maker.Prefer(taken)
	}
	s.checkEffects(f)
	return f, nil
}

func (s *Sender) check(name, verdict, message string) {
	s.Record.Add(transcript.Record{Check: &transcript.Check{Name: name, Verdict: verdict, Message: message}})
}

// genuine sends one genuine delivery; again, as told, while the answer is
// "not now", and once more when a receiver that refused connections has come up.
func (s *Sender) genuine(ctx context.Context, f *Flight, key string) (transcript.Exchange, error) {
	about := transcript.Exchange{Play: 1, Label: "preflight", Control: true}
	d, err := s.unsent(ctx, f, key)
	if err != nil {
		return about, err
	}
	for try := 1; ; try++ {
		if try > 1 {
			about.Try = try
		}
		e, result, err := s.send(ctx, about, d, nil)
		if err != nil {
			return e, err
		}
		if !result.Ready.IsZero() {
			f.Connect = result.Ready.Sub(result.Dialed)
		}
		switch {
		case result.Outcome == wire.Refused && try == 1 && s.await(ctx):
			// The one before is old by now, and its probe was perhaps not up either.
			if d, err = s.unsent(ctx, f, key); err != nil {
				return e, err
			}
		case try == Tries || !NotNow(e.Answer.Status) || Pause(ctx, RetryAfter(e.Answer, try)) != nil:
			return e, nil
		}
	}
}

// unsent makes a genuine delivery of the key's event, dated now, and has the
// probes asked about it while it has not been sent.
func (s *Sender) unsent(ctx context.Context, f *Flight, key string) (mockprovider.Delivery, error) {
	now := time.Now()
	event, err := s.Maker.Make(mockprovider.EventSpec{Key: key, Now: now})
	if err != nil {
		return mockprovider.Delivery{}, err
	}
	d, err := s.Composer.Compose(event, now, nil)
	if err == nil {
		s.askFirst(ctx, f, d.SentID)
	}
	return d, err
}

// awaitEvery is how often a receiver that is being started is looked for.
const awaitEvery = 100 * time.Millisecond

// await waits until connections are no longer refused, at most Target.Wait, and
// reports whether that came to pass.
func (s *Sender) await(ctx context.Context) bool {
	for until := time.Now().Add(s.Target.Wait); time.Now().Before(until) && Pause(ctx, awaitEvery) == nil; {
		conn, result := s.client.Dial(ctx)
		if conn != nil {
			_ = conn.Close() // it only had to open
		}
		if result.Outcome != wire.Refused {
			return true
		}
	}
	return false
}

func (s *Sender) accepted(f *Flight, e transcript.Exchange) {
	f.Ready = true
	f.RoundTrip = time.Duration(e.Times.Done * float64(time.Millisecond))
	s.check("accepted", "pass", fmt.Sprintf("a genuine delivery is answered %d", e.Answer.Status))
	s.Record.Add(transcript.Record{Check: s.clock(e)})
}

// clock compares the answer's Date with our clock (RFC 9110 section 6.6.1).
func (s *Sender) clock(e transcript.Exchange) *transcript.Check {
	unknown := &transcript.Check{Name: "clock", Verdict: "not-observed", Message: "the answer has no Date that can be read: the receiver's clock is not known"}
	i := slices.IndexFunc(e.Answer.Headers, func(h [2]string) bool { return h[0] == "Date" })
	if i < 0 {
		return unknown
	}
	date, err := http.ParseTime(e.Answer.Headers[i][1])
	if err != nil {
		return unknown
	}
	answered := e.SentAt.Add(time.Duration(e.Times.Answer * float64(time.Millisecond)))
	skew := date.Sub(answered.Truncate(time.Second))
	c := &transcript.Check{Name: "clock", Verdict: "pass", Value: skew.String(),
		Message: fmt.Sprintf("the receiver's clock agrees with ours within %s", maxSkew)}
	if skew.Abs() > maxSkew {
		c.Verdict = "warn"
		c.Message = fmt.Sprintf("the receiver's clock differs from ours by %s: timestamps near the tolerance are graded by ours", skew)
	}
	return c
}
