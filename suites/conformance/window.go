package conformance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// measure sends genuine deliveries with shifted timestamps until the limit of
// what is accepted is known, or as many as it may.
func (p *player) measure(ctx context.Context, m scenarios.Measure, about transcript.Exchange) error {
	declared := time.Duration(p.sender.Target.Tolerance.Past)
	if m.Window == "future" {
		declared = time.Duration(p.sender.Target.Tolerance.Future)
	}
	s := search{from: time.Duration(m.From), to: m.Farthest(declared), declared: declared}
	for n := 1; n <= scenarios.MostProbes; n++ {
		distance, more := s.next()
		if !more {
			return nil
		}
		about.Copy = n
		e, err := p.dated(ctx, m, about, distance)
		if err != nil {
			return err
		}
		p.exchanges = append(p.exchanges, e)
		if e.Answer.Status == 0 || target.NotNow(e.Answer.Status) {
			return nil // nothing is known of this distance
		}
		accepted := e.Answer.Status/100 == 2
		if p.sender.Target.Rejects == target.RejectsSilently { // only effects will tell
			accepted = declared == 0 || distance <= declared // without a limit to suppose, the farthest is tried
		}
		s.note(distance, accepted)
	}
	return nil
}

// dated sends a fresh event whose timestamp lies so far from now; again, as
// told, after an answer that proves nothing.
func (p *player) dated(ctx context.Context, m scenarios.Measure, about transcript.Exchange, distance time.Duration) (transcript.Exchange, error) {
	shift, where := distance, "ahead"
	if m.Window == "past" {
		shift, where = -distance, "ago"
	}
	about.Label = fmt.Sprintf("%s %s", short(distance), where)
	event, err := p.event(scenarios.Step{Send: about.Label})
	if err != nil {
		return about, err
	}
	for try := 1; ; try++ {
		if try > 1 {
			about.Try = try
		}
		if err := awaitSecond(ctx); err != nil {
			return about, err
		}
		now := time.Now()
		d, err := p.sender.Composer.Compose(event, now, []mockprovider.FaultUse{
			{Name: "timestamp.shift", Param: mockprovider.Param{Text: fmt.Sprintf("%+ds", int64(shift.Seconds()))}},
		})
		if err != nil {
			return about, err
		}
		claimed := p.sender.Target.Scheme.Timestamp.Claims(now.Add(shift))
		about.Claimed = &claimed
		e, err := p.sender.Send(ctx, about, d, nil)
		if err != nil || try == target.Tries || !target.NotNow(e.Answer.Status) {
			return e, err
		}
		if err := target.Pause(ctx, target.RetryAfter(e.Answer, try)); err != nil {
			return e, err
		}
	}
}

// short writes a duration without the units of which it has none.
func short(d time.Duration) string {
	text := d.String()
	for _, none := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, none) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// awaitSecond waits for the next second near the end of one. A delivery that is
// composed in one and judged in the next is a second older than it was meant.
func awaitSecond(ctx context.Context) error {
	const late = 850 * time.Millisecond
	now := time.Now()
	if into := now.Sub(now.Truncate(time.Second)); into > late {
		return target.Pause(ctx, time.Second-into)
	}
	return nil
}
