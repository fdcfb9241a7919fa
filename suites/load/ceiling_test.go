package load

import (
	"testing"
	"testing/synctest"
	"time"
)

// most is the largest number of times that lie within a minute.
func most(times []time.Duration) (n int) {
	first := 0
	for i, at := range times {
		for at-times[first] >= time.Minute {
			first++
		}
		n = max(n, i-first+1)
	}
	return n
}

// Whatever the plan does, and however late it is, no minute holds more than was
// granted.
func TestNoMinuteExceedsTheGrant(t *testing.T) {
	for _, test := range []struct {
		name             string
		granted, planned int
		stall            time.Duration
	}{
		{"few", 60, 50, 0},
		{"few, after a stall", 60, 50, 20 * time.Second},
		{"many", 6000, 5000, 0},
		{"many, after a stall", 6000, 5900, 20 * time.Second},
		{"a great many, after a stall", 120_000, 100_000, 20 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := Constant{perMinute(test.planned), 2 * time.Minute}
				p := newTestPacer(t.Context(), c)
				p.ceiling = newCeiling(test.granted, test.planned)
				went := drive(p, map[int]time.Duration{test.planned / 2: test.stall})
				if n := most(went); n > test.granted {
					t.Errorf("%d in a minute, of %d granted", n, test.granted)
				}
				if test.stall == 0 && went[len(went)-1] != c.At(c.Len()-1) {
					t.Errorf("the last went at %s, not at %s", went[len(went)-1], c.At(c.Len()-1))
				}
				if test.stall > 0 && len(went) < test.planned {
					t.Errorf("only %d went", len(went))
				}
			})
		})
	}
}

// A plan of just the rate that was granted loses nothing by waking up late.
func TestLateWakeUpsDoNotAddUp(t *testing.T) {
	c := newCeiling(6000, 6000)
	for n := range 6000 {
		late := time.Duration(n)*10*time.Millisecond + 2*time.Millisecond
		if c.free() > late {
			t.Fatalf("delivery %d may go %s after its time", n, c.free()-late)
		}
		c.take(late)
	}
}
