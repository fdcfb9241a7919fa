package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestSchemaIsCurrent(t *testing.T) {
	t.Run("scenario", func(t *testing.T) { isCurrent(t, "scenario.schema.json", makeSchema, SchemaJSON()) })
	t.Run("load", func(t *testing.T) { isCurrent(t, "load.schema.json", makeLoadSchema, LoadSchemaJSON()) })
}

// isCurrent compares a file, or writes it anew.
func isCurrent(t *testing.T, file string, makeIt func() (object, error), embedded []byte) {
	schema, err := makeIt()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(embedded, want.Bytes()) {
		t.Errorf("%s is older than the tables it is made of: run `make generate`", file)
	}
}

// A description of a key that is gone would mislead whoever reads the table.
func TestEveryDescriptionHasItsKey(t *testing.T) {
	schema, err := makeSchema()
	if err != nil {
		t.Fatal(err)
	}
	haveTheirKeys(t, schema, descriptions)
	if schema, err = makeLoadSchema(); err != nil {
		t.Fatal(err)
	}
	haveTheirKeys(t, schema, loadDescriptions)
}

func haveTheirKeys(t *testing.T, schema object, texts map[string]map[string]string) {
	for name, keys := range texts {
		def, ok := schema["$defs"].(object)[name].(object)
		if !ok {
			t.Errorf("no type %s", name)
			continue
		}
		for key := range keys {
			if def["properties"].(object)[key] == nil {
				t.Errorf("%s has no key %s", name, key)
			}
		}
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	return compile(t, SchemaJSON())
}

func compile(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(schema *jsonschema.Schema, text []byte) error {
	j, err := yaml.YAMLToJSON(text)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func TestCatalogueIsValid(t *testing.T) {
	schema := compiledSchema(t)
	names, err := filepath.Glob("catalogue/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v: %v", names, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// head is what every scenario needs besides its steps.
const head = `- id: x.y
  title: t
  level: MUST
  risk: safe
  sources: [https://example.com/]
  why: w
  fix: f
`

// invalid are changes to a valid scenario that neither the schema nor the
// parser takes.
var invalid = []struct{ name, text, want string }{
	{"no title", strings.Replace(head, "  title: t\n", "", 1) + "  fault: body.tamper\n", "title is missing"},
	{"an id", strings.Replace(head, "x.y", "XY", 1) + "  fault: body.tamper\n", `id "XY"`},
	{"a level", strings.Replace(head, "MUST", "MSUT", 1) + "  fault: body.tamper\n", `unknown level "MSUT"`},
	{"a risk", strings.Replace(head, "safe", "saef", 1) + "  fault: body.tamper\n", `unknown risk "saef"`},
	{"a source", strings.Replace(head, "https://example.com/", "nowhere", 1) + "  fault: body.tamper\n", `unknown source "nowhere"`},
	{"a key", head + "  falut: body.tamper\n", `unknown key "falut"; did you mean "fault"?`},
	{"a key of a step", head + "  send: a\n", `unknown key "send" here; it belongs under steps`},
	{"a fault", head + "  fault: bdoy.tamper\n", `unknown fault "bdoy.tamper"`},
	{"a fault without its parameter", head + "  fault: header.remove\n", "fault header.remove takes a list"},
	{"a text for a list", head + "  fault: {header.remove: x}\n", "fault header.remove takes a list, not one text"},
	{"a list for a map", head + "  fault: {header.set: [x]}\n", "fault header.set takes a map, not a list"},
	{"two faults in one", head + "  fault: {header.remove: [x], header.empty: [x]}\n", "a fault is one name with its parameter"},
	{"neither steps nor fault", head, "neither steps nor fault"},
	{"steps and fault", head + "  fault: body.tamper\n  steps: [{send: a, expect: accepted}]\n", "both steps and fault"},
	{"expect beside steps", head + "  expect: accepted\n  steps: [{send: a, expect: accepted}]\n", "expect, answer and times belong to a step"},
	{"a feature", head + "  needs: [sgnature]\n  fault: body.tamper\n", `unknown feature "sgnature"`},
	{"a scheme", head + "  schemes: [gihtub]\n  fault: body.tamper\n", `unknown scheme "gihtub"`},
	{"a profile", head + "  profiles: [cor]\n  fault: body.tamper\n", `unknown profile "cor"`},
	{"an outcome", head + "  steps: [{send: a, expect: accptd}]\n", `unknown outcome "accptd"`},
	{"an effect", head + "  effects: {a: 7}\n  steps: [{send: a, expect: accepted}]\n", `a is "7"`},
	{"no outcome", head + "  steps: [{send: a}]\n", "step 1: expect is missing"},
	{"two kinds of step", head + "  steps: [{send: a, again: a, expect: accepted}]\n", "a step is exactly one of"},
	{"no kind of step", head + "  steps: [{expect: accepted}]\n", "a step is exactly one of"},
	{"copies on one connection", head + "  steps: [{send: a, at_once: 2, connection: c, expect: accepted}]\n", "at_once needs a connection for each copy"},
	{"too many copies", head + "  steps: [{send: a, at_once: 65, expect: accepted}]\n", "at_once is 65; it is 2 to 64"},
	{"times of nothing", head + "  steps: [{send: a, times: -1, expect: accepted}]\n", "times is -1; it is 1 to 1000"},
	{"times without end", head + "  fault: body.tamper\n  times: 1001\n", "times is 1001; it is 1 to 1000"},
	{"times of copies", head + "  steps: [{send: a, times: 2, at_once: 2, expect: accepted}]\n", "times makes fresh events"},
	{"times beside steps", head + "  times: 2\n  steps: [{send: a, expect: accepted}]\n", "expect, answer and times belong to a step"},
	{"a pause without unit", head + "  steps: [{pause: 5}]\n", `"5" is no duration`},
	{"an inspection", head + "  fault: body.tamper\n  answer: {lacks: [secrt]}\n", `unknown inspection "secrt"`},
	{"a grade", head + "  fault: body.tamper\n  answer: {headers: [{name: n, message: m, grade: bad}]}\n", `unknown grade "bad"`},
	{"a header without message", head + "  fault: body.tamper\n  answer: {headers: [{name: n}]}\n", "a header's requirement has a name and a message"},
	{"a fraction", head + "  fault: body.tamper\n  answer: {max_body: 1.5}\n", "a number here is whole"},
	{"a stage too far", head + "  steps: [{send: a, stage: 21, expect: accepted}]\n", "stage is 21; it is 1 to 20"},
	{"a stage of a repetition", head + "  steps: [{send: a, expect: accepted}, {again: a, stage: 1, expect: accepted}]\n", "stage says which event is made"},
	{"an object of many", head + "  steps: [{send: a, expect: accepted}, {send: b, object_of: a, times: 2, expect: accepted}]\n", "object_of makes one new event"},
	{"an object and a body", head + "  steps: [{send: a, expect: accepted}, {send: b, object_of: a, body_of: a, expect: accepted}]\n", "object_of makes one new event"},
	{"copies abreast", head + "  steps: [{send: a, abreast: true, at_once: 2, expect: accepted}, {send: b, abreast: true, expect: accepted}]\n", "abreast goes with send"},
	{"a control abreast", head + "  steps: [{send: a, abreast: true, control: true, expect: accepted}, {send: b, abreast: true, expect: accepted}]\n", "abreast goes with send"},
	{"a state of stage 0", head + "  steps: [{send: a, stage: 1, control: true, expect: accepted}]\n  states: {a: 0}\n", "states: a is 0"},
	{"no list", "id: x.y\n", "expected a list of scenarios"},
}

// Without the one thing that is wrong, both take it.
func TestSchemaAndParserTakeTheSame(t *testing.T) {
	schema := compiledSchema(t)
	for _, text := range []string{
		head + "  fault: body.tamper\n",
		head + "  fault: body.tamper\n  times: 20\n",
		head + "  faults: [{header.remove: [x]}, {header.set: {x: 1}}, secret.wrong]\n  expect: accepted\n  answer: {within: {warn: 1s}}\n",
		head + "  steps: [{send: a, control: true, expect: accepted}, {pause: 10ms}, {again: a, expect: accepted}]\n  effects: {a: 1}\n",
		head + "  steps: [{send: a, stage: 1, control: true, expect: accepted}, {send: b, abreast: true, expect: accepted}, {send: c, object_of: a, stage: 2, abreast: true, expect: accepted}]\n  states: {a: 1, c: 2}\n",
	} {
		if err := validate(schema, []byte(text)); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
		if _, err := (document{file: "x.yaml"}).parse([]byte(text)); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

func TestSchemaAndParserRefuseTheSame(t *testing.T) {
	schema := compiledSchema(t)
	for _, tt := range invalid {
		t.Run(tt.name, func(t *testing.T) {
			if err := validate(schema, []byte(tt.text)); err == nil {
				t.Error("valid by the schema")
			}
			_, err := document{file: "x.yaml"}.parse([]byte(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), "x.yaml:") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// The schema's counts of effects are those that the parser takes.
func TestEffectCountsAreCurrent(t *testing.T) {
	for _, count := range effectCounts {
		s := Scenario{Level: Must, Risk: Safe, Effects: map[string]string{"a": fmt.Sprint(count)}}
		if err := s.checkNames(); err != nil {
			t.Error(err)
		}
	}
	for name, o := range loadOutcomes() {
		if !slices.Contains(effectCounts, any(o.Effect)) {
			t.Errorf("outcome %s has the effect %q, which the schema lacks", name, o.Effect)
		}
	}
}
