package conformance

import (
	"testing"
	"time"
)

// TestSearchFindsTheLimit plays searches against receivers with every sort of
// limit, declared or not.
func TestSearchFindsTheLimit(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name            string
		declared, limit time.Duration
		most            int // deliveries
	}{
		{"as declared", 5 * time.Minute, 5 * time.Minute, 8},
		{"as declared, exclusive", 5 * time.Minute, 5*time.Minute - time.Second, 8},
		{"a second beyond", 5 * time.Minute, 5*time.Minute + time.Second, 8},
		{"half of it", 5 * time.Minute, 150 * time.Second, 14},
		{"an hour", 5 * time.Minute, time.Hour, 15},
		{"half a day", 5 * time.Minute, 12 * time.Hour, 15},
		{"a second", 5 * time.Minute, time.Second, 14},
		{"nothing declared", 0, 5 * time.Minute, 16},
		{"nothing declared, an hour", 0, time.Hour, 16},
		{"a day declared", day, day, 8},
		{"none", 5 * time.Minute, 1000 * day, 2},
		{"nothing accepted", 5 * time.Minute, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := search{from: time.Second, to: max(day, 2*tt.declared), declared: tt.declared}
			sent := 0
			for distance, more := s.next(); more; distance, more = s.next() {
				if sent++; sent > tt.most {
					t.Fatalf("more than %d deliveries", tt.most)
				}
				if distance%time.Second != 0 {
					t.Fatalf("%s is no whole second", distance)
				}
				s.note(distance, distance <= tt.limit)
			}
			exact := max(time.Second, tt.limit/100)
			switch {
			case tt.limit == 0 && s.accepted != 0, tt.limit > s.to && s.refused != 0:
				t.Errorf("accepted %s, refused %s", s.accepted, s.refused)
			case tt.limit == 0 || tt.limit > s.to:
			case s.accepted > tt.limit || s.refused <= tt.limit || s.refused-s.accepted > exact:
				t.Errorf("the limit %s lies between %s and %s", tt.limit, s.accepted, s.refused)
			}
		})
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", 10 * time.Second: "10s", 5 * time.Minute: "5m", 299 * time.Second: "4m59s",
		24 * time.Hour: "24h", time.Hour + 10*time.Second: "1h0m10s", -10 * time.Minute: "-10m",
	} {
		if got := short(d); got != want {
			t.Errorf("%v is written %s, not %s", d, got, want)
		}
	}
}
