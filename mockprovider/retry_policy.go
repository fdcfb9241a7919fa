package mockprovider

import (
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// A RetryPolicy says when a producer attempts a delivery again that was not
// acknowledged: after listed delays, or after growing ones.
type RetryPolicy struct {
	Source      string      `yaml:"source"` // URL of the page that says so
	Delays      []Duration  `yaml:"delays"` // before the second attempt, the third, …
	Exponential Exponential `yaml:"exponential"`
	Jitter      int         `yaml:"jitter"`  // percent of a wait, more or less
	ByHand      bool        `yaml:"by_hand"` // only where the receiver's owner asks the producer for it
}

// Exponential is a schedule whose delays grow.
type Exponential struct {
	First  Duration `yaml:"first"`
	Factor int      `yaml:"factor"`
	Most   Duration `yaml:"most"` // no delay is longer
	For    Duration `yaml:"for"`  // no attempt is made later than this after the first
}

// maxAttempts bounds a policy.
const maxAttempts = 100

// RetryPolicy is how the scheme's producers retry. A scheme that says nothing
// takes the schedule that Standard Webhooks gives as its example.
func (s *Scheme) RetryPolicy() RetryPolicy {
	if s.Retries != nil {
		return *s.Retries
	}
	all, _ := loadSchemes() // the embedded schemes are valid: a test loads them
	return *all["standard-webhooks"].Retries
}

// Waits lists the waits before the second attempt, the third, and so on.
func (p RetryPolicy) Waits() []time.Duration {
	var waits []time.Duration
	for _, d := range p.Delays {
		waits = append(waits, time.Duration(d))
	}
	if p.Exponential != (Exponential{}) {
		return p.Exponential.waits()
	}
	return waits
}

func (e Exponential) waits() (waits []time.Duration) {
	growing := backoff.ExponentialBackOff{
		InitialInterval: time.Duration(e.First), Multiplier: float64(e.Factor), MaxInterval: time.Duration(e.Most),
	}
	total := time.Duration(0)
	for range maxAttempts - 1 {
		wait := growing.NextBackOff()
		if total += wait; total > time.Duration(e.For) {
			break
		}
		waits = append(waits, wait)
	}
	return waits
}

// Span is how long after the first attempt the last one is made.
func (p RetryPolicy) Span() time.Duration {
	total := time.Duration(0)
	for _, wait := range p.Waits() {
		total += wait
	}
	return total
}

func (s *Scheme) checkRetries() error {
	if s.Retries == nil {
		return nil
	}
	if err := s.Retries.check(); err != nil {
		return fmt.Errorf("retries: %w", err)
	}
	return nil
}

func (p RetryPolicy) check() error {
	e := p.Exponential
	switch {
	case p.Source == "":
		return errors.New("source is missing: the page that says so")
	case len(p.Delays) > 0 && e != (Exponential{}):
		return errors.New("both delays and exponential; give one")
	case len(p.Delays) == 0 && e == (Exponential{}):
		return errors.New("neither delays nor exponential; leave retries out to take the schedule of Standard Webhooks")
	case len(p.Delays) >= maxAttempts:
		return fmt.Errorf("%d delays; at most %d", len(p.Delays), maxAttempts-1)
	case p.Jitter < 0 || p.Jitter > 50:
		return fmt.Errorf("jitter is %d; it is percent of a wait, from 0 to 50", p.Jitter)
	}
	for _, d := range p.Delays {
		if d <= 0 {
			return fmt.Errorf("a delay of %s; every one is longer than nothing", d)
		}
	}
	if len(p.Delays) > 0 {
		return nil
	}
	return e.check()
}

func (e Exponential) check() error {
	switch {
	case e.First < Duration(time.Millisecond):
		return errors.New("exponential.first is missing: the first delay, at least 1ms")
	case e.Factor < 2 || e.Factor > 10:
		return fmt.Errorf("exponential.factor is %d; delays grow by a factor from 2 to 10", e.Factor)
	case e.Most < e.First:
		return fmt.Errorf("exponential.most is %s; no less than the first delay, %s", e.Most, e.First)
	case e.For < e.First:
		return fmt.Errorf("exponential.for is %s: not even the first retry would be made", e.For)
	}
	return nil
}
