package mockprovider

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

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

	check func(Param) error  // finds a bad parameter when a scenario is loaded
	words func(Param) string // instead of Doc, where the parameter makes a difference
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

// String is the fault's name with its parameter. What cannot be seen is quoted.
func (u FaultUse) String() string {
	var items []string
	switch u.Param.Kind() {
	case ParamNone:
		return u.Name
	case ParamText:
		return u.Name + ": " + visible(u.Param.Text)
	case ParamMap:
		for _, p := range u.Param.Map {
			items = append(items, visible(p.Key)+": "+visible(p.Value))
		}
		return u.Name + ": {" + strings.Join(items, ", ") + "}"
	}
	for _, text := range u.Param.List {
		items = append(items, visible(text))
	}
	return u.Name + ": [" + strings.Join(items, ", ") + "]"
}

// visible quotes a text that has something in it that does not show.
func visible(text string) string {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if strings.ContainsFunc(text, hidden) || strings.TrimSpace(text) != text {
		return strconv.QuoteToASCII(text)
	}
	return text
}

// Explain says in words what the fault does with its parameter.
func (u FaultUse) Explain() string {
	f, err := FindFault(u.Name)
	switch {
	case err != nil:
		return err.Error()
	case f.words != nil:
		return f.words(u.Param)
	}
	return f.Doc
}

// Needs lists the features without which the use means nothing: the fault's,
// and those of the scheme's headers that its parameter names.
func (u FaultUse) Needs() []Feature {
	f, err := FindFault(u.Name)
	if err != nil {
		return nil
	}
	needs := slices.Clone(f.Needs)
	named := slices.Clone(u.Param.List)
	for _, p := range u.Param.Map {
		named = append(named, p.Key)
	}
	for _, name := range named {
		if feature, ok := roles[name]; ok && !slices.Contains(needs, feature) {
			needs = append(needs, feature)
		}
	}
	for _, feature := range slices.Sorted(maps.Keys(SecretSlots)) {
		if strings.Contains(u.Param.Text, "{"+SecretSlots[feature]+"}") {
			needs = append(needs, feature)
		}
	}
	return needs
}

// roles are names for headers whose spelling is the scheme's, with the feature
// of those that have one. {credentials} are there always.
var roles = map[string]Feature{
	"{id}": "id", "{timestamp}": "timestamp-header", "{type}": "type-header",
	"{signature}": "signature", "{signatures}": "signature",
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

var allFaults = sortedFaults(eventFaults, bodyFaults, textFaults, variedFaults, rewriteFaults, idFaults, codingFaults,
	signFaults, secretFaults, ed25519Faults, timestampFaults, sealedFaults, spoofFaults, swapFaults,
	headFaults, wireFaults, framingFaults, paceFaults, ackFaults)

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

// names spells a header's name out. Roles stand for the scheme's own: {id},
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
		if s.covers("{id}") { // what is not signed authenticates nothing
			add(s.ID.Header)
		}
		if s.covers("{timestamp}") {
			add(s.Timestamp.Header)
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
