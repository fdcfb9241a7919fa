package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/hookassay/hookassay/internal/nearest"
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
	return document{file: "scenarios/load/" + name + ".yaml"}.load(b)
}

// LoadScenarioFile reads the user's own load scenario. Errors carry
// file:line:column.
func LoadScenarioFile(name string) (LoadScenario, error) {
	b, err := readBounded(name)
	if err != nil {
		return LoadScenario{}, err
	}
	return document{file: name}.load(b)
}

// Override returns the scenario with another rate or duration; zero keeps
// what the scenario says.
func (s LoadScenario) Override(rate Rate, d time.Duration) (LoadScenario, error) {
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

func (d document) load(b []byte) (LoadScenario, error) {
	file, err := parser.ParseBytes(b, 0)
	if err != nil {
		return LoadScenario{}, d.wrapLoad(err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return LoadScenario{}, fmt.Errorf("%s:1:1: expected one YAML document with one load scenario", d.file)
	}
	body := file.Docs[0].Body
	if err := d.refuse(body); err != nil {
		return LoadScenario{}, err
	}
	if _, ok := mapEntries(body); !ok {
		return LoadScenario{}, d.at(body, "expected a load scenario, beginning with \"name:\"")
	}
	var w writtenLoad
	if err := yaml.NodeToValue(body, &w, yaml.Strict()); err != nil {
		return LoadScenario{}, d.wrapLoad(err)
	}
	s := LoadScenario{
		Name: w.Name, Title: w.Title, Why: strings.TrimSpace(w.Why), Schedule: w.Schedule,
		Mix: w.Mix, InFlight: w.InFlight,
		Location: fmt.Sprintf("%s:%d", d.file, firstToken(body).Position.Line),
	}
	if s.InFlight == 0 {
		s.InFlight = defaultInFlight
	}
	for _, o := range w.Objectives {
		s.Objectives = append(s.Objectives, Objective(o))
	}
	if err := s.check(); err != nil {
		return s, d.at(body, "%v", prefixID(s.Name, err))
	}
	return s, nil
}

// wrapLoad does what wrap does, with the keys of a load scenario.
func (d document) wrapLoad(err error) error {
	var unknown *yaml.UnknownFieldError
	if !errors.As(err, &unknown) {
		return d.wrap(err)
	}
	tok := unknown.GetToken()
	return fmt.Errorf("%s:%d:%d: %w", d.file, tok.Position.Line, tok.Position.Column,
		nearest.Unknown("key", tok.Value, keysOf(reflect.TypeFor[writtenLoad]())))
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
		if o.Class != "" && total[o.Class] == 0 {
			return fmt.Errorf("objective %q: the mix has no %s deliveries", o, o.Class)
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
			return placed(node, fmt.Sprintf("the weight of %s is no whole number", p.Key))
		}
		*m = append(*m, Weight{p.Key, n})
	}
	return nil
}

// loadObjective reads an objective where it stands, so that an error has its
// place.
type loadObjective Objective

// UnmarshalYAML parses what ParseObjective does.
func (o *loadObjective) UnmarshalYAML(node ast.Node) error {
	text, err := scalar(node)
	if err != nil {
		return placed(node, `an objective is a text in quotes: "lost = 0"`)
	}
	parsed, err := ParseObjective(text)
	if err != nil {
		return placed(node, err.Error())
	}
	*o = loadObjective(parsed)
	return nil
}
