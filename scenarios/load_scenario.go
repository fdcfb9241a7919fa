package scenarios

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
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
	Name     string
	Title    string
	Why      string
	Schedule LoadSchedule
	Mix      []Weight // of classes
	// Types are the types of genuine events; none: the one that the preflight
	// found an effect of.
	Types       []Weight
	Sizes       []SizeWeight // of genuine bodies; none: as the events are
	Keys        *Keys        // nil: every event is about an object of its own
	Connections Connections
	InFlight    int           // at most this many deliveries wait for their answer
	AckTimeout  time.Duration // to a complete answer; 0: the target's
	Retries     *LoadRetries  // nil: nothing is sent again
	CatchUp     float64       // how much faster a schedule that is behind is played
	Objectives  []Objective
	Abort       []Abort
	Location    string // file:line
	Changed     string // what Override changed, as flags: " --rate 500/s"
}

const (
	defaultInFlight = 256
	maxInFlight     = 16_384
	maxLoadTime     = 7 * 24 * time.Hour
	maxDeliveries   = 200_000_000
	defaultCatchUp  = 1.5
	minAckTimeout   = time.Millisecond // less than an answer takes on one machine, mostly
	maxAckTimeout   = 10 * time.Minute // as long as a histogram can tell
	maxRetriesTime  = time.Hour
	maxAttempts     = 100
	maxCatchUp      = 10
)

type writtenLoad struct {
	Name        string                 `yaml:"name"`
	Title       string                 `yaml:"title"`
	Why         string                 `yaml:"why"`
	Schedule    LoadSchedule           `yaml:"schedule"`
	Mix         loadMix                `yaml:"mix"`
	Types       loadMix                `yaml:"types"`
	Sizes       loadSizes              `yaml:"sizes"`
	Keys        *Keys                  `yaml:"keys"`
	Connections Connections            `yaml:"connections"`
	InFlight    *int                   `yaml:"in_flight"`
	AckTimeout  *mockprovider.Duration `yaml:"ack_timeout"`
	Retries     *LoadRetries           `yaml:"retries"`
	CatchUp     *float64               `yaml:"catch_up"`
	Objectives  []loadObjective        `yaml:"objectives"`
	Abort       []loadAbort            `yaml:"abort"`
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

func parseLoad(file string, b []byte) (LoadScenario, error) {
	d, err := strictyaml.Parse(file, b, "skew", "catch_up")
	if err != nil {
		return LoadScenario{}, err
	}
	var w writtenLoad
	if err := d.Decode(d.Body, &w); err != nil {
		return LoadScenario{}, err
	}
	s := LoadScenario{
		Name: w.Name, Title: w.Title, Why: strings.TrimSpace(w.Why), Schedule: w.Schedule,
		Mix: w.Mix, Types: w.Types, Sizes: w.Sizes, Keys: w.Keys, Connections: w.Connections,
		InFlight: given(w.InFlight, defaultInFlight), CatchUp: given(w.CatchUp, defaultCatchUp), Retries: w.Retries,
		Location: fmt.Sprintf("%s:%d", file, strictyaml.First(d.Body).Position.Line),
	}
	if w.AckTimeout != nil {
		if s.AckTimeout = time.Duration(*w.AckTimeout); s.AckTimeout == 0 {
			return s, d.At(below(d.Body, "ack_timeout"), "ack_timeout is 0s; leave it out for the target's own")
		}
	}
	for _, o := range w.Objectives {
		s.Objectives = append(s.Objectives, Objective(o))
	}
	for _, a := range w.Abort {
		s.Abort = append(s.Abort, Abort(a))
	}
	if err := s.check(); err != nil {
		return s, d.At(placeOf(err, d.Body), "%w", prefixID(s.Name, err))
	}
	return s, nil
}

// given is what was written, or the default where nothing was. A 0 that was
// written is not nothing.
func given[T any](written *T, otherwise T) T {
	if written == nil {
		return otherwise
	}
	return *written
}

// nameForm keeps names fit for commands, ids and metrics' labels.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (s LoadScenario) check() error {
	for _, text := range []struct{ key, value string }{{"name", s.Name}, {"title", s.Title}, {"why", s.Why}} {
		if text.value == "" {
			return under(fmt.Errorf("%s is missing", text.key), text.key)
		}
	}
	if !nameForm.MatchString(s.Name) {
		return under(fmt.Errorf("name is %q; it is up to 64 letters, digits, dots, dashes and underscores", s.Name), "name")
	}
	if s.InFlight < 1 || s.InFlight > maxInFlight {
		return under(fmt.Errorf("in_flight is %d; it is 1 to %d", s.InFlight, maxInFlight), "in_flight")
	}
	if len(s.Objectives) == 0 {
		return under(errors.New("objectives is missing: a run that can miss nothing proves nothing"), "objectives")
	}
	return cmp.Or(s.checkMix(), s.checkContent(), under(s.Schedule.Check(), "schedule"))
}

// loadObjective is an objective as a file holds it.
type loadObjective Objective

// UnmarshalYAML reads what ParseObjective does.
func (o *loadObjective) UnmarshalYAML(node ast.Node) error {
	parsed, err := readSentence(node, ParseObjective)
	*o = loadObjective(parsed)
	return err
}

// readSentence reads an objective or a rule. Most have a colon in them, which
// YAML takes for a map where nobody has quoted it.
func readSentence[T any](node ast.Node, parse func(string) (T, error)) (parsed T, err error) {
	if _, isMap := strictyaml.Entries(node); isMap {
		return parsed, strictyaml.Placed(node, `put it in quotes, because of its colon: "genuine: errors <= 1%"`)
	}
	text, err := strictyaml.Scalar(node)
	if err != nil {
		return parsed, err
	}
	if parsed, err = parse(text); err != nil {
		return parsed, strictyaml.Placed(node, err.Error())
	}
	return parsed, nil
}
