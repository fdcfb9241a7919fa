package scenarios

import (
	"errors"
	"fmt"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// Windows names the sides of now on which a tolerance is measured.
var Windows = map[string]string{
	"past":   "how old a delivery may be",
	"future": "how far ahead of the clock a delivery may be dated",
}

// A Measure is a step that finds out how far from now a timestamp may be:
// genuine deliveries of fresh events, their timestamps shifted, by bisection.
type Measure struct {
	Window string `json:"window"` // past or future
	// From is a distance that every receiver accepts, To one that none needs
	// to: a receiver that accepts it too is taken for one without a limit.
	From mockprovider.Duration `json:"from"`
	To   mockprovider.Duration `json:"to"`
	// Wide is the widest window that is not noted, unless the target's tolerance
	// is declared to be wider. That it is wider than declared is for others to
	// warn of: one choice is one warning.
	Wide mockprovider.Duration `json:"wide"`
}

// MostProbes bounds the deliveries of one measure.
const MostProbes = 16

// Farthest is the greatest distance tried: well beyond the tolerance declared.
func (m Measure) Farthest(tolerance time.Duration) time.Duration {
	return max(time.Duration(m.To), 2*tolerance)
}

func (m Measure) check() error {
	const second = mockprovider.Duration(time.Second)
	switch {
	case Windows[m.Window] == "":
		return under(fmt.Errorf("window %q; there are past, future", m.Window), "window")
	case m.From < second || m.From%second != 0 || m.To%second != 0:
		return under(errors.New("from and to are whole seconds, and from is at least one"), "from")
	case m.To < 2*m.From:
		return under(errors.New("to is at least twice from: there is nothing to halve otherwise"), "to")
	case m.Wide <= m.From || m.Wide >= m.To:
		return under(errors.New("wide lies between from and to"), "wide")
	}
	return nil
}

func (m Measure) explain() []string {
	where := map[string]string{"past": "before", "future": "after"}[m.Window]
	return []string{
		fmt.Sprintf("measure %s: at most %d genuine deliveries of fresh events, dated %s to %s %s now, by bisection",
			Windows[m.Window], MostProbes, spoken(m.From), spoken(m.To), where),
		fmt.Sprintf("a note where more than %s, and more than target.tolerance, is accepted", spoken(m.Wide)),
		fmt.Sprintf("held against it: even %s, or twice target.tolerance, is accepted", spoken(m.To)),
	}
}

// spoken writes a duration without units of which there are none.
func spoken(d mockprovider.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}} {
		if t := time.Duration(d); t >= u.size && t%u.size == 0 {
			return fmt.Sprintf("%d %s", t/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d s", time.Duration(d)/time.Second)
}
