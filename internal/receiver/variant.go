package receiver

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
)

// A Variant is a correct receiver that is built otherwise than the plain one:
// what a sensible person may choose, and what nobody may be blamed for.
type Variant struct {
	Name    string
	Summary string
	// Source is the public address of what allows it, or of a receiver that does so.
	Source string
	// Target is what hookassay has to be told of such a receiver: keys under
	// target in hookassay.yaml, such as "rejects: silent". Empty: nothing.
	Target  string
	Schemes []string // those in which it shows

	build build
}

// A build is where a variant differs. What is nil is as in the plain receiver.
type build struct {
	config  func(*Config)
	server  func(*http.Server)
	listen  func(net.Listener) net.Listener
	front   func(next http.Handler) http.Handler       // stands before all but effects and health
	before  func(*delivery) *answer                    // looks at a delivery before it is authenticated
	act     func(*delivery, event) *answer             // looks at an authentic event; nil: goes on
	key     func(*delivery, event) eventKey            // tells duplicates
	memory  func(memory) memory                        // knows events
	process func(r *Receiver, add func(job)) func(job) // what a worker does
}

// Variants lists every variant, sorted by name.
func Variants() []Variant {
	all := slices.Concat(choiceVariants, refusalVariants, answerVariants, paceVariants, edgeVariants, tasteVariants)
	slices.SortFunc(all, func(a, b Variant) int { return cmp.Compare(a.Name, b.Name) })
	for i := range all {
		all[i].Schemes = slices.Clone(all[i].Schemes)
	}
	return all
}

func chooseVariants(names []string) ([]Variant, error) {
	all := Variants()
	var chosen []Variant
	for _, name := range names {
		i := slices.IndexFunc(all, func(v Variant) bool { return v.Name == name })
		if i < 0 {
			var valid []string
			for _, v := range all {
				valid = append(valid, v.Name)
			}
			return nil, nearest.Unknown("variant", name, valid)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// receiveFirst lets the variants look at a delivery that is not authenticated.
func (r *Receiver) receiveFirst(d *delivery) *answer {
	for _, v := range r.variants {
		if v.build.before == nil {
			continue
		}
		if a := v.build.before(d); a != nil {
			return a
		}
	}
	return nil
}

// consider lets the variants look at an authentic event.
func (r *Receiver) consider(d *delivery, ev event) *answer {
	for _, v := range r.variants {
		if v.build.act == nil {
			continue
		}
		if a := v.build.act(d, ev); a != nil {
			return a
		}
	}
	return nil
}

// fitVariants refuses a variant that no configured scheme can show.
func fitVariants(variants []Variant, endpoints []*endpoint) error {
	for _, v := range variants {
		if !slices.ContainsFunc(endpoints, func(e *endpoint) bool { return slices.Contains(v.Schemes, e.name) }) {
			return fmt.Errorf("variant %q needs a secret for %s", v.Name, strings.Join(v.Schemes, " or "))
		}
	}
	return nil
}

// configured is the configuration with what the variants choose.
func configured(cfg Config, variants []Variant) Config {
	for _, v := range variants {
		if v.build.config != nil {
			v.build.config(&cfg)
		}
	}
	return cfg
}

// furnish builds what the variants build otherwise.
func (r *Receiver) furnish() {
	r.door = http.HandlerFunc(r.deliveries)
	for _, v := range r.variants {
		b := v.build
		if b.front != nil {
			r.door = b.front(r.door)
		}
		if b.server != nil {
			b.server(r.server)
		}
		if b.memory != nil {
			r.memory = b.memory(r.memory)
		}
	}
	r.memory = r.strained(r.memory)
}

// work is what a worker does with an event.
func (r *Receiver) work() func(job) {
	process := r.books.add
	for _, v := range r.variants {
		if v.build.process != nil {
			process = v.build.process(r, process)
		}
	}
	return process
}
