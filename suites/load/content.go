package load

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// Content says what an event carries: its type, its size, and the object it is
// about. Everything is a pure function of the seed and the event's number.
type content struct {
	seed    uint64
	types   choice // none: the default type
	names   []string
	sizes   choice // none: as the events are
	bytes   []int
	objects []float64 // cumulative shares by rank; none: an object of its own
	text    []string  // in words, for reports
}

// What is drawn of an event. Each draw is independent of the others.
const (
	drawType uint64 = iota + 1
	drawSize
	drawObject
)

func (c *content) draw(what uint64, event int) uint64 {
	return mix64(c.seed^mix64(what, what), uint64(event))
}

func newContent(s scenarios.LoadScenario, seed int64) *content {
	c := &content{seed: uint64(seed)}
	var types, sizes []string
	for _, w := range s.Types {
		c.types = c.types.add(w.Weight)
		c.names = append(c.names, w.Name)
		types = append(types, fmt.Sprintf("%s %d", w.Name, w.Weight))
	}
	for _, w := range s.Sizes {
		c.sizes = c.sizes.add(w.Weight)
		c.bytes = append(c.bytes, w.Bytes)
		sizes = append(sizes, fmt.Sprintf("%d bytes %d", w.Bytes, w.Weight))
	}
	if types != nil {
		c.text = append(c.text, "types by weight: "+strings.Join(types, ", "))
	}
	if sizes != nil {
		c.text = append(c.text, "sizes by weight: "+strings.Join(sizes, ", "))
	}
	if s.Keys != nil {
		c.objects = zipf(*s.Keys)
		c.text = append(c.text, fmt.Sprintf("about %d objects, by Zipf's law with exponent %v: %.3g %% about the first",
			s.Keys.Objects, s.Keys.Skew, 100*c.objects[0]))
	}
	return c
}

// forms are what the press is made for. Genuine deliveries come first, by type
// and size; then one form a class.
func (c *content) forms(mix []scenarios.Weight) (forms []mockprovider.Form, of [classes]int) {
	for t := range max(1, len(c.names)) {
		for s := range max(1, len(c.bytes)) {
			var f mockprovider.Form
			if c.names != nil {
				f.Type = c.names[t]
			}
			if c.bytes != nil {
				f.Faults = []mockprovider.FaultUse{pad(c.bytes[s])}
			}
			forms = append(forms, f)
		}
	}
	for _, w := range mix {
		class := classOf(w.Name)
		if faults := deviations[class]; faults != nil {
			of[class] = len(forms)
			forms = append(forms, mockprovider.Form{Faults: faults})
		}
	}
	return forms, of
}

// deviations are the faults of the classes that have a form of their own. A
// stale delivery is only dated differently.
var deviations = [classes][]mockprovider.FaultUse{
	Forged:      {{Name: "secret.wrong"}},
	Malformed:   {{Name: "body.cut"}},
	UnknownType: {{Name: "event.unknown-type"}},
	Large:       {pad(largeBody)},
}

func pad(bytes int) mockprovider.FaultUse {
	return mockprovider.FaultUse{Name: "body.pad", Param: mockprovider.Param{Text: strconv.Itoa(bytes)}}
}

// typeOf is the index of the event's type; 0 where there is only the default.
func (c *content) typeOf(event int) int { return c.types.pick(c.draw(drawType, event)) }

// form is the index of the form of a genuine event.
func (c *content) form(event int) int {
	return c.typeOf(event)*max(1, len(c.bytes)) + c.sizes.pick(c.draw(drawSize, event))
}

// object is the rank of the object that the event is about; −1: its own.
func (c *content) object(event int) int {
	if c.objects == nil {
		return -1
	}
	u := float64(c.draw(drawObject, event)>>11) / (1 << 53)
	return min(sort.SearchFloat64s(c.objects, u), len(c.objects)-1)
}

// A choice is cumulative weights.
type choice []int

func (c choice) add(weight int) choice {
	if c != nil {
		weight += c[len(c)-1]
	}
	return append(c, weight)
}

// pick chooses an index by a random number; 0 where there is no choice.
func (c choice) pick(r uint64) int {
	if c == nil {
		return 0
	}
	return sort.SearchInts(c, int(r%uint64(c[len(c)-1]))+1)
}

// zipf are the cumulative shares of objects by rank.
func zipf(k scenarios.Keys) []float64 {
	shares := make([]float64, k.Objects)
	total := 0.0
	for i := range shares {
		total += math.Pow(float64(i+1), -k.Skew)
		shares[i] = total
	}
	for i := range shares {
		shares[i] /= total
	}
	return shares
}
