package mockprovider

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// A Variant chooses among the forms of a fault that has many: which field is
// null, what a fuzzed body looks like.
type Variant struct {
	Of     string // the scenario's id
	Number int    // of the event among those of its step, from 1
}

// A variation is a variant under the run's seed. The nonce has no part in it:
// playing again sends the same forms with fresh ids.
type variation struct {
	Variant
	seed int64
}

// number counts from 0.
func (v variation) number() int { return max(0, v.Number-1) }

// dice are of one fault, so that several in a delivery do not choose alike.
func (v variation) dice(fault string) *rand.Rand {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%d\x00%s", v.seed, v.Of, v.number(), fault))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])))
}

// choose notes which form a fault took.
func (d *Draft) choose(fault, form string) {
	if d.chosen == nil {
		d.chosen = map[string]string{}
	}
	d.chosen[fault] = form
}

// FaultTexts says of each fault its name, its parameter and, where it has many
// forms, the one it took.
func (d Delivery) FaultTexts() []string {
	var all []string
	for _, use := range d.Faults {
		text := use.String()
		if form := d.chosen[use.Name]; form != "" {
			text += " (" + form + ")"
		}
		all = append(all, text)
	}
	return all
}
