package conformance

import (
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// TestLineUpFollowsConnecting: how long answers take is of no concern to copies
// that line up.
func TestLineUpFollowsConnecting(t *testing.T) {
	for _, test := range []struct{ connect, roundTrip, want time.Duration }{
		{time.Millisecond, 4 * time.Second, 28 * time.Millisecond},
		{50 * time.Millisecond, time.Millisecond, 175 * time.Millisecond},
		{time.Second, time.Millisecond, 500 * time.Millisecond},
	} {
		c := conductor{flight: target.Flight{Connect: test.connect, RoundTrip: test.roundTrip}}
		if got := c.lineUp(); got != test.want {
			t.Errorf("connected in %s, answered in %s: %s to line up, not %s", test.connect, test.roundTrip, got, test.want)
		}
	}
}

func TestSuspicious(t *testing.T) {
	s := scenarios.Scenario{Steps: []scenarios.Step{
		{Send: "a", Control: true, Expect: "accepted"},
		{Send: "b", Expect: "rejected"},
		{Send: "c", Expect: "accepted"},
		{Send: "d", AtOnce: 3, Expect: "racing-duplicate"},
		{Send: "e", Expect: "accepted", Feature: "HTTP/2"},
		{Send: "f", Expect: "anything"},
	}}
	one := func(step, status int) []transcript.Exchange {
		e := transcript.Exchange{Step: step, Answer: transcript.Answer{Status: status}, Outcome: "answered"}
		if status == 0 {
			e.Outcome = "reset"
		}
		return []transcript.Exchange{e}
	}
	race := func(statuses ...int) (all []transcript.Exchange) {
		for i, status := range statuses {
			e := one(4, status)[0]
			e.Copy = i + 1
			all = append(all, e)
		}
		return all
	}
	for _, test := range []struct {
		name      string
		exchanges []transcript.Exchange
		want      bool
	}{
		{"a control accepted", one(1, 200), false},
		{"a control refused", one(1, 401), true},
		{"a control that failed", one(1, 500), true},
		{"a forgery refused", one(2, 401), false},
		{"a forgery accepted", one(2, 200), false},
		{"a forgery refused with 500", one(2, 500), false},
		{"a forgery told to come again", one(2, 503), true},
		{"a forgery not answered", one(2, 0), true},
		{"genuine, refused", one(3, 401), false},
		{"genuine, failed", one(3, 500), true},
		{"genuine, told to come again", one(3, 429), true},
		{"a race", race(200, 409, 503), false},
		{"a race, some turned away", race(200, 200, 0), false},
		{"a race of one", race(200, 0, 0), true},
		{"a race in which none was acknowledged", race(429, 429, 429), true},
		{"a race in which the server failed", race(200, 500, 200), true},
		{"a feature that is lacking", one(5, 0), false},
		{"anything", one(6, 503), false},
	} {
		if got := suspicious(s, test.exchanges); got != test.want {
			t.Errorf("%s: suspicious %v", test.name, got)
		}
	}
}

// TestRetriesAreDatedAsTheSchemeDoes: the same bytes, or a timestamp of their own.
func TestRetriesAreDatedAsTheSchemeDoes(t *testing.T) {
	before := time.Now()
	for retry, after := range map[mockprovider.Retry]time.Duration{mockprovider.RetrySame: 0, mockprovider.RetryFresh: time.Second} {
		sender := &target.Sender{Target: &target.Target{Scheme: &mockprovider.Scheme{Retry: retry}}}
		p := newPlayer(sender, scenarios.Scenario{}, 1, 0)
		p.last["first"] = mockprovider.Delivery{At: before}
		if got := p.attempt("first"); got.Sub(before) < after || retry == mockprovider.RetrySame && !got.Equal(before) {
			t.Errorf("retry %s is dated %s later", retry, got.Sub(before))
		}
		if got := p.attempt("other"); got.Before(before) {
			t.Errorf("retry %s: a first attempt is dated %s", retry, got)
		}
	}
}
