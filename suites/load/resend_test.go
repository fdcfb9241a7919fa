package load

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// A producer is the pacer and the resender of a run, with the part of Vegeta and
// of the transport in between: workers that hit when there is something to hit.
type producer struct {
	*pacer
	workers int
	answer  func(j job, at time.Duration) (took time.Duration, status int, retryAfter string)

	mu    sync.Mutex
	went  []attempt
	acked map[int]bool
}

// An attempt is a job, and when it went.
type attempt struct {
	job
	at time.Duration
}

var policy = mockprovider.RetryPolicy{Delays: []mockprovider.Duration{
	mockprovider.Duration(time.Second), mockprovider.Duration(4 * time.Second), mockprovider.Duration(10 * time.Second),
}}

func newProducer(ctx context.Context, s Schedule, r scenarios.LoadRetries, answer func(job, time.Duration) (time.Duration, int, string)) *producer {
	p := newTestPacer(ctx, s)
	p.resend = newResender(&r, policy, 1)
	return &producer{pacer: p, workers: 100, answer: answer, acked: map[int]bool{}}
}

// within is as long as the policy is, so that nothing is compressed.
var within = scenarios.LoadRetries{Within: mockprovider.Duration(15 * time.Second)}

// play plays the run to its end and returns how long that took.
func (p *producer) play() time.Duration {
	began := time.Now()
	ctx, halt := context.WithCancel(p.ctx)
	defer halt()
	defer time.AfterFunc(p.end(), halt).Stop()
	p.jobs = make(chan job, p.workers+1)
	ticks := make(chan struct{})
	var all sync.WaitGroup
	for range p.workers {
		all.Go(func() {
			for range ticks {
				p.hit(began)
			}
		})
	}
pacing:
	for {
		if _, stop := p.Pace(time.Since(began), 0); stop {
			break
		}
		select {
		case ticks <- struct{}{}:
		case <-ctx.Done():
			break pacing
		}
	}
	close(ticks)
	all.Wait()
	(&transport{jobs: p.jobs, resend: p.resend}).leave()
	return time.Since(began)
}

func (p *producer) hit(began time.Time) {
	j := <-p.jobs
	at := time.Since(began)
	p.mu.Lock()
	p.went = append(p.went, attempt{j, at})
	p.mu.Unlock()
	took, status, retryAfter := p.answer(j, at)
	time.Sleep(took)
	if accepted(status) {
		p.mu.Lock()
		p.acked[j.n] = true
		p.mu.Unlock()
	} else {
		p.resend.ended(j, status, retryAfter, time.Now(), time.Since(began))
	}
	p.resend.done(j, true)
}

// times are when the attempts at a delivery went.
func (p *producer) times(n int) (all []time.Duration) {
	for _, a := range p.went {
		if a.n == n {
			all = append(all, a.at)
		}
	}
	return all
}

// checkAccount holds every event that was sent to have come to something.
func (p *producer) checkAccount(t *testing.T) {
	t.Helper()
	events := map[int]bool{}
	for _, a := range p.went {
		events[a.n] = true
	}
	if sum := len(p.acked) + p.resend.givenUp + p.resend.outstanding(); sum != len(events) || p.resend.open > 1 {
		t.Errorf("%d acknowledged, %d given up, %d outstanding, of %d events; %d open",
			len(p.acked), p.resend.givenUp, p.resend.outstanding(), len(events), p.resend.open)
	}
}

func constantly(took time.Duration, status int, retryAfter string) func(job, time.Duration) (time.Duration, int, string) {
	return func(job, time.Duration) (time.Duration, int, string) { return took, status, retryAfter }
}

// One event, until it is given up.
func TestWaits(t *testing.T) {
	const took = 100 * time.Millisecond
	inSeconds := func(seconds ...float64) (all []time.Duration) {
		for _, s := range seconds {
			all = append(all, time.Duration(s*float64(time.Second)))
		}
		return all
	}
	tests := []struct {
		name     string
		status   int
		after    string
		attempts int
		within   time.Duration
		waits    []time.Duration
		cut      bool // the run ends before it is given up
	}{
		{"an error", 500, "", 0, 15 * time.Second, inSeconds(1, 4, 10), false},
		{"a redirection", 302, "", 0, 15 * time.Second, inSeconds(1, 4, 10), false},
		{"a refusal", 401, "", 0, 15 * time.Second, inSeconds(1, 4, 10), false},
		{"no answer", 0, "", 0, 15 * time.Second, inSeconds(1, 4, 10), false},
		{"too much", 503, "", 0, 15 * time.Second, inSeconds(2, 8, 20), false},
		{"too many", 429, "", 0, 15 * time.Second, inSeconds(2, 8, 20), false},
		{"gone", 410, "", 0, 15 * time.Second, nil, false},
		{"gone, though later", 410, "5", 0, 15 * time.Second, nil, false},
		{"two attempts", 500, "", 2, 15 * time.Second, inSeconds(1), false},
		{"more attempts than the policy has", 500, "", 50, 15 * time.Second, inSeconds(1, 4, 10), false},
		{"compressed", 500, "", 0, 1500 * time.Millisecond, inSeconds(0.1, 0.4, 1), false},
		{"not stretched", 500, "", 0, time.Hour, inSeconds(1, 4, 10), false},
		{"asked to wait", 500, "3", 0, 15 * time.Second, inSeconds(3, 4, 10), false},
		{"asked to wait, in whole", 500, "3", 0, 1500 * time.Millisecond, inSeconds(3, 3, 3), false},
		{"asked to wait less", 503, "1", 0, 15 * time.Second, inSeconds(2, 8, 20), false},
		{"asked to wait too long", 503, "86400", 0, 1500 * time.Millisecond, inSeconds(10), true},
		{"asked to wait longer than the schedule is", 503, "86400", 0, 15 * time.Second, inSeconds(15, 15), true},
		{"nonsense", 500, "soon", 0, 15 * time.Second, inSeconds(1, 4, 10), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProducer(t.Context(), Constant{perSecond(1), time.Second},
					scenarios.LoadRetries{Within: mockprovider.Duration(tt.within), Attempts: tt.attempts}, constantly(took, tt.status, tt.after))
				p.play()
				at := p.times(0)
				if len(at) != len(tt.waits)+1 {
					t.Fatalf("attempts at %v", at)
				}
				for i, wait := range tt.waits {
					if got := at[i+1] - at[i] - took; got != wait {
						t.Errorf("wait %d is %s, not %s", i, got, wait)
					}
				}
				p.checkAccount(t)
				if cut := p.resend.outstanding() == 1; cut != tt.cut {
					t.Errorf("%d given up, %d outstanding", p.resend.givenUp, p.resend.outstanding())
				}
			})
		})
	}
}

func TestRetryAfterADate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProducer(t.Context(), Constant{perSecond(1), time.Second}, within, func(j job, _ time.Duration) (time.Duration, int, string) {
			if j.attempt > 1 {
				return 0, 202, ""
			}
			return 0, 503, time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat)
		})
		p.play()
		if at := p.times(0); len(at) != 2 || at[1] != 7*time.Second {
			t.Errorf("attempts at %v", at)
		}
		p.checkAccount(t)
	})
}

// What is due in between goes when it is due, in that order.
func TestRetriesGoInBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		schedule := Constant{perSecond(20), 20 * time.Second}
		p := newProducer(t.Context(), schedule, within, func(j job, _ time.Duration) (time.Duration, int, string) {
			if j.n%3 == 0 && j.attempt < 3 {
				return time.Duration(j.n) * time.Millisecond, 500, ""
			}
			return time.Millisecond, 202, ""
		})
		p.play()
		p.checkAccount(t)
		if want := 400 + 2*134; len(p.went) != want || len(p.acked) != 400 {
			t.Errorf("%d went, of %d; %d acknowledged", len(p.went), want, len(p.acked))
		}
		for _, a := range p.went {
			if a.at != a.due {
				t.Errorf("attempt %d of %d went at %s, not at %s", a.attempt, a.n, a.at, a.due)
			}
		}
		if !slices.IsSortedFunc(p.went, func(a, b attempt) int { return cmp.Compare(a.due, b.due) }) {
			t.Error("not in the order in which they were due")
		}
		if p.caughtUp != 0 {
			t.Errorf("%d count as sent late", p.caughtUp)
		}
	})
}

// However the receiver behaves, the run ends, and everything is accounted for.
func TestRunsEnd(t *testing.T) {
	const hang = 10 * time.Second // the acknowledgement timeout
	tests := []struct {
		name         string
		workers      int
		answer       func(job, time.Duration) (time.Duration, int, string)
		least, most  time.Duration // how long the run takes
		acked, given int           // −1: some
	}{
		{"all is well", 100, constantly(time.Millisecond, 202, ""), 9900 * time.Millisecond, 9910 * time.Millisecond, 100, 0},
		{"everything fails", 100, constantly(time.Millisecond, 500, ""), 24 * time.Second, 26 * time.Second, 0, 100},
		{"everything fails at once", 100, constantly(0, 500, ""), 24 * time.Second, 26 * time.Second, 0, 100},
		{"everything is refused for now", 100, constantly(time.Millisecond, 429, "30"), 50 * time.Second, 60 * time.Second, 0, -1},
		{"gone", 100, constantly(time.Millisecond, 410, ""), 9900 * time.Millisecond, 9910 * time.Millisecond, 0, 100},
		{"no answer ever", 1000, constantly(hang, 0, ""), 60 * time.Second, 70 * time.Second, 0, 100},
		{"no answer ever, with the cap reached", 3, constantly(hang, 0, ""), 30 * time.Second, 70 * time.Second, 0, -1},
		{"slow, with the cap reached", 1, constantly(200*time.Millisecond, 202, ""), 9 * time.Second, 12 * time.Second, -1, 0},
		{"one worker and all fails", 1, constantly(200*time.Millisecond, 500, ""), 20 * time.Second, 70 * time.Second, 0, -1},
		{"down for a while", 100, func(_ job, at time.Duration) (time.Duration, int, string) {
			if at < 8*time.Second {
				return time.Millisecond, 503, ""
			}
			return time.Millisecond, 202, ""
		}, 9900 * time.Millisecond, 40 * time.Second, 100, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProducer(t.Context(), Constant{perSecond(10), 10 * time.Second}, within, tt.answer)
				p.workers = tt.workers
				if took := p.play(); took < tt.least || took > tt.most {
					t.Errorf("took %s", took)
				}
				p.checkAccount(t)
				if tt.acked >= 0 && len(p.acked) != tt.acked || tt.acked < 0 && len(p.acked) == 0 {
					t.Errorf("%d acknowledged", len(p.acked))
				}
				if given := p.resend.givenUp; tt.given >= 0 && given != tt.given || tt.given < 0 && given+p.resend.outstanding() == 0 {
					t.Errorf("%d given up", given)
				}
			})
		})
	}
}

// Stopping does not wait for what is in flight, nor for retries.
func TestRetriesAreStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := newProducer(ctx, Constant{perSecond(10), 10 * time.Second}, within, constantly(time.Millisecond, 500, ""))
		time.AfterFunc(12*time.Second, cancel)
		if took := p.play(); took != 12*time.Second {
			t.Errorf("took %s", took)
		}
		p.checkAccount(t)
		if p.resend.outstanding() == 0 {
			t.Error("nothing was outstanding")
		}
	})
}

// A retry that comes to be due before the one that was looked at takes its place.
// Neither is lost.
func TestAnEarlierRetryIsNotLost(t *testing.T) {
	r := newResender(&within, policy, 1)
	first := job{n: 1, attempt: 2, due: 2 * time.Second}
	heap.Push(&r.waiting, first)
	looked, ok := r.next()
	if !ok || looked != first {
		t.Fatalf("next is %+v", looked)
	}
	earlier := job{n: 2, attempt: 2, due: time.Second}
	heap.Push(&r.waiting, earlier)
	if got := r.take(looked); got != earlier {
		t.Errorf("took %+v", got)
	}
	if next, ok := r.next(); !ok || next != first {
		t.Errorf("left is %+v, %v", next, ok)
	}
}

// A retry that was handed out and not made is outstanding; a planned delivery is
// only unsent.
func TestUnmadeRetriesAreOutstanding(t *testing.T) {
	r := newResender(&within, policy, 1)
	r.ended(job{n: 1, attempt: 1}, 500, "", time.Now(), 0)
	again, _ := r.next()
	tr := &transport{jobs: make(chan job, 2), resend: r}
	tr.jobs <- r.take(again)
	tr.jobs <- r.take(job{n: 2, attempt: 1})
	tr.leave()
	if r.outstanding() != 1 || !r.idle() {
		t.Errorf("%d outstanding, idle %v", r.outstanding(), r.idle())
	}
}

// Memory for retries is bounded; what finds no room is counted.
func TestRoomForRetries(t *testing.T) {
	r := newResender(&within, policy, 1)
	r.waiting = make(jobs, maxWaiting)
	r.ended(job{n: 1, attempt: 1}, 500, "", time.Now(), 0)
	if len(r.waiting) != maxWaiting || r.outstanding() != maxWaiting+1 {
		t.Errorf("%d waiting, %d outstanding", len(r.waiting), r.outstanding())
	}
}

func TestNoRetries(t *testing.T) {
	r := newResender(nil, policy, 1)
	j := job{n: 3, attempt: 1}
	if r != nil || r.take(j) != j || r.grace() != 0 {
		t.Errorf("%+v", r)
	}
	r.ended(j, 500, "", time.Now(), 0)
	r.done(j, true)
}

// Whatever a stall and whatever the limit on catching up, a stretch of the schedule
// is not played faster than the limit, but for what may be late unnoticed.
func TestCatchUpIsBounded(t *testing.T) {
	for _, limit := range []float64{1, 1.5, 3, 10} {
		for _, stall := range []time.Duration{10 * time.Millisecond, 300 * time.Millisecond, 900 * time.Millisecond} {
			t.Run(fmt.Sprintf("%v times after %s", limit, stall), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const rate = 1000
					p := newTestPacer(t.Context(), Constant{perSecond(rate), 5 * time.Second})
					p.catchUp = limit
					went := drive(p, map[int]time.Duration{1000: stall})
					for _, span := range []int{50, 200} {
						fewest := time.Duration(float64(span) / limit / rate * float64(time.Second))
						for n := 1001 + span; n < len(went); n++ {
							if took := went[n] - went[n-span]; took < fewest-slack-time.Millisecond {
								t.Fatalf("%d deliveries up to %d in %s, at least %s", span, n, took, fewest)
							}
						}
					}
					behind := went[len(went)-1] - p.plan.At(len(went)-1)
					if caught := behind <= slack; caught != (limit > 1 || stall <= 2*slack) {
						t.Errorf("in the end it is %s behind", behind)
					}
					if late := p.caughtUp; late == 0 {
						t.Error("nothing counts as sent late")
					}
				})
			})
		}
	}
}

// Amplification is arithmetic: what was sent for each planned one.
func TestAmplified(t *testing.T) {
	f := healthy() // 1150 planned ones
	for resent, want := range map[int]float64{0: 1, 115: 1.1, 1150: 2, 8050: 8} {
		f.resent = newTally()
		f.resent.sent = resent
		if got := f.amplified(); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d sent again: %v", resent, got)
		}
		got, excuses := f.judge(objective(t, "amplification <= 1.5"))
		if (got.Verdict == reports.Pass) != (want <= 1.5) || excuses != nil {
			t.Errorf("%d sent again: %+v, %v", resent, got, excuses)
		}
	}
	f.resent = nil
	if got, _ := f.judge(objective(t, "amplification <= 1.5")); got.Verdict != reports.NotObserved || f.amplified() != 1 {
		t.Errorf("%+v", got)
	}
}

func TestWorstSecond(t *testing.T) {
	window := func(second, planned, resent int) reports.Window {
		return reports.Window{Second: second, Sent: planned + resent, Resent: resent}
	}
	tests := []struct {
		name    string
		windows []reports.Window
		played  time.Duration
		want    float64
	}{
		{"nothing", nil, 0, 0},
		{"all alike", []reports.Window{window(0, 10, 10), window(1, 10, 10)}, 2 * time.Second, 2},
		{"one is worst", []reports.Window{window(0, 100, 0), window(1, 100, 300), window(2, 100, 50)}, 3 * time.Second, 4},
		{"a handful says nothing", []reports.Window{window(0, 100, 50), window(1, 9, 900)}, 2 * time.Second, 1.5},
		{"a handful and nothing else", []reports.Window{window(0, 9, 9)}, time.Second, 0},
		{"half a second says nothing", []reports.Window{window(0, 100, 50), window(1, 20, 80)}, 1500 * time.Millisecond, 1.5},
		{"after the plan", []reports.Window{window(0, 100, 0), window(1, 10, 500)}, time.Second, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := worstSecond(tt.windows, tt.played); got != tt.want {
				t.Errorf("%v, not %v", got, tt.want)
			}
		})
	}
}
