package mockprovider

import (
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// A Composer makes deliveries for one target.
type Composer struct {
	Scheme    *Scheme
	Secret    Secret // signs genuine deliveries
	Tolerance Tolerance
	Host      string       // value of the Host header
	Path      string       // request target: path and query
	Extra     []wire.Field // headers the target's edge asks for
	Origin    string       // WebHook-Request-Origin; empty: none
	Foreign   Secret       // of the right form, and nobody has it
	// Others are further secrets of the producer's by their name, such as
	// PreviousSecret.
	Others map[string]Secret
}

// A Delivery is one request that carries an event, ready to be sent.
type Delivery struct {
	Event   Event
	SentID  string // the event's id as it stands in the message: a fault may have changed it
	Faults  []FaultUse
	Mode    string
	At      time.Time // of the attempt, as the producer claims
	Message wire.Message
	// chosen is, by fault, the form that it took where it has many.
	chosen map[string]string
	// Genuine is the message that the same event at the same time, in the same
	// content mode, would have been without the faults. Of a repeated delivery
	// it is the message repeated. Zero where there are no faults.
	Genuine wire.Message
	Request wire.Request
	HTTP2   bool
	// Patience is how long the answer, or the end of the connection, is waited
	// for; 0: as usual.
	Patience time.Duration
	// Expected holds the signatures that would have been right where those
	// sent are not: a receiver that shows one is a signing oracle.
	Expected []Sensitive
}

// Compose makes one attempt of the event at the time given.
func (c *Composer) Compose(e Event, at time.Time, faults []FaultUse) (Delivery, error) {
	d, err := c.draft(e, at, faults)
	if err != nil {
		return Delivery{}, err
	}
	made := Delivery{
		Event: e, SentID: d.sentID(), Faults: faults, Mode: d.mode, At: at,
		Message: d.message, Request: d.request(), HTTP2: d.http2, Patience: d.stall.wait,
		Expected: d.expected(), chosen: d.chosen,
	}
	if len(faults) > 0 {
		genuine, err := c.draft(e, at, beforeBody(faults))
		if err != nil {
			return Delivery{}, err
		}
		made.Genuine = genuine.message
	}
	return made, nil
}

// draft makes the message and notes how it goes on the wire.
func (c *Composer) draft(e Event, at time.Time, faults []FaultUse) (*Draft, error) {
	d := &Draft{c: c, event: e, at: at, id: e.ID, key: c.Secret}
	if len(c.Scheme.Modes) > 0 {
		d.mode = c.Scheme.Modes[0]
	}
	steps := []struct {
		stage Stage
		work  func() error
	}{
		{StageMode, d.render},
		{StageBody, d.stamp},
		{StageStamp, nil},
		{StageSign, d.seal},
		{StageSealed, nil},
		{StageWire, nil},
	}
	for _, s := range steps {
		if err := d.apply(s.stage, faults); err != nil {
			return nil, err
		}
		if s.work == nil {
			continue
		}
		if err := s.work(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// beforeBody leaves the faults that choose what is delivered and in which
// content mode: they alter nothing of a delivery.
func beforeBody(faults []FaultUse) []FaultUse {
	return slices.DeleteFunc(slices.Clone(faults), func(use FaultUse) bool {
		f, err := FindFault(use.Name)
		return err == nil && f.Stage >= StageBody
	})
}

// Repeat sends a delivery's message again; the faults alter what is sealed.
func (c *Composer) Repeat(last Delivery, faults []FaultUse) (Delivery, error) {
	d := &Draft{c: c, event: last.Event, mode: last.Mode, http2: last.HTTP2}
	d.message = last.Message
	d.message.Fields = slices.Clone(last.Message.Fields)
	for _, stage := range []Stage{StageSealed, StageWire} {
		if err := d.apply(stage, faults); err != nil {
			return Delivery{}, err
		}
	}
	last.Genuine = wire.Message{}
	if len(faults) > 0 {
		last.Genuine = last.Message
	}
	last.Faults, last.Message, last.Request, last.SentID = faults, d.message, d.request(), d.sentID()
	last.HTTP2, last.Patience = d.http2, d.stall.wait
	last.Expected, last.chosen = d.expected(), d.chosen
	return last, nil
}
