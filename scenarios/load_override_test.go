package scenarios

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// An overridden schedule is the same figure, drawn taller and longer.
func TestOverrideKeepsTheShape(t *testing.T) {
	overrides := []struct {
		peak Rate
		d    time.Duration
	}{
		{Rate{}, 0}, {Rate{500, time.Second}, 0}, {Rate{}, 7 * time.Second}, {Rate{90, time.Minute}, time.Hour}, {Rate{777, time.Second}, 333333333},
	}
	for _, tt := range goodSchedules {
		for _, o := range overrides {
			s, err := readLoad(t, goodSchedule, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Override(o.peak, o.d)
			if err != nil {
				t.Errorf("%s as %s in %s: %v", tt.text, o.peak, o.d, err)
				continue
			}
			peak, lasts := tt.peak, tt.lasts
			if o.peak != (Rate{}) {
				peak = o.peak.PerSecond()
			}
			if o.d != 0 {
				lasts = o.d
			}
			parts := time.Duration(len(got.Schedule.Stretches())) // steps are of one length: whole nanoseconds each
			if p := got.Schedule.Peak(); math.Abs(p/peak-1) > 0.0011 {
				t.Errorf("%s as %s in %s: peak %v, want %v", tt.text, o.peak, o.d, p, peak)
			}
			if off := got.Schedule.Duration() - lasts; off > parts || off < -parts {
				t.Errorf("%s as %s in %s: takes %s", tt.text, o.peak, o.d, got.Schedule.Duration())
			}
			if m, want := got.Schedule.Mass(), tt.mass*peak/tt.peak*float64(lasts)/float64(tt.lasts); math.Abs(m/want-1) > 0.003 {
				t.Errorf("%s as %s in %s: %v deliveries, want %v", tt.text, o.peak, o.d, m, want)
			}
			if got.Schedule.Arrivals != s.Schedule.Arrivals {
				t.Errorf("%s: arrivals are %q", tt.text, got.Schedule.Arrivals)
			}
			if o.peak == (Rate{}) && o.d == 0 && !reflect.DeepEqual(got.Schedule, s.Schedule) {
				t.Errorf("nothing overridden, but %+v became %+v", s.Schedule, got.Schedule)
			}
		}
	}
}

// Whoever changes what came out changes nothing of what went in.
func TestOverrideSharesNothing(t *testing.T) {
	for _, tt := range goodSchedules {
		s, err := readLoad(t, goodSchedule, tt.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Override(Rate{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		scribble(reflect.ValueOf(&got.Schedule).Elem())
		if again, err := readLoad(t, goodSchedule, tt.text); err != nil || !reflect.DeepEqual(again.Schedule, s.Schedule) {
			t.Errorf("%s became %+v", tt.text, s.Schedule)
		}
	}
}

// scribble overwrites every number that a value leads to.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scribble(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			scribble(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			scribble(v.Index(i))
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(99)
	}
}

// Times that are rounded still fit together.
func TestOverrideRoundsTogether(t *testing.T) {
	each := func(d time.Duration) mockprovider.Duration { return mockprovider.Duration(d) }
	one := Rate{1, time.Second}
	for _, s := range []LoadSchedule{
		{Spike: &Spike{one, Rate{9, time.Second}, each(time.Second), each(time.Second), each(2 * time.Second)}},
		{Sine: &Sine{Rate{1001, time.Hour}, Rate{1001, time.Hour}, each(time.Second), each(2 * time.Second)}},
		{Sine: &Sine{Rate{1_000_000, time.Hour}, Rate{999_999, time.Hour}, each(time.Second), each(2 * time.Second)}},
		{Phases: []Phase{{Rate: one, For: each(time.Second)}, {Rate: one, For: each(time.Second)}, {From: one, To: Rate{2, time.Second}, For: each(time.Second)}}},
	} {
		scenario, err := readLoad(t, "own", "own")
		if err != nil {
			t.Fatal(err)
		}
		scenario.Schedule = s
		for d := time.Second; d < time.Second+2000; d++ {
			got, err := scenario.Override(Rate{int(d % 1777), time.Second}, d)
			if err != nil || got.Schedule.Duration() != d {
				t.Fatalf("%s in %s: %s, %v", s, d, got.Schedule, err)
			}
		}
	}
}

func TestOverrideIsBounded(t *testing.T) {
	for _, tt := range goodSchedules {
		s, err := readLoad(t, goodSchedule, tt.text)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []time.Duration{-1, math.MaxInt64, 8 * 24 * time.Hour} {
			if got, err := s.Override(Rate{}, d); err == nil {
				t.Errorf("%s in %s: %s", tt.text, d, got.Schedule)
			}
		}
		if got, err := s.Override(Rate{1_000_000, time.Second}, 24*time.Hour); err == nil {
			t.Errorf("%s: %s", tt.text, got.Schedule)
		}
	}
	if _, err := (LoadScenario{}).Override(Rate{1, time.Second}, 0); err == nil {
		t.Error("no schedule was made faster")
	}
}
