package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Rate is a number of deliveries in a unit of time, written 200/s, 90/m or
// 5/h. Both are whole, so that a schedule's times never drift.
type Rate struct {
	N   int
	Per time.Duration
}

// maxRate bounds what one machine is asked to send in a second.
const maxRate = 1_000_000

var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// ParseRate reads "200/s". The error says what was expected.
func ParseRate(text string) (Rate, error) {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	per, known := rateUnits[strings.TrimSpace(unit)]
	if err != nil || !known {
		return Rate{}, fmt.Errorf("%q is no rate (write 200/s, 90/m or 5/h)", text)
	}
	r := Rate{n, per}
	if n < 1 || r.PerSecond() > maxRate {
		return Rate{}, fmt.Errorf("rate %s: it is at least 1, and at most %d/s", text, maxRate)
	}
	return r, nil
}

// PerSecond is the rate as a number.
func (r Rate) PerSecond() float64 {
	if r.Per == 0 {
		return 0
	}
	return float64(r.N) / r.Per.Seconds()
}

// plus is the sum, in the unit of both or by the hour.
func (r Rate) plus(o Rate) Rate {
	if r.Per == o.Per {
		return Rate{r.N + o.N, r.Per}
	}
	return Rate{r.N*int(time.Hour/r.Per) + o.N*int(time.Hour/o.Per), time.Hour}
}

func (r Rate) String() string {
	for unit, per := range rateUnits {
		if per == r.Per {
			return fmt.Sprintf("%d/%s", r.N, unit)
		}
	}
	return fmt.Sprintf("%d/%s", r.N, r.Per)
}

// UnmarshalText parses what ParseRate does.
func (r *Rate) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRate(string(b))
	return err
}

// MarshalText writes the rate so that UnmarshalText reads it again.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
