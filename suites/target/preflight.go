package target

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Flight is what the preflight found.
type Flight struct {
	Ready       bool          // a genuine delivery was accepted
	Effects     bool          // … and its effect was seen
	Slowest     time.Duration // from an acknowledgement to its effect
	RoundTrip   time.Duration // of a genuine delivery
	Unreachable bool

	blind error // of a probe that could not be asked
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
		e, err := s.genuine(ctx, fmt.Sprintf("preflight/%d", i))
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
		if f.Effects = s.effectSeen(ctx, &f, e); f.Effects || len(s.Target.Probes) == 0 {
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
// "not now".
func (s *Sender) genuine(ctx context.Context, key string) (transcript.Exchange, error) {
	now := time.Now()
	event, err := s.Maker.Make(mockprovider.EventSpec{Key: key, Now: now})
	if err != nil {
		return transcript.Exchange{}, err
	}
	d, err := s.Composer.Compose(event, now, nil)
	if err != nil {
		return transcript.Exchange{}, err
	}
	about := transcript.Exchange{Play: 1, Label: "preflight", Control: true}
	for try := 1; ; try++ {
		if try > 1 {
			about.Try = try
		}
		e, err := s.Send(ctx, about, d, nil)
		if err != nil || try == Tries || !NotNow(e.Answer.Status) || !sleep(ctx, RetryAfter(e.Answer, try)) {
			return e, err
		}
	}
}

func (s *Sender) accepted(f *Flight, e transcript.Exchange) {
	f.Ready = true
	f.RoundTrip = time.Duration(e.Times.Done * float64(time.Millisecond))
	s.check("accepted", "pass", fmt.Sprintf("a genuine delivery is answered %d", e.Answer.Status))
	s.Record.Add(transcript.Record{Check: s.clock(e)})
}

// effectSeen waits until every probe has seen the effect.
func (s *Sender) effectSeen(ctx context.Context, f *Flight, e transcript.Exchange) bool {
	acked := time.Now()
	for _, p := range s.Target.Probes {
		for {
			counts, err := p.Counts(ctx, []string{e.EventID})
			f.blind = err
			if err != nil || time.Since(acked) > s.Target.Timeouts.Effect {
				return false
			}
			if counts[e.EventID] > 0 {
				f.Slowest = max(f.Slowest, time.Since(acked))
				break
			}
			if !sleep(ctx, pollEvery/5) {
				return false
			}
		}
	}
	return len(s.Target.Probes) > 0
}

func (s *Sender) checkEffects(f Flight) {
	switch {
	case !f.Ready:
	case len(s.Target.Probes) == 0:
		s.check("effect-visible", "not-observed", "no effect probe is configured: answers are graded, what the receiver does is not")
	case f.Effects:
		s.check("effect-visible", "pass", fmt.Sprintf("a genuine delivery of type %s has its effect", s.Maker.DefaultType()))
	case f.blind != nil:
		s.check("effect-visible", "blocked", fmt.Sprintf("a genuine delivery was accepted, but its effect could not be looked up: %v", f.blind))
	default:
		s.check("effect-visible", "blocked", fmt.Sprintf("a genuine delivery was accepted, but %s saw no effect within %s: check the probe, or name a type that has one under events.handled",
			s.Target.Probes[0].Describe().Kind, s.Target.Timeouts.Effect))
	}
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

// noAnswer says what to do when nothing came back.
func (s *Sender) noAnswer(e transcript.Exchange) string {
	what := map[string]string{
		"refused":     "refuses connections: is the receiver running, and on that port?",
		"unreachable": "cannot be reached: is the host name right?",
		"timeout":     fmt.Sprintf("took the delivery and did not answer within %s", s.Target.Timeouts.Answer),
		"closed":      "closed the connection without an answer",
		"reset":       "reset the connection without an answer",
		"garbage":     "answered with something that is not HTTP: is it the right port, and http or https?",
		"too-large":   "answered with headers without end",
		"tls":         "failed the TLS handshake: is its certificate one that this machine trusts?",
		"canceled":    "was not waited for: the run was interrupted",
	}[e.Outcome]
	if e.Outcome == "timeout" && e.BytesSent == 0 {
		what = "did not let us send anything in time: " + e.Detail
	}
	if what == "" {
		what = "gave no answer (" + e.Outcome + ")"
	}
	return s.Target.Address() + " " + what
}

// refused says what to do when a genuine delivery was not accepted.
func (s *Sender) refused(e transcript.Exchange) string {
	status := e.Answer.Status
	hint := "what does its log say?"
	switch {
	case NotNow(status):
		hint = "is it, or what stands before it, up and not over its rate limit? (limits.rate makes us slower)"
	case status == 400 || status == 401 || status == 403:
		hint = fmt.Sprintf("does it have the same secret (%s), and speak %s?", s.Target.DescribeSecrets()["current"], s.Target.Scheme.Name)
	case status == 404:
		hint = fmt.Sprintf("is %s its path?", s.Target.URL.RequestURI())
	case status == 405:
		hint = fmt.Sprintf("does %s take POST?", s.Target.URL.RequestURI())
	case status == 415 || status == 422:
		hint = "does it validate payloads? Give it samples of your own under events.files"
	case status/100 == 3:
		hint = "redirects are not followed; give the URL it points to"
		for _, h := range e.Answer.Headers {
			if h[0] == "Location" {
				hint = fmt.Sprintf("redirects are not followed; it points to %s", h[1])
			}
		}
	}
	return fmt.Sprintf("a genuine delivery is answered %d: %s", status, hint)
}
