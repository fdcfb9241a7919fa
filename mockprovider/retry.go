package mockprovider

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Retries decides, for the events of one run, whether and when a delivery is
// attempted again. It keeps nothing: the same arguments give the same decision.
type Retries struct {
	Policy RetryPolicy
	Seed   int64 // of the jitter
	// Compress divides the policy's waits, so that days become seconds; below 1
	// they stay as they are. What the receiver asks for is not divided: it
	// counts in its own seconds.
	Compress float64
	// Longest bounds the wait that a receiver asks for; 0: MaxRetryAfter.
	Longest time.Duration
}

// MaxRetryAfter is the longest wait that a receiver can ask for by default.
const MaxRetryAfter = 10 * time.Second

// An Attempt is one delivery that has been sent, and what came of it.
type Attempt struct {
	Key        string // what makes the event this one, as in EventSpec
	Number     int    // which attempt of the event it was, from 1
	Status     int    // 0: no answer, whatever the reason
	RetryAfter string // the header's value; "" where there was none
	At         time.Time
}

// A RetryDecision says what follows an attempt.
type RetryDecision struct {
	Again bool
	Wait  time.Duration // before the next attempt, from the end of this one
	Why   string        // for people
	// Disabled: the receiver wants no more of anything (410).
	Disabled bool
	// CutShort: the receiver asked for a longer wait than it is given, so that
	// a refusal of the next attempt proves nothing.
	CutShort bool
}

// throttling is by how much waits grow where the receiver says that it is
// asked too much.
const throttling = 2

// overloaded are statuses by which a receiver, or a proxy in front of it, says
// so: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#delivery-success-and-failure
// and RFC 9110 section 15.6.4.
var overloaded = map[int]bool{
	http.StatusTooManyRequests: true, http.StatusBadGateway: true,
	http.StatusServiceUnavailable: true, http.StatusGatewayTimeout: true,
}

// Next decides. Redirections are failures: producers do not follow them.
func (r Retries) Next(a Attempt) RetryDecision {
	waits := r.Policy.Waits()
	switch {
	case a.Status/100 == 2:
		return RetryDecision{Why: "it was acknowledged"}
	case a.Status == http.StatusGone:
		return RetryDecision{Why: "410 (Gone) disables the endpoint", Disabled: true}
	case a.Number < 1 || a.Number > len(waits):
		return RetryDecision{Why: fmt.Sprintf("all %d attempts are used up", len(waits)+1)}
	}
	d := RetryDecision{Again: true, Why: "no answer"}
	if a.Status != 0 {
		d.Why = "answered " + strconv.Itoa(a.Status)
	}
	if r.Policy.ByHand {
		d.Why += ", and sent again because the receiver's owner asks for it"
	}
	wait := waits[a.Number-1]
	if overloaded[a.Status] {
		wait *= throttling
		d.Why += ", which slows the producer down"
	}
	d.Wait = r.jittered(r.compressed(wait), a)
	r.heed(a, &d)
	return d
}

// heed makes the wait at least as long as the receiver asks for.
func (r Retries) heed(a Attempt, d *RetryDecision) {
	asked, ok := ParseRetryAfter(a.RetryAfter, a.At)
	if !ok || a.Status == 0 || asked <= d.Wait {
		return
	}
	longest := r.Longest
	if longest <= 0 {
		longest = MaxRetryAfter
	}
	d.Why += fmt.Sprintf(", Retry-After asks for %s", asked)
	if asked > longest {
		asked, d.CutShort = max(longest, d.Wait), true
		d.Why += fmt.Sprintf(", of which %s are waited", asked)
	}
	d.Wait = asked
}

func (r Retries) compressed(wait time.Duration) time.Duration {
	if r.Compress <= 1 {
		return wait
	}
	return time.Duration(float64(wait) / r.Compress)
}

// jittered spreads waits around what the policy says, so that events that
// failed together do not come back together.
func (r Retries) jittered(wait time.Duration, a Attempt) time.Duration {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%d", r.Seed, a.Key, a.Number))
	unit := float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53) // in [0, 1)
	share := float64(r.Policy.Jitter) / 100 * (2*unit - 1)
	return time.Duration(float64(wait) * (1 + share))
}

// CompressTo returns by how much the policy's waits must be divided to fit into
// total; at least 1. Throttling and Retry-After come on top.
func (p RetryPolicy) CompressTo(total time.Duration) float64 {
	if total <= 0 || p.Span() <= total {
		return 1
	}
	return float64(p.Span()) / float64(total)
}

// ParseRetryAfter reads either form of a Retry-After header (RFC 9110 section
// 10.2.3): seconds, or a date, which is as far away as it is from now. A date in
// the past is no wait; ok is false for anything else.
func ParseRetryAfter(text string, now time.Time) (wait time.Duration, ok bool) {
	const most = 365 * 24 * time.Hour // nobody waits longer, and much longer would overflow
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(most/time.Second))) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(0, at.Sub(now)), most), true
}
