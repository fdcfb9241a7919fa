package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

//go:embed load/*.yaml
var loadYAML embed.FS

// A LoadScenario says what is sent, when, and what must come of it. Each is a
// file of its own, load/NAME.yaml.
type LoadScenario struct {
	Name       string
	Title      string
	Why        string
	Schedule   LoadSchedule
	Mix        []Weight
	InFlight   int // at most this many deliveries wait for their answer
	Objectives []Objective
	Location   string // file:line
}

// A LoadSchedule is exactly one kind of schedule with its parameters.
type LoadSchedule struct {
	Constant *Constant `yaml:"constant"`
}

// Constant is the schedule of one rate.
type Constant struct {
	Rate Rate                  `yaml:"rate"`
	For  mockprovider.Duration `yaml:"for"`
}

// A Weight is a class's share in the mix.
type Weight struct {
	Class  string
	Weight int
}

const (
	defaultInFlight = 256
	maxInFlight     = 16_384
	maxLoadTime     = 7 * 24 * time.Hour
	maxDeliveries   = 200_000_000
)

type writtenLoad struct {
	Name       string          `yaml:"name"`
	Title      string          `yaml:"title"`
	Why        string          `yaml:"why"`
	Schedule   LoadSchedule    `yaml:"schedule"`
	Mix        loadMix         `yaml:"mix"`
	InFlight   int             `yaml:"in_flight"`
	Objectives []loadObjective `yaml:"objectives"`
}

// LoadNames lists the built-in load scenarios in alphabetical order.
func LoadNames() []string {
	files, _ := fs.Glob(loadYAML, "load/*.yaml") // the pattern is well-formed
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return names
}

// FindLoad returns the built-in load scenario of that name. The error names
// the nearest one.
func FindLoad(name string) (LoadScenario, error) {
	if !slices.Contains(LoadNames(), name) {
		return LoadScenario{}, nearest.Unknown("load scenario", name, LoadNames())
	}
	b, err := loadYAML.ReadFile("load/" + name + ".yaml")
	if err != nil {
		return LoadScenario{}, err
	}
	return parseLoad("scenarios/load/"+name+".yaml", b)
}

// LoadScenarioFile reads the user's own load scenario. Errors carry
// file:line:column.
func LoadScenarioFile(name string) (LoadScenario, error) {
	b, err := strictyaml.ReadBounded(name, maxFile)
	if err != nil {
		return LoadScenario{}, err
	}
	return parseLoad(name, b)
}

// Override returns the scenario with another rate or duration; zero keeps
// what the scenario says.
func (s LoadScenario) Override(rate Rate, d time.Duration) (LoadScenario, error) {
	if err := s.Schedule.check(); err != nil {
		return s, err
	}
	c := *s.Schedule.Constant
	if rate != (Rate{}) {
		c.Rate = rate
	}
	if d != 0 {
		c.For = mockprovider.Duration(d)
	}
	s.Schedule.Constant = &c
	return s, s.check()
}

func parseLoad(file string, b []byte) (LoadScenario, error) {
	d, err := strictyaml.Parse(file, b)
	if err != nil {
		return LoadScenario{}, err
	}
	var w writtenLoad
	if err := d.Decode(d.Body, &w); err != nil {
		return LoadScenario{}, err
	}
	s := LoadScenario{
		Name: w.Name, Title: w.Title, Why: strings.TrimSpace(w.Why), Schedule: w.Schedule,
		Mix: w.Mix, InFlight: w.InFlight,
		Location: fmt.Sprintf("%s:%d", file, strictyaml.First(d.Body).Position.Line),
	}
	if s.InFlight == 0 {
		s.InFlight = defaultInFlight
	}
	for _, o := range w.Objectives {
		s.Objectives = append(s.Objectives, Objective(o))
	}
	if err := s.check(); err != nil {
		return s, d.At(d.Body, "%w", prefixID(s.Name, err))
	}
	return s, nil
}

func (s LoadScenario) check() error {
	for key, value := range map[string]string{"name": s.Name, "title": s.Title, "why": s.Why} {
		if value == "" {
			return fmt.Errorf("%s is missing", key)
		}
	}
	if s.InFlight < 1 || s.InFlight > maxInFlight {
		return fmt.Errorf("in_flight is %d; it is 1 to %d", s.InFlight, maxInFlight)
	}
	if len(s.Objectives) == 0 {
		return errors.New("objectives is missing: a run that can miss nothing proves nothing")
	}
	if err := s.checkMix(); err != nil {
		return err
	}
	return s.Schedule.check()
}

func (s LoadScenario) checkMix() error {
	total := map[string]int{}
	for _, w := range s.Mix {
		if !slices.Contains(LoadClasses, w.Class) {
			return fmt.Errorf("mix: %w", nearest.Unknown("class", w.Class, LoadClasses))
		}
		if w.Weight < 1 || w.Weight > 10_000 {
			return fmt.Errorf("mix: the weight of %s is %d; it is 1 to 10000", w.Class, w.Weight)
		}
		if total[w.Class] != 0 {
			return fmt.Errorf("mix: %s stands there twice", w.Class)
		}
		total[w.Class] = w.Weight
	}
	if total[ClassGenuine] == 0 {
		return errors.New("mix: genuine is missing: without it nothing shows that the receiver works at all")
	}
	for _, o := range s.Objectives {
		if class := o.About(); class != "" && total[class] == 0 {
			return fmt.Errorf("objective %q: the mix has no %s deliveries", o, class)
		}
	}
	return nil
}

func (s LoadSchedule) check() error {
	c := s.Constant
	if c == nil {
		return errors.New("schedule is missing (write constant: {rate: 200/s, for: 5s})")
	}
	d := time.Duration(c.For)
	switch {
	case c.Rate.N == 0:
		return errors.New("schedule: rate is missing")
	case d <= 0 || d > maxLoadTime:
		return fmt.Errorf("schedule: for is %s; it is more than 0 and at most %s", d, maxLoadTime)
	case c.Rate.PerSecond()*d.Seconds() > maxDeliveries:
		return fmt.Errorf("schedule: %s for %s is more than %d deliveries", c.Rate, d, maxDeliveries)
	}
	return nil
}

// loadMix reads {genuine: 90, forged: 5}, in the order written.
type loadMix []Weight

// UnmarshalYAML reads a mapping of classes to whole numbers.
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

// loadObjective is an objective as a file holds it.
type loadObjective Objective

// UnmarshalText parses what ParseObjective does.
func (o *loadObjective) UnmarshalText(b []byte) error {
	parsed, err := ParseObjective(string(b))
	*o = loadObjective(parsed)
	return err
}
