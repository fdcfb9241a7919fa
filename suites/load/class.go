package load

import (
	"net/http"

	"github.com/hookassay/hookassay/scenarios"
)

// A Class is a kind of delivery, told by the answer it asks for. Its number is
// its index in scenarios.LoadClasses.
type Class uint8

const (
	Genuine     Class = iota
	Duplicate         // the bytes of an event's delivery that should be acknowledged by then
	Racing            // … of the genuine one before it, at the same time
	Retry             // like Duplicate, dated and signed anew
	Forged            // signed with a secret the receiver does not have
	Stale             // older than the receiver's tolerance
	Malformed         // signed, but the body ends in the middle
	UnknownType       // of a type nobody has heard of
	Large             // genuine, with a body of largeBody bytes
	classes     = iota
)

// largeBody is what receivers of events should take at the least
// (https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#size-limits).
const largeBody = 64 << 10

func (c Class) String() string { return scenarios.LoadClasses[c] }

// classOf is the class of that name; scenarios has checked it.
func classOf(name string) Class {
	for c, n := range scenarios.LoadClasses {
		if n == name {
			return Class(c)
		}
	}
	return Genuine
}

// copies reports whether a delivery carries an event that another one carries.
func (c Class) copies() bool { return c == Duplicate || c == Racing || c == Retry }

// owed reports whether the receiver owes the delivery's event, once it is
// acknowledged, its effect. A producer sends it again until it is.
func (c Class) owed() bool { return c == Genuine || c == Large }

// accepted is what a producer takes for an acknowledgement.
func accepted(status int) bool { return status/100 == 2 }

// right reports whether an answer is one that the class asks for. A duplicate
// is acknowledged: an error would make the producer send it again. A receiver
// may refuse silently, if that was declared; then effects decide. What is
// malformed or unknown may be taken or refused, but must not break anything;
// a large body may be refused by its size.
func (c Class) right(status int, silent bool) bool {
	switch c {
	case Forged, Stale:
		return refused(status) || silent && accepted(status)
	case Malformed, UnknownType:
		return refused(status) || accepted(status)
	case Large:
		return accepted(status) || status == http.StatusRequestEntityTooLarge
	}
	return accepted(status)
}

// refused: 408, 425 and 429 come from something in front that saw load, not
// the delivery.
func refused(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status/100 == 4
}
