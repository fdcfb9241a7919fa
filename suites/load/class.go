package load

import "github.com/hookassay/hookassay/scenarios"

// A Class is a kind of delivery, told by the answer it asks for.
type Class uint8

const (
	Genuine   Class = iota
	Duplicate       // of a genuine one that should be acknowledged by then
	Forged          // signed with a secret the receiver does not have
	classes   = 3
)

var classNames = [classes]string{scenarios.ClassGenuine, scenarios.ClassDuplicate, scenarios.ClassForged}

func (c Class) String() string { return classNames[c] }

// accepted is what a producer takes for an acknowledgement.
func accepted(status int) bool { return status/100 == 2 }

// right reports whether an answer is one that the class asks for. A duplicate
// is acknowledged: an error would make the producer send it again. A receiver
// may refuse silently, if that was declared; then effects decide.
func (c Class) right(status int, silent bool) bool {
	if c != Forged {
		return accepted(status)
	}
	return refused(status) || silent && accepted(status)
}

// refused: 408, 425 and 429 come from something in front that saw load, not
// the signature.
func refused(status int) bool {
	switch status {
	case 408, 425, 429:
		return false
	}
	return status/100 == 4
}
