package target

import (
	"context"
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Tries is how often a delivery is sent whose answers prove nothing.
const Tries = 3

// notNow are statuses by which servers and proxies say "not now".
var notNow = []int{408, 425, 429, 502, 503, 504}

// NotNow reports whether an answer tells nothing about the application.
func NotNow(status int) bool { return slices.Contains(notNow, status) }

// MaxRetryAfter bounds how long we wait because the receiver says so.
const MaxRetryAfter = 3 * time.Second

// RetryAfter is how long to wait after an answer that says "not now", by either
// form of Retry-After (RFC 9110 section 10.2.3) or else by the number of tries;
// at most 3 s.
func RetryAfter(a transcript.Answer, try int) time.Duration {
	for _, h := range a.Headers {
		if h[0] != "Retry-After" {
			continue
		}
		if asked, ok := mockprovider.ParseRetryAfter(h[1], time.Now()); ok {
			return min(asked, MaxRetryAfter)
		}
	}
	return time.Duration(try) * 250 * time.Millisecond
}

// Pause waits, and returns the context's error when that ended first.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
