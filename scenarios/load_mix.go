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
	maxSkew    = 5
	maxReuse   = 1_000_000
)

// loadMix reads {genuine: 90, forged: 5}, in the order written.
type loadMix []Weight

// UnmarshalYAML reads a mapping of names to whole numbers.
func (m *loadMix) UnmarshalYAML(node ast.Node) error {
	entries, ok := strictyaml.Entries(node)
	if !ok {
		return strictyaml.Placed(node, "expected a map of names to weights")
	}
	for _, e := range entries {
		name, err := strictyaml.Scalar(e.Key)
		if err != nil {
			return err
		}
		text, err := strictyaml.Scalar(e.Value)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return strictyaml.Placed(e.Value, fmt.Sprintf("the weight of %s is %q; it is a whole number, 1 to %d", name, text, maxWeight))
		}
		*m = append(*m, Weight{name, n})
	}
	return nil
}

// check looks at what stands under a key.
func (m loadMix) check(key string) error {
	seen := map[string]bool{}
	for _, w := range m {
		switch {
		case w.Name == "":
			return under(fmt.Errorf("%s: a name is empty", key), key)
		case w.Weight < 1 || w.Weight > maxWeight:
			return under(fmt.Errorf("%s: the weight of %s is %d; it is 1 to %d", key, w.Name, w.Weight, maxWeight), key, w.Name)
		case seen[w.Name]:
			return under(fmt.Errorf("%s: %s stands there twice", key, w.Name), key)
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
		if slices.ContainsFunc(*s, func(other SizeWeight) bool { return other.Bytes == size }) {
			return strictyaml.Placed(node, fmt.Sprintf("sizes: %d bytes stand there twice", size))
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
	case reuse && err == nil && n >= 1 && n <= maxReuse:
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
			return under(fmt.Errorf("mix: %w", nearest.Unknown("class", w.Name, LoadClasses)), "mix", w.Name)
		}
		total[w.Name] = w.Weight
	}
	switch {
	case total[ClassGenuine] == 0:
		return under(errors.New("mix: genuine is missing: without it nothing shows that the receiver works at all"), "mix")
	case total[ClassRacing] > total[ClassGenuine]:
		return under(fmt.Errorf("mix: the weight of racing is %d, but each races a genuine one, of which there are %d", total[ClassRacing], total[ClassGenuine]), "mix", ClassRacing)
	}
	for i, o := range s.Objectives {
		if class := o.About(); class != "" && total[class] == 0 {
			return under(fmt.Errorf("objective %q: the mix has no %s deliveries", o, class), "objectives", strconv.Itoa(i))
		}
	}
	for i, a := range s.Abort {
		if class := a.If.About(); total[class] == 0 {
			return under(fmt.Errorf("abort %q: the mix has no %s deliveries", a, class), "abort", strconv.Itoa(i))
		}
	}
	return nil
}

// checkContent looks at what deliveries carry and how they are sent.
func (s LoadScenario) checkContent() error {
	if err := loadMix(s.Types).check("types"); err != nil {
		return err
	}
	if k := s.Keys; k != nil {
		switch {
		case k.Objects < 1 || k.Objects > maxObjects:
			return under(fmt.Errorf("keys: objects is %d; it is 1 to %d", k.Objects, maxObjects), "keys", "objects")
		case !(k.Skew >= 0 && k.Skew <= maxSkew):
			return under(fmt.Errorf("keys: skew is %v; it is 0 (all alike) to %d", k.Skew, maxSkew), "keys", "skew")
		}
	}
	if s.AckTimeout != 0 && s.AckTimeout < minAckTimeout || s.AckTimeout > maxAckTimeout {
		return under(fmt.Errorf("ack_timeout is %s; it is %s to %s", s.AckTimeout, minAckTimeout, maxAckTimeout), "ack_timeout")
	}
	if !(s.CatchUp >= 1 && s.CatchUp <= maxCatchUp) {
		return under(fmt.Errorf("catch_up is %v; a schedule that is behind is played 1 to %d times as fast", s.CatchUp, maxCatchUp), "catch_up")
	}
	if r := s.Retries; r != nil {
		switch {
		case r.Within <= 0 || time.Duration(r.Within) > maxRetriesTime:
			return under(fmt.Errorf("retries: within is %s; it is more than 0 and at most %s", r.Within, maxRetriesTime), "retries", "within")
		case r.Attempts != 0 && (r.Attempts < 2 || r.Attempts > maxAttempts):
			return under(fmt.Errorf("retries: attempts is %d; it is 2 to %d, the first included", r.Attempts, maxAttempts), "retries", "attempts")
		}
	}
	return nil
}
