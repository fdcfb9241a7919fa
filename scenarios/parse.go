package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

// maxFile bounds one scenario file, in bytes.
const maxFile = 4 << 20

// document is a scenario file as it is written.
type document struct {
	file  string // as shown in errors
	group string // ids begin with it; empty: any
	known map[string]Source
}

// written is a scenario as it is written: with the short forms.
type written struct {
	ID           string                 `yaml:"id"`
	Title        string                 `yaml:"title"`
	Level        Level                  `yaml:"level"`
	Risk         Risk                   `yaml:"risk"`
	Sources      []string               `yaml:"sources"`
	Why          string                 `yaml:"why"`
	Fix          string                 `yaml:"fix"`
	Needs        []mockprovider.Feature `yaml:"needs"`
	Schemes      []string               `yaml:"schemes"`
	Profiles     []string               `yaml:"profiles"`
	Exclusive    bool                   `yaml:"exclusive"`
	NeedsEffects bool                   `yaml:"needs_effects"`
	Steps        []writtenStep          `yaml:"steps"`
	Effects      map[string]string      `yaml:"effects"`
	States       map[string]int         `yaml:"states"`

	// The one-line form: control, fault, control.
	Fault  faultList `yaml:"fault"`
	Faults faultList `yaml:"faults"`
	Times  int       `yaml:"times"`
	Expect string    `yaml:"expect"`
	Answer *answer   `yaml:"answer"`
}

type writtenStep struct {
	Send       string                `yaml:"send"`
	Again      string                `yaml:"again"`
	Retry      string                `yaml:"retry"`
	Request    *request              `yaml:"request"`
	Pause      mockprovider.Duration `yaml:"pause"`
	Measure    *measure              `yaml:"measure"`
	Process    string                `yaml:"process"`
	Without    string                `yaml:"without"`
	Clock      mockprovider.Duration `yaml:"clock"`
	Await      string                `yaml:"await"`
	Fault      faultList             `yaml:"fault"`
	Faults     faultList             `yaml:"faults"`
	IDOf       string                `yaml:"id_of"`
	BodyOf     string                `yaml:"body_of"`
	ObjectOf   string                `yaml:"object_of"`
	Stage      int                   `yaml:"stage"`
	AtOnce     int                   `yaml:"at_once"`
	Stagger    mockprovider.Duration `yaml:"stagger"`
	Times      int                   `yaml:"times"`
	Lanes      int                   `yaml:"lanes"`
	Meanwhile  *meanwhile            `yaml:"meanwhile"`
	Control    bool                  `yaml:"control"`
	Feature    string                `yaml:"feature"`
	Connection string                `yaml:"connection"`
	Pipelined  bool                  `yaml:"pipelined"`
	Abreast    bool                  `yaml:"abreast"`
	Hold       int                   `yaml:"hold"`
	Expect     string                `yaml:"expect"`
	Answer     *answer               `yaml:"answer"`
}

type meanwhile struct {
	Process string `yaml:"process"`
	After   int    `yaml:"after"`
}

type request struct {
	Method  string `yaml:"method"`
	Headers pairs  `yaml:"headers"`
}

type measure struct {
	Window string                `yaml:"window"`
	From   mockprovider.Duration `yaml:"from"`
	To     mockprovider.Duration `yaml:"to"`
	Wide   mockprovider.Duration `yaml:"wide"`
}

type answer struct {
	Lacks     []string              `yaml:"lacks"`
	MaxBody   int                   `yaml:"max_body"`
	MaxSent   int64                 `yaml:"max_sent"`
	Within    *within               `yaml:"within"`
	MaxSkew   mockprovider.Duration `yaml:"max_skew"`
	Like      string                `yaml:"like"`
	Pace      *pace                 `yaml:"pace"`
	Headers   []headerChoice        `yaml:"headers"`
	Continues bool                  `yaml:"continues"`
	BodyFor   []int                 `yaml:"body_for"`
}

type pace struct {
	Of    string                `yaml:"of"`
	Times int                   `yaml:"times"`
	Least mockprovider.Duration `yaml:"least"`
}

type within struct {
	Warn mockprovider.Duration `yaml:"warn"`
	Fail mockprovider.Duration `yaml:"fail"`
}

type headerChoice struct {
	Name     string   `yaml:"name"`
	OneOf    []string `yaml:"one_of"`
	Contains string   `yaml:"contains"`
	Absent   bool     `yaml:"absent"`
	Status   int      `yaml:"status"`
	Grade    Grade    `yaml:"grade"`
	If       string   `yaml:"if"`
	Message  string   `yaml:"message"`
}

// LoadFile reads the user's own scenarios. A directory stands for its *.yaml.
// Sources may be written as URLs there.
func LoadFile(path string) ([]Scenario, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = filepath.Glob(filepath.Join(path, "*.yaml")); err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%s holds no *.yaml file", path)
		}
	}
	sources, err := loadSources()
	if err != nil {
		return nil, err
	}
	var all []Scenario
	for _, name := range names {
		b, err := strictyaml.ReadBounded(name, maxFile)
		if err != nil {
			return nil, err
		}
		list, err := document{file: name, known: sources}.parse(b)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, checkUnique(all)
}

// at words an error with the place of a node.
func (d document) at(node ast.Node, format string, args ...any) error {
	return strictyaml.Document{File: d.file}.At(node, format, args...)
}

// parse reads one file. Errors carry file:line:column.
func (d document) parse(b []byte) ([]Scenario, error) {
	doc, err := strictyaml.Parse(d.file, b)
	if err != nil {
		return nil, err
	}
	list, ok := doc.Body.(*ast.SequenceNode)
	if !ok {
		return nil, doc.At(doc.Body, "expected a list of scenarios, each beginning with \"- id:\"")
	}
	var all []Scenario
	for _, node := range list.Values {
		s, err := d.scenario(doc, node)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (d document) scenario(doc strictyaml.Document, node ast.Node) (Scenario, error) {
	var w written
	if err := doc.Decode(node, &w); err != nil {
		return Scenario{}, err
	}
	s, err := w.expand(d.known)
	if err != nil {
		return Scenario{}, d.at(placeOf(err, node), "%v", prefixID(w.ID, err))
	}
	s.Location = fmt.Sprintf("%s:%d", d.file, strictyaml.First(node).Position.Line)
	if err := s.check(); err != nil {
		return Scenario{}, d.at(placeOf(err, node), "%v", prefixID(w.ID, err))
	}
	if d.group != "" && s.Group() != d.group {
		return Scenario{}, d.at(below(node, "id"), "%s: the id does not begin with %q, the file's name", s.ID, d.group+".")
	}
	return s, nil
}

func prefixID(id string, err error) error {
	if id == "" {
		return err
	}
	return fmt.Errorf("%s: %w", id, err)
}

// expand turns the short forms into the long one.
func (w written) expand(known map[string]Source) (Scenario, error) {
	s := Scenario{
		ID: w.ID, Title: w.Title, Level: w.Level, Risk: w.Risk,
		Why: strings.TrimSpace(w.Why), Fix: strings.TrimSpace(w.Fix),
		Needs: w.Needs, Schemes: w.Schemes, Profiles: w.Profiles,
		Exclusive: w.Exclusive, NeedsEffects: w.NeedsEffects, Effects: w.Effects, States: w.States,
	}
	for i, key := range w.Sources {
		src, err := findSource(known, key)
		if err != nil {
			return s, under(err, "sources", strconv.Itoa(i))
		}
		s.Sources = append(s.Sources, src)
	}
	oneLine := w.Fault != nil || w.Faults != nil
	switch {
	case oneLine && w.Steps != nil:
		return s, under(errors.New("both steps and fault: fault at this level is the short form of control, fault, control"), "fault", "faults")
	case oneLine:
		s.Steps = w.oneLine()
	case w.Expect != "" || w.Answer != nil || w.Times != 0:
		return s, under(errors.New("expect, answer and times belong to a step, or beside fault"), "expect", "answer", "times")
	default:
		for _, ws := range w.Steps {
			s.Steps = append(s.Steps, ws.step())
		}
	}
	s.deriveNeeds()
	return s, s.deriveEffects()
}

func (w written) oneLine() []Step {
	fault := writtenStep{Send: "faulty", Fault: w.Fault, Faults: w.Faults, Times: w.Times, Expect: w.Expect, Answer: w.Answer}.step()
	if fault.Expect == "" {
		fault.Expect = "rejected"
	}
	return []Step{
		{Send: "before", Control: true, Expect: "accepted"},
		fault,
		{Send: "after", Control: true, Expect: "accepted"},
	}
}

func (w writtenStep) step() Step {
	s := Step{
		Send: w.Send, Again: w.Again, Retry: w.Retry, Pause: w.Pause, Faults: append(w.Fault, w.Faults...),
		Process: w.Process, Without: w.Without, Clock: w.Clock, Await: w.Await,
		IDOf: w.IDOf, BodyOf: w.BodyOf, AtOnce: w.AtOnce, Stagger: w.Stagger, Times: w.Times, Lanes: w.Lanes,
		Control: w.Control, Feature: w.Feature,
		Connection: w.Connection, Pipelined: w.Pipelined, Hold: w.Hold, Expect: w.Expect,
		ObjectOf: w.ObjectOf, Stage: w.Stage, Abreast: w.Abreast,
	}
	if w.Request != nil {
		s.Request = &Request{Method: w.Request.Method, Headers: w.Request.Headers}
	}
	if w.Meanwhile != nil {
		m := Meanwhile(*w.Meanwhile)
		s.Meanwhile = &m
	}
	if w.Measure != nil {
		s.Measure = &Measure{w.Measure.Window, w.Measure.From, w.Measure.To, w.Measure.Wide}
	}
	if w.Answer != nil {
		s.Answer = w.Answer.answer()
	}
	return s
}

func (a answer) answer() *Answer {
	out := &Answer{Lacks: a.Lacks, MaxBody: a.MaxBody, MaxSent: a.MaxSent, MaxSkew: a.MaxSkew, Like: a.Like, Continues: a.Continues, BodyFor: a.BodyFor}
	if a.Pace != nil {
		p := Pace(*a.Pace)
		out.Pace = &p
	}
	if a.Within != nil {
		out.Within = Graded(*a.Within)
	}
	for _, h := range a.Headers {
		if h.Grade == "" {
			h.Grade = GradeFail
		}
		out.Headers = append(out.Headers, HeaderGrade(h))
	}
	return out
}

// deriveNeeds fills in what the steps need beyond their faults: an event with
// the body of another's is another one only where the id is a header.
func (s *Scenario) deriveNeeds() {
	s.Needs = slices.Clone(s.Needs)
	need := func(f mockprovider.Feature) {
		if !slices.Contains(s.Needs, f) {
			s.Needs = append(s.Needs, f)
		}
	}
	if len(s.States) > 0 {
		need(mockprovider.ObjectState)
	}
	for _, step := range s.Steps {
		step.needs(need)
		if step.BodyOf != "" {
			need("id")
		}
		if step.Measure != nil {
			need("timestamp")
		}
		for _, use := range step.Faults {
			for _, f := range use.Needs() {
				need(f)
			}
		}
	}
}

// needs says what a step needs to be done to the process.
func (s Step) needs(need func(mockprovider.Feature)) {
	if s.Process != "" {
		need(processFeature(s.Process))
	}
	if s.Meanwhile != nil {
		need(processFeature(s.Meanwhile.Process))
	}
	if s.Without != "" {
		need("process-secret")
	}
	if s.Clock != 0 {
		need("process-clock")
	}
}

// deriveEffects fills in what the outcomes of a label's steps say of its
// effect. Where they disagree (forged first, genuine then) the scenario must
// say it itself.
func (s *Scenario) deriveEffects() error {
	derived := map[string]string{}
	for i, step := range s.Steps {
		label := step.Label()
		if label == "" || step.Expect == "" { // check says that it is missing
			continue
		}
		o, err := FindOutcome(step.Expect)
		if err != nil {
			return under(err, "steps", strconv.Itoa(i), "expect")
		}
		before, again := derived[label]
		switch {
		case !again || before == o.Effect || before == "1+" && o.Effect == "1":
			derived[label] = o.Effect
		case s.Effects[label] == "":
			return under(fmt.Errorf("the steps of %q expect %s and %s effects: say which under effects", label, before, o.Effect), "steps", strconv.Itoa(i))
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.Effects)) {
		if _, ok := derived[label]; !ok {
			return under(fmt.Errorf("effects names %q, which no step sends", label), "effects", label)
		}
		derived[label] = s.Effects[label]
	}
	if s.Staged() { // what is done twice there was done so by what was done to the process
		for label, want := range derived {
			if want == "1+" {
				derived[label] = "1"
			}
		}
	}
	s.Effects = derived
	return nil
}
