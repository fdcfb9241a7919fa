package mockprovider

import (
	"cmp"
	"slices"
)

// Faults of headers that the signature does not cover, so that anybody on the
// way can change them and the delivery stays authentic.
var swapFaults = []Fault{
	{
		Name: "type.swap", Stage: StageSealed, Needs: []Feature{"type-uncovered"},
		Doc: "the type's header names another type than the body is of; it is not signed, so the signature stays right",
		apply: func(d *Draft, _ Param) error {
			return d.alterValue("{type}", func(string) string { return d.c.Scheme.otherType(d.event.Type) })
		},
	},
}

// otherType is a type of event that real deliveries have, other than the one
// given; the unknown type where there is none.
func (s *Scheme) otherType(than string) string {
	i := slices.IndexFunc(s.Events, func(t string) bool { return t != than })
	if i < 0 {
		return cmp.Or(s.UnknownType, than)
	}
	return s.Events[i]
}
