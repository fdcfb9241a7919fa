package scenarios

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

type object = map[string]any

// effectCounts are what an effect can be expected to be. YAML reads some of
// them as numbers.
var effectCounts = []any{"0", "1", "1+", "2", "any", 0, 1, 2}

// A schemaMaker makes the schema of scenario files from the types they are
// decoded into and the tables that they name things of.
type schemaMaker struct {
	defs  object
	names map[string]object            // "type.key" → the names that may stand there
	whole map[string]object            // "type.key" → all that may stand there, where the Go type does not say it
	more  map[string]object            // "type.key" → what holds beside what its Go type says
	extra map[string]object            // type → what its keys must be together
	texts map[string]map[string]string // type, key → its description
}

func makeSchema() (object, error) {
	sources, err := loadSources()
	if err != nil {
		return nil, err
	}
	m := schemaMaker{defs: object{"fault": faultSchema(), "text": textSchema}, names: nameTables(sources), extra: togetherRules, texts: descriptions}
	item, err := m.schema(reflect.TypeFor[written](), "")
	if err != nil {
		return nil, err
	}
	return object{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"$id":         "https://github.com/hookassay/hookassay/scenarios/scenario.schema.json",
		"title":       "hookassay scenarios",
		"description": "Scenarios that grade one requirement each. Generated: see schema.go.",
		"type":        "array",
		"items":       item,
		"$defs":       m.defs,
	}, nil
}

// nameTables says which names each key takes.
func nameTables(sources map[string]Source) map[string]object {
	features := object{"anyOf": described(mockprovider.Features)}
	outcomes := map[string]string{}
	for name, o := range loadOutcomes() {
		outcomes[name] = o.Meaning
	}
	expect := object{"anyOf": described(outcomes)}
	return map[string]object{
		"written.id":       {"type": "string", "pattern": idForm.String()},
		"written.level":    {"enum": Levels},
		"written.risk":     {"enum": Risks},
		"written.needs":    features,
		"written.schemes":  {"enum": mockprovider.SchemeNames()},
		"written.profiles": {"enum": ProfileNames()},
		"written.sources": {"anyOf": []object{
			{"enum": slices.Sorted(maps.Keys(sources))}, {"type": "string", "pattern": "^https://"},
		}},
		"written.effects":     {"enum": effectCounts},
		"written.expect":      expect,
		"writtenStep.expect":  expect,
		"measure.window":      {"anyOf": described(Windows)},
		"writtenStep.at_once": {"type": "integer", "minimum": 2, "maximum": 64},
		"writtenStep.process": {"anyOf": described(ProcessActions)},
		"writtenStep.without": {"const": withoutSecret},
		"writtenStep.lanes":   {"type": "integer", "minimum": 2, "maximum": maxLanes},
		"meanwhile.process":   {"enum": []string{"stop", "kill", "break"}},
		"writtenStep.hold":    {"type": "integer", "minimum": 1, "maximum": maxHold},
		"writtenStep.times":   {"type": "integer", "minimum": 1, "maximum": maxTimes},
		"writtenStep.stage":   {"type": "integer", "minimum": 1, "maximum": maxStages},
		"written.states":      {"type": "integer", "minimum": 1, "maximum": maxStages},
		"written.times":       {"type": "integer", "minimum": 1, "maximum": maxTimes},
		"answer.lacks":        {"anyOf": described(Inspections)},
		"headerChoice.grade":  {"enum": []Grade{GradeNote, GradeWarn, GradeFail}},
	}
}

// described lists names with their meanings, in the names' order.
func described[K ~string](meanings map[K]string) []object {
	var list []object
	for _, name := range slices.Sorted(maps.Keys(meanings)) {
		list = append(list, object{"const": name, "description": meanings[name]})
	}
	return list
}

var textSchema = object{"description": "A text. Quote what looks like a fraction.", "type": []string{"string", "integer", "boolean"}}

func required(keys ...string) object { return object{"required": keys} }

// togetherRules are what Scenario.check and expand say of keys that need or
// exclude each other.
var togetherRules = map[string]object{
	"written": {
		"required": []string{"id", "title", "level", "risk", "sources", "why", "fix"},
		"oneOf": []object{
			{"required": []string{"steps"}, "not": object{"anyOf": []object{required("fault"), required("faults"), required("expect"), required("answer"), required("times")}}},
			{"anyOf": []object{required("fault"), required("faults")}, "not": required("steps")},
		},
	},
	"writtenStep": {
		"oneOf": []object{required("send"), required("again"), required("retry"), required("request"), required("pause"),
			required("measure"), required("process"), required("await")},
		"anyOf": []object{required("pause"), required("measure"), required("process"), required("await"), required("expect")},
		"allOf": []object{
			{"not": object{"anyOf": []object{required("at_once", "connection"), required("hold", "connection"), required("hold", "at_once")}}},
			{"if": required("times"), "then": object{"required": []string{"send"},
				"not": object{"anyOf": []object{required("at_once"), required("id_of"), required("body_of"), required("object_of")}}}},
			{"if": required("abreast"), "then": object{"not": object{"anyOf": []object{
				required("control"), required("at_once"), required("times"), required("hold"), required("connection"), required("feature")}}}},
			{"not": object{"anyOf": []object{required("object_of", "body_of"), required("stage", "body_of")}}},
		},
		"dependentRequired": object{"pipelined": []string{"connection"}, "hold": []string{"send"}, "stagger": []string{"at_once"},
			"without": []string{"process"}, "clock": []string{"process"}, "meanwhile": []string{"times", "lanes"},
			"object_of": []string{"send"}, "stage": []string{"send"}, "abreast": []string{"send"}},
	},
	"measure":      required("window", "from", "to", "wide"),
	"meanwhile":    required("process", "after"),
	"headerChoice": required("name", "message"),
	"pace":         required("of", "times", "least"),
}

// faultSchema lists the faults: those without parameter by name, the others as
// the one key of a map.
func faultSchema() object {
	with := object{}
	var uses []object
	kinds := map[mockprovider.ParamKind]object{
		mockprovider.ParamText: {"$ref": "#/$defs/text"},
		mockprovider.ParamList: {"type": "array", "items": object{"$ref": "#/$defs/text"}},
		mockprovider.ParamMap:  {"type": "object", "additionalProperties": object{"$ref": "#/$defs/text"}},
	}
	for _, f := range mockprovider.Faults() {
		if f.Param == mockprovider.ParamNone {
			uses = append(uses, object{"const": f.Name, "description": f.Doc})
			continue
		}
		param := maps.Clone(kinds[f.Param])
		param["description"] = f.Doc
		with[f.Name] = param
	}
	return object{
		"description": "One named way in which a delivery deviates from a genuine one, with its parameter.",
		"anyOf": append(uses, object{
			"type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": with,
		}),
	}
}

// schema is that of a type; key is "type.key" of the field that has it.
func (m schemaMaker) schema(t reflect.Type, key string) (object, error) {
	switch t {
	case reflect.TypeFor[Rate]():
		return object{"type": "string", "pattern": `^ *0*[1-9][0-9]* */ *[smh] *$`}, nil
	case reflect.TypeFor[mockprovider.Duration]():
		return object{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|[µμ]s|ms|s|m|h))+$`}, nil
	case reflect.TypeFor[faultList]():
		one := object{"$ref": "#/$defs/fault"}
		return object{"anyOf": []object{one, {"type": "array", "items": one}}}, nil
	case reflect.TypeFor[pairs]():
		return object{"type": "object", "additionalProperties": object{"$ref": "#/$defs/text"}}, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.schema(t.Elem(), key)
	case reflect.Struct:
		return m.structSchema(t)
	case reflect.Slice:
		items, err := m.schema(t.Elem(), key)
		return object{"type": "array", "items": items}, err
	case reflect.Map:
		values, err := m.schema(t.Elem(), key)
		return object{"type": "object", "additionalProperties": values}, err
	}
	return m.scalarSchema(t, key)
}

func (m schemaMaker) scalarSchema(t reflect.Type, key string) (object, error) {
	if names, ok := m.names[key]; ok {
		return maps.Clone(names), nil
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string", "minLength": 1}, nil
	case reflect.Bool:
		return object{"type": "boolean"}, nil
	case reflect.Float64:
		return object{"type": "number", "minimum": 0}, nil
	case reflect.Int, reflect.Int64:
		return object{"type": "integer", "minimum": 0}, nil
	}
	return nil, fmt.Errorf("%s: no schema for a %s", key, t)
}

// structSchema puts the schema of a struct among the definitions, and returns
// a reference to it.
func (m schemaMaker) structSchema(t reflect.Type) (object, error) {
	ref := object{"$ref": "#/$defs/" + t.Name()}
	if _, done := m.defs[t.Name()]; done {
		return ref, nil
	}
	properties := object{}
	for f := range t.Fields() {
		key := strictyaml.KeyOf(f)
		p, whole := m.whole[t.Name()+"."+key]
		if p = maps.Clone(p); !whole {
			var err error
			if p, err = m.schema(f.Type, t.Name()+"."+key); err != nil {
				return nil, err
			}
		}
		text := m.texts[t.Name()][key]
		if text == "" {
			return nil, fmt.Errorf("%s.%s has no description", t.Name(), key)
		}
		maps.Copy(p, m.more[t.Name()+"."+key])
		p["description"] = text
		properties[key] = p
	}
	def := object{"type": "object", "additionalProperties": false, "properties": properties}
	maps.Copy(def, m.extra[t.Name()])
	m.defs[t.Name()] = def
	return ref, nil
}
