package mockprovider

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Stage is the moment in a delivery's making at which a fault acts.
type Stage int

const (
	StageEvent  Stage = iota // which event it is
	StageMode                // how the event is rendered
	StageBody                // the body, before it is signed
	StageStamp               // id and timestamp, before they are signed
	StageSign                // key, algorithm, form of the signature
	StageSealed              // the finished message: nothing is signed again
	StageWire                // how the bytes are put on the wire
)

// A Fault is one named way in which a delivery deviates from a genuine one.
// Faults compose: those of an earlier stage act first.
type Fault struct {
	Name  string
	Stage Stage
	Param ParamKind
	Needs []Feature // of the scheme; without them the fault means nothing
	Doc   string

	check func(Param) error // finds a bad parameter when a scenario is loaded
	event func(*EventSpec, Param) error
	apply func(*Draft, Param) error
}

// ParamKind is the shape of a fault's parameter.
type ParamKind string

const (
	ParamNone ParamKind = ""
	ParamText ParamKind = "text"
	ParamList ParamKind = "list"
	ParamMap  ParamKind = "map"
)

// A Param is a fault's parameter, of the kind the fault says.
type Param struct {
	Text string   `json:"text,omitempty"`
	List []string `json:"list,omitempty"`
	Map  []Pair   `json:"map,omitempty"` // in the order written
}

// Pair is one entry of a map parameter.
type Pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Kind tells which kind of parameter was given.
func (p Param) Kind() ParamKind {
	switch {
	case p.Map != nil:
		return ParamMap
	case p.List != nil:
		return ParamList
	case p.Text != "":
		return ParamText
	}
	return ParamNone
}

// A FaultUse is a fault with its parameter, as a scenario writes it.
type FaultUse struct {
	Name  string `json:"name"`
	Param Param  `json:"param,omitzero"`
}

// String is the fault's name and, where it is a text, its parameter.
func (u FaultUse) String() string {
	if u.Param.Text != "" {
		return u.Name + ": " + u.Param.Text
	}
	return u.Name
}

// Check says what is wrong with a use of a fault.
func (u FaultUse) Check() error {
	f, err := FindFault(u.Name)
	if err != nil {
		return err
	}
	if got := u.Param.Kind(); got != f.Param {
		return fmt.Errorf("fault %s takes %s, not %s", u.Name, paramWords[f.Param], paramWords[got])
	}
	if f.Param != ParamText && f.Param != ParamNone && len(u.Param.List)+len(u.Param.Map) == 0 {
		return fmt.Errorf("fault %s: %s with nothing in it alters nothing", u.Name, paramWords[f.Param])
	}
	if f.check != nil {
		if err := f.check(u.Param); err != nil {
			return fmt.Errorf("fault %s: %w", u.Name, err)
		}
	}
	return nil
}

var paramWords = map[ParamKind]string{
	ParamNone: "no parameter", ParamText: "one text", ParamList: "a list", ParamMap: "a map",
}

// Faults lists every fault in alphabetical order.
func Faults() []Fault { return allFaults }

var allFaults = sortedFaults(eventFaults, bodyFaults, signFaults, sealedFaults, wireFaults)

func sortedFaults(groups ...[]Fault) []Fault {
	all := slices.Concat(groups...)
	slices.SortFunc(all, func(a, b Fault) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}

// FindFault returns the fault of that name. The error names the nearest one.
func FindFault(name string) (Fault, error) {
	var names []string
	for _, f := range allFaults {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Fault{}, nearest.Unknown("fault", name, names)
}

// AfterSealing reports whether none of the faults needs a new signature.
func AfterSealing(faults []FaultUse) bool {
	for _, use := range faults {
		if f, err := FindFault(use.Name); err == nil && f.Stage < StageSealed {
			return false
		}
	}
	return true
}

// ApplyToEvent lets the faults that concern the event itself alter its spec.
func ApplyToEvent(spec *EventSpec, faults []FaultUse) error {
	for _, use := range faults {
		f, err := FindFault(use.Name)
		if err != nil {
			return err
		}
		if f.event == nil {
			continue
		}
		if err := f.event(spec, use.Param); err != nil {
			return fmt.Errorf("fault %s: %w", use.Name, err)
		}
	}
	return nil
}

// roles are names for headers whose spelling is the scheme's: {id},
// {timestamp}, {type}, {signature} (the one that counts), {signatures} (legacy
// ones too), {credentials} (all that authenticates).
func (d *Draft) names(name string) []string {
	s := d.c.Scheme
	var all []string
	add := func(names ...string) {
		for _, n := range names {
			if n != "" {
				all = append(all, n)
			}
		}
	}
	signatures := func() {
		for _, h := range s.Signatures {
			add(h.Header)
		}
	}
	stamp := func() {
		add(s.ID.Header)
		if s.Timestamp != nil {
			add(s.Timestamp.Header)
		}
	}
	switch name {
	case "{id}":
		add(s.ID.Header)
	case "{timestamp}":
		if s.Timestamp != nil {
			add(s.Timestamp.Header)
		}
	case "{type}":
		add(s.Type.Header)
	case "{signature}":
		if len(s.Signatures) > 0 {
			add(s.Signatures[0].Header)
		}
	case "{signatures}":
		signatures()
	case "{credentials}":
		if s.Bearer != nil {
			add(s.Bearer.Header)
			break
		}
		signatures()
		if s.Covers.ID { // an id that is not signed authenticates nothing
			stamp()
		}
	default:
		add(name)
	}
	return all
}

var errNothing = errors.New("nothing there to alter")

// alter changes every field of that name. At least one must be there and
// become another: a fault that changes nothing would be a genuine delivery in
// disguise.
func (d *Draft) alter(name string, change func(wire.Field) []wire.Field) error {
	changed := false
	for _, n := range d.names(name) {
		var out []wire.Field
		for _, f := range d.message.Fields {
			if equalName(f.Name, n) {
				now := change(f)
				changed = changed || !slices.Equal(now, []wire.Field{f})
				out = append(out, now...)
				continue
			}
			out = append(out, f)
		}
		d.message.Fields = out
	}
	if !changed {
		return fmt.Errorf("header %s: %w", name, errNothing)
	}
	return nil
}
