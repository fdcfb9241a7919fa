package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

// A Weight is the share of a class, or of a type of event, among all.
type Weight struct {
	Name   string
	Weight int
}

// A SizeWeight is the share of bodies that are brought to so many bytes.
type SizeWeight struct {
	Bytes  int
	Weight int
}

// Keys says which of how many objects events are about: the k-th is chosen in
// proportion to 1/k^Skew (Zipf's law), so that some are hot.
type Keys struct {
	Objects int     `yaml:"objects"`
	Skew    float64 `yaml:"skew"` // 0: all alike
}

// Connections is how many deliveries are sent over a connection before it is
// closed; 0: as many as it takes.
type Connections int

const (
	KeepAlive Connections = 0
	Churn     Connections = 1
)

// LoadRetries says that the producer sends again what was not acknowledged, by
// the scheme's own schedule.
type LoadRetries struct {
	Within   mockprovider.Duration `yaml:"within"`   // the schedule is compressed so that the last attempt is this long after the first
	Attempts int                   `yaml:"attempts"` // at most, the first included; 0: as many as the schedule has
}

const (
	maxWeight  = 10_000
	maxObjects = 1_000_000
	maxSize    = 1 << 20
)

// loadMix reads {genuine: 90, forged: 5}, in the order written.
type loadMix []Weight

// UnmarshalYAML reads a mapping of names to whole numbers.
func (m *loadMix) UnmarshalYAML(node ast.Node) error {
	var texts pairs
	if err := texts.UnmarshalYAML(node); err != nil {
		return err
	}
	for _, p := range texts {
		n, err := strconv.Atoi(p.Value)
		if err != nil {
			return strictyaml.Placed(node, fmt.Sprintf("the weight of %s is no whole number", p.Key))
		}
		*m = append(*m, Weight{p.Key, n})
	}
	return nil
}

func (m loadMix) check(what string) error {
	seen := map[string]bool{}
	for _, w := range m {
		switch {
		case w.Weight < 1 || w.Weight > maxWeight:
			return fmt.Errorf("%s: the weight of %s is %d; it is 1 to %d", what, w.Name, w.Weight, maxWeight)
		case seen[w.Name]:
			return fmt.Errorf("%s: %s stands there twice", what, w.Name)
		}
		seen[w.Name] = true
	}
	return nil
}

// loadSizes reads {1KiB: 90, 64KiB: 10}.
type loadSizes []SizeWeight

// UnmarshalYAML reads a mapping of sizes to whole numbers.
func (s *loadSizes) UnmarshalYAML(node ast.Node) error {
	var weights loadMix
	if err := weights.UnmarshalYAML(node); err != nil {
		return err
	}
	if err := weights.check("sizes"); err != nil {
		return strictyaml.Placed(node, err.Error())
	}
	for _, w := range weights {
		size, err := parseSize(w.Name)
		if err != nil {
			return strictyaml.Placed(node, err.Error())
		}
		*s = append(*s, SizeWeight{size, w.Weight})
	}
	return nil
}

// parseSize reads 800, 16KiB or 1MiB.
func parseSize(text string) (int, error) {
	number, unit := text, 1
	for suffix, bytes := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20} {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			number, unit = rest, bytes
		}
	}
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || n < 1 || n > maxSize/unit {
		return 0, fmt.Errorf("%q is no size (write 800, 16KiB or 1MiB, at most 1MiB)", text)
	}
	return n * unit, nil
}

// UnmarshalText reads keep-alive, churn or "reuse 100".
func (c *Connections) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	number, reuse := strings.CutPrefix(text, "reuse ")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	switch {
	case text == "keep-alive":
		*c = KeepAlive
	case text == "churn":
		*c = Churn
	case reuse && err == nil && n >= 1 && n <= 1_000_000:
		*c = Connections(n)
	default:
		return fmt.Errorf(`connections is %q; it is keep-alive, churn or "reuse 100"`, text)
	}
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (c Connections) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (c Connections) String() string {
	switch c {
	case KeepAlive:
		return "keep-alive"
	case Churn:
		return "churn"
	}
	return fmt.Sprintf("reuse %d", int(c))
}

func (s LoadScenario) checkMix() error {
	if err := loadMix(s.Mix).check("mix"); err != nil {
		return err
	}
	total := map[string]int{}
	for _, w := range s.Mix {
		if !slices.Contains(LoadClasses, w.Name) {
			return fmt.Errorf("mix: %w", nearest.Unknown("class", w.Name, LoadClasses))
		}
		total[w.Name] = w.Weight
	}
	switch {
	case total[ClassGenuine] == 0:
		return errors.New("mix: genuine is missing: without it nothing shows that the receiver works at all")
	case total[ClassRacing] > total[ClassGenuine]:
		return fmt.Errorf("mix: the weight of racing is %d, but each races a genuine one, of which there are %d", total[ClassRacing], total[ClassGenuine])
	}
	for _, o := range s.conditions() {
		if class := o.About(); class != "" && total[class] == 0 {
			return fmt.Errorf("objective %q: the mix has no %s deliveries", o, class)
		}
	}
	return nil
}

// conditions are the objectives and what the abort rules ask.
func (s LoadScenario) conditions() []Objective {
	all := slices.Clone(s.Objectives)
	for _, a := range s.Abort {
		all = append(all, a.If)
	}
	return all
}

// checkContent looks at what deliveries carry and how they are sent.
func (s LoadScenario) checkContent() error {
	if err := loadMix(s.Types).check("types"); err != nil {
		return err
	}
	if k := s.Keys; k != nil {
		switch {
		case k.Objects < 1 || k.Objects > maxObjects:
			return fmt.Errorf("keys: objects is %d; it is 1 to %d", k.Objects, maxObjects)
		case !(k.Skew >= 0 && k.Skew <= 5):
			return fmt.Errorf("keys: skew is %v; it is 0 (all alike) to 5", k.Skew)
		}
	}
	if s.AckTimeout < 0 || s.AckTimeout > maxAckTimeout {
		return fmt.Errorf("ack_timeout is %s; it is more than 0 and at most %s", s.AckTimeout, maxAckTimeout)
	}
	if !(s.CatchUp >= 1 && s.CatchUp <= 10) {
		return fmt.Errorf("catch_up is %v; a schedule that is behind is played 1 to 10 times as fast", s.CatchUp)
	}
	if r := s.Retries; r != nil {
		switch {
		case r.Within <= 0 || time.Duration(r.Within) > maxRetriesTime:
			return fmt.Errorf("retries: within is %s; it is more than 0 and at most %s", r.Within, maxRetriesTime)
		case r.Attempts != 0 && (r.Attempts < 2 || r.Attempts > 100):
			return fmt.Errorf("retries: attempts is %d; it is 2 to 100, the first included", r.Attempts)
		}
	}
	return nil
}
