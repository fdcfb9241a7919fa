package scenarios

// The classes of deliveries that a load run may mix. Each is told by the answer
// it asks for.
const (
	ClassGenuine     = "genuine"
	ClassDuplicate   = "duplicate"    // the bytes of one that should be acknowledged by then, once more
	ClassRacing      = "racing"       // a duplicate that is sent together with its original
	ClassRetry       = "retry"        // like duplicate, dated and signed anew
	ClassForged      = "forged"       // signed with a secret the receiver does not have
	ClassStale       = "stale"        // older than the receiver's tolerance
	ClassMalformed   = "malformed"    // signed, but its body ends in the middle
	ClassUnknownType = "unknown-type" // of a type that the receiver has not heard of
	ClassLarge       = "large"        // genuine, with a body of 64 KiB
)

// LoadClasses lists the classes in the order of reports.
var LoadClasses = []string{
	ClassGenuine, ClassDuplicate, ClassRacing, ClassRetry, ClassForged, ClassStale, ClassMalformed, ClassUnknownType, ClassLarge,
}
