package mockprovider

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func retriesOf(t testing.TB, scheme string) Retries {
	t.Helper()
	s, err := FindScheme(scheme)
	if err != nil {
		t.Fatal(err)
	}
	return Retries{Policy: s.RetryPolicy(), Seed: 7}
}

// TestRetryDecisions is about one schedule without jitter, compressed a
// thousandfold: 5 s are 5 ms, 5 minutes 300 ms.
func TestRetryDecisions(t *testing.T) {
	r := retriesOf(t, "standard-webhooks")
	r.Policy.Jitter, r.Compress = 0, 1000
	for _, c := range []struct {
		name       string
		number     int
		status     int
		retryAfter string
		want       RetryDecision
	}{
		{"acknowledged", 1, 204, "", RetryDecision{Why: "it was acknowledged"}},
		{"acknowledged, whatever it asks for", 1, 202, "5", RetryDecision{Why: "it was acknowledged"}},
		{"gone", 1, 410, "5", RetryDecision{Why: "410 (Gone) disables the endpoint", Disabled: true}},
		{"the last one", 10, 500, "", RetryDecision{Why: "all 10 attempts are used up"}},
		{"the last one, which asks for another", 10, 503, "1", RetryDecision{Why: "all 10 attempts are used up"}},
		{"no attempt at all", 0, 500, "", RetryDecision{Why: "all 10 attempts are used up"}},

		{"no answer", 1, 0, "", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "no answer"}},
		{"redirection", 1, 302, "", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "answered 302"}},
		{"refusal", 2, 400, "", RetryDecision{Again: true, Wait: 300 * time.Millisecond, Why: "answered 400"}},
		{"not found", 9, 404, "", RetryDecision{Again: true, Wait: 86400 * time.Millisecond, Why: "answered 404"}},
		{"failure", 1, 500, "", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "answered 500"}},

		{"too many", 2, 429, "", RetryDecision{Again: true, Wait: 600 * time.Millisecond, Why: "answered 429, which slows the producer down"}},
		{"bad gateway", 2, 502, "", RetryDecision{Again: true, Wait: 600 * time.Millisecond, Why: "answered 502, which slows the producer down"}},
		{"unavailable", 2, 503, "", RetryDecision{Again: true, Wait: 600 * time.Millisecond, Why: "answered 503, which slows the producer down"}},
		{"gateway timeout", 2, 504, "", RetryDecision{Again: true, Wait: 600 * time.Millisecond, Why: "answered 504, which slows the producer down"}},

		{"asks for seconds", 1, 503, "2", RetryDecision{Again: true, Wait: 2 * time.Second, Why: "answered 503, which slows the producer down, Retry-After asks for 2s"}},
		{"asks by date", 1, 500, "Mon, 04 May 2026 03:02:05 GMT", RetryDecision{Again: true, Wait: 4 * time.Second, Why: "answered 500, Retry-After asks for 4s"}},
		{"asks for less than it gets", 9, 500, "2", RetryDecision{Again: true, Wait: 86400 * time.Millisecond, Why: "answered 500"}},
		{"asks for nothing", 1, 500, "0", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "answered 500"}},
		{"asks for the past", 1, 500, "Mon, 04 May 2026 03:02:00 GMT", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "answered 500"}},
		{"asks for too much", 1, 429, "3600", RetryDecision{Again: true, Wait: 10 * time.Second, CutShort: true,
			Why: "answered 429, which slows the producer down, Retry-After asks for 1h0m0s, of which 10s are waited"}},
		{"asks for too much, and waits long anyway", 9, 500, "3600", RetryDecision{Again: true, Wait: 86400 * time.Millisecond, CutShort: true,
			Why: "answered 500, Retry-After asks for 1h0m0s, of which 1m26.4s are waited"}},
		{"asks in words", 1, 500, "soon", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "answered 500"}},
		{"asks without an answer", 1, 0, "3", RetryDecision{Again: true, Wait: 5 * time.Millisecond, Why: "no answer"}},
	} {
		a := Attempt{Key: "k", Number: c.number, Status: c.status, RetryAfter: c.retryAfter, At: attemptAt.Truncate(time.Second)}
		if got := r.Next(a); got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

// A producer that follows the decisions makes the attempts at the times that
// Standard Webhooks gives, in a clock of the test's own.
func TestRetriesFollowTheSchedule(t *testing.T) {
	r := retriesOf(t, "standard-webhooks")
	r.Policy.Jitter = 0
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var at []string
		for a := (Attempt{Key: "k", Number: 1, Status: 500}); ; a.Number++ {
			at = append(at, time.Since(begun).String())
			d := r.Next(a)
			if !d.Again {
				break
			}
			time.Sleep(d.Wait)
		}
		want := "0s 5s 5m5s 35m5s 2h35m5s 7h35m5s 17h35m5s 31h35m5s 51h35m5s 75h35m5s"
		if got := strings.Join(at, " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// Jitter stays within the policy's share, differs from event to event, and is
// the same when it is asked for again.
func TestRetryJitterIsSeeded(t *testing.T) {
	r := retriesOf(t, "standard-webhooks")
	least, most, sum := math.Inf(1), math.Inf(-1), 0.0
	const events = 2000
	for i := range events {
		a := Attempt{Key: strings.Repeat("k", i%50) + string(rune('a'+i/50)), Number: 2, Status: 500}
		wait := r.Next(a).Wait
		if again := r.Next(a).Wait; again != wait {
			t.Fatalf("%v, and then %v", wait, again)
		}
		share := wait.Seconds() / (5 * 60)
		least, most, sum = min(least, share), max(most, share), sum+share
	}
	if least < 0.9 || most > 1.1 || least > 0.91 || most < 1.09 || math.Abs(sum/events-1) > 0.01 {
		t.Errorf("from %.3f to %.3f, %.3f on average, of the wait", least, most, sum/events)
	}
	a, other := Attempt{Key: "k", Number: 2, Status: 500}, r
	other.Seed++
	if r.Next(a) == other.Next(a) {
		t.Error("another seed gives the same wait")
	}
	later := a
	later.Number = 3
	if r.Next(a).Wait*6 == r.Next(later).Wait {
		t.Error("every attempt of an event is spread alike")
	}
}

// The built-in policies, in numbers: attempts, span, and what three seconds make
// of them.
func TestBuiltInRetryPolicies(t *testing.T) {
	for _, c := range []struct {
		scheme string
		again  int
		span   time.Duration
		byHand bool
	}{
		{"standard-webhooks", 9, 75*time.Hour + 35*time.Minute + 5*time.Second, false},
		{"stripe", 11, 72*time.Hour + 0, false},
		{"github", 12, 72 * time.Hour, true},
		{"cloudevents", 11, 24 * time.Hour, false},
	} {
		r := retriesOf(t, c.scheme)
		p := r.Policy
		waits := p.Waits()
		if len(waits) != c.again || p.ByHand != c.byHand {
			t.Errorf("%s: %d retries (%v), by hand %v", c.scheme, len(waits), waits, p.ByHand)
		}
		if span := p.Span(); span > c.span || span < c.span*3/4 {
			t.Errorf("%s: the last attempt after %v, not about %v", c.scheme, span, c.span)
		}
		for i := range waits[1:] {
			if waits[i+1] < waits[i] {
				t.Errorf("%s: waits shrink: %v", c.scheme, waits)
			}
		}
		r.Compress = p.CompressTo(3 * time.Second)
		total := time.Duration(0)
		for n := range waits {
			total += r.Next(Attempt{Key: "k", Number: n + 1, Status: 500}).Wait
		}
		if total < 2500*time.Millisecond || total > 3500*time.Millisecond {
			t.Errorf("%s: compressed to 3 s it takes %v", c.scheme, total)
		}
	}
	own := ownKit(t).composer.Scheme
	if got := own.RetryPolicy().Span(); own.Retries != nil || got != retriesOf(t, "standard-webhooks").Policy.Span() {
		t.Errorf("a scheme that says nothing retries for %v", got)
	}
	if got := own.RetryPolicy().CompressTo(100 * time.Hour); got != 1 {
		t.Errorf("what fits is divided by %v", got)
	}
}

func TestBadRetryPolicies(t *testing.T) {
	growing := Exponential{First: Duration(time.Second), Factor: 2, Most: Duration(time.Hour), For: Duration(time.Hour)}
	with := func(change func(*RetryPolicy)) RetryPolicy {
		p := RetryPolicy{Source: "https://example.com/", Exponential: growing}
		change(&p)
		return p
	}
	listed := func(delays ...Duration) func(*RetryPolicy) {
		return func(p *RetryPolicy) { p.Exponential, p.Delays = Exponential{}, delays }
	}
	if err := with(func(*RetryPolicy) {}).check(); err != nil {
		t.Error(err)
	}
	for want, p := range map[string]RetryPolicy{
		"source is missing":                 with(func(p *RetryPolicy) { p.Source = "" }),
		"both delays and exponential":       with(func(p *RetryPolicy) { p.Delays = []Duration{1} }),
		"neither delays nor exponential":    with(listed()),
		"100 delays; at most 99":            with(listed(make([]Duration, 100)...)),
		"a delay of 0s":                     with(listed(Duration(time.Second), 0)),
		"jitter is 51; it is percent":       with(func(p *RetryPolicy) { p.Jitter = 51 }),
		"jitter is -1":                      with(func(p *RetryPolicy) { p.Jitter = -1 }),
		"exponential.first is missing":      with(func(p *RetryPolicy) { p.Exponential.First = 0 }),
		"exponential.factor is 1":           with(func(p *RetryPolicy) { p.Exponential.Factor = 1 }),
		"exponential.most is 1ms; no less":  with(func(p *RetryPolicy) { p.Exponential.Most = Duration(time.Millisecond) }),
		"exponential.for is 1ms: not even ": with(func(p *RetryPolicy) { p.Exponential.For = Duration(time.Millisecond) }),
	} {
		if err := p.check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v does not begin with %q", err, want)
		}
	}
	endless := with(func(p *RetryPolicy) {
		p.Exponential = Exponential{First: Duration(time.Millisecond), Factor: 2, Most: Duration(time.Millisecond), For: Duration(math.MaxInt64)}
	})
	if n := len(endless.Waits()); n != maxAttempts-1 {
		t.Errorf("%d retries; a policy is bounded", n)
	}
}

// Whatever a receiver writes into Retry-After, the wait is bounded and a
// decision is made.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "3", "03", "+3", "-1", "1.5", " 3", "99999999999999999999", "4294967295", "Mon, 04 May 2026 03:02:05 GMT", "Monday, 04-May-26 03:02:05 GMT", "soon"} {
		f.Add(seed)
	}
	r := Retries{Policy: RetryPolicy{Delays: []Duration{Duration(time.Second)}}}
	f.Fuzz(func(t *testing.T, text string) {
		wait, ok := ParseRetryAfter(text, attemptAt)
		if wait < 0 || wait > 365*24*time.Hour || !ok && wait != 0 {
			t.Errorf("%q: %v, %v", text, wait, ok)
		}
		d := r.Next(Attempt{Number: 1, Status: http.StatusServiceUnavailable, RetryAfter: text, At: attemptAt})
		if !d.Again || d.Wait < 2*time.Second || d.Wait > MaxRetryAfter {
			t.Errorf("%q: %+v", text, d)
		}
	})
}
