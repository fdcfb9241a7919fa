package target

import "time"

// Named returns the probe under a name of the user's choice, for reports.
func Named(name string, p Probe) Probe { return named{p, name} }

type named struct {
	Probe
	name string
}

// Describe implements Probe.
func (n named) Describe() Description {
	d := n.Probe.Describe()
	d.Name = n.name
	return d
}

// PerID reports whether the probe is asked once an event.
func (n named) PerID() bool {
	p, ok := n.Probe.(interface{ PerID() bool })
	return ok && p.PerID()
}

// First is when the probe first saw an effect of an event, if it knows.
func (n named) First(id string) (time.Time, bool) {
	if p, ok := n.Probe.(interface {
		First(string) (time.Time, bool)
	}); ok {
		return p.First(id)
	}
	return time.Time{}, false
}
