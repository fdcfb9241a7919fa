package load

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

func newTestPacer(ctx context.Context, s Schedule) *pacer {
	return &pacer{
		ctx: ctx, plan: &Plan{schedule: s, dealer: genuineOnly()}, catchUp: 1.5, jobs: make(chan job, s.Len()),
		start: func(time.Time) {}, wait: waitSimply,
	}
}

// waitSimply waits as synctest can.
func waitSimply(ctx context.Context, until time.Time, wake <-chan struct{}) {
	select {
	case <-time.After(time.Until(until)):
	case <-wake:
	case <-ctx.Done():
	}
}

func genuineOnly() *dealer {
	d, err := newDealer([]scenarios.Weight{{Name: scenarios.ClassGenuine, Weight: 1}}, 1)
	if err != nil {
		panic(err) // the mix is not empty
	}
	return d
}

// drive does what Vegeta does, and returns when each delivery went.
func drive(p *pacer, stall map[int]time.Duration) []time.Duration {
	began := time.Now()
	var went []time.Duration
	for {
		if _, stop := p.Pace(time.Since(began), uint64(len(went))); stop {
			return went
		}
		time.Sleep(stall[len(went)])
		went = append(went, time.Since(began))
	}
}

func TestPacerKeepsTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Constant{perSecond(100), 2 * time.Second}
		went := drive(newTestPacer(t.Context(), c), nil)
		if len(went) != c.Len() {
			t.Fatalf("%d went, of %d", len(went), c.Len())
		}
		for n, at := range went {
			if at != c.At(n) {
				t.Errorf("%d went at %s, not at %s", n, at, c.At(n))
			}
		}
	})
}

// After a stall the schedule is played faster, but in no burst.
func TestPacerCatchesUpWithoutABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Constant{perSecond(1000), 2 * time.Second}
		went := drive(newTestPacer(t.Context(), c), map[int]time.Duration{500: 300 * time.Millisecond})
		if len(went) != c.Len() {
			t.Fatalf("%d went, of %d", len(went), c.Len())
		}
		if in := went[511] - went[501]; in < time.Millisecond {
			t.Errorf("10 deliveries in %s at once after a stall", in)
		}
		for n := 531; n < len(went); n++ {
			if in := went[n] - went[n-20]; in < 13*time.Millisecond {
				t.Fatalf("20 deliveries in %s after a stall", in)
			}
		}
		if last := went[len(went)-1]; last != c.At(c.Len()-1) {
			t.Errorf("the last went at %s: the schedule was not caught up with", last)
		}
	})
}

func TestPacerGivesUpAfterOvertime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Constant{perSecond(100), time.Second}
		went := drive(newTestPacer(t.Context(), c), map[int]time.Duration{50: 1800 * time.Millisecond})
		if len(went) >= c.Len() || len(went) < 51 {
			t.Errorf("%d went, of %d", len(went), c.Len())
		}
		if last := went[len(went)-1]; last > c.For+overtime+time.Second {
			t.Errorf("the last went at %s", last)
		}
	})
}

func TestPacerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		time.AfterFunc(90500*time.Millisecond, cancel)
		p := newTestPacer(ctx, Constant{perSecond(1), time.Hour})
		if went := drive(p, nil); len(went) != 91 || time.Since(began) != 90500*time.Millisecond {
			t.Errorf("%d went in %s", len(went), time.Since(began))
		}
		if p.Rate(0) != 1 {
			t.Errorf("rate %v", p.Rate(0))
		}
	})
}

func TestWaitUntil(t *testing.T) {
	for _, d := range []time.Duration{-time.Second, 0, 100 * time.Microsecond, 20 * time.Millisecond} {
		until := time.Now().Add(d)
		waitUntil(t.Context(), until, nil)
		if early := time.Until(until); early > 0 {
			t.Errorf("%s: returned %s early", d, early)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	waitUntil(ctx, began.Add(time.Minute), nil)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s to stop", took)
	}
}
