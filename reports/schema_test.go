package reports

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(SchemaJSON()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func instance(t *testing.T, r Report) map[string]any {
	t.Helper()
	data, err := Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

func TestSchemaTakesMarshalledReports(t *testing.T) {
	schema := compileSchema(t)
	bare := Report{Schema: Schema}
	Conclude(&bare, nil)
	reports := sampleReports()
	reports["bare"] = bare
	for name, r := range reports {
		if err := schema.Validate(instance(t, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := compileSchema(t)
	scenario := func(doc map[string]any) map[string]any {
		return doc["scenarios"].([]any)[0].(map[string]any)
	}
	load := func(doc map[string]any) map[string]any {
		return doc["load"].([]any)[0].(map[string]any)
	}
	response := func(doc map[string]any) map[string]any {
		return load(doc)["classes"].([]any)[0].(map[string]any)["response"].(map[string]any)
	}
	tests := map[string]func(doc map[string]any){
		"an unknown field":             func(doc map[string]any) { doc["extra"] = true },
		"an unknown field in the deep": func(doc map[string]any) { scenario(doc)["extra"] = true },
		"a missing list":               func(doc map[string]any) { delete(doc, "load") },
		"a null list":                  func(doc map[string]any) { doc["load"] = nil },
		"another version":              func(doc map[string]any) { doc["schema"] = "hookassay.report/v2" },
		"an unknown verdict":           func(doc map[string]any) { scenario(doc)["verdict"] = "skipped" },
		"an unknown level":             func(doc map[string]any) { scenario(doc)["level"] = "SHALL" },
		"a local time":                 func(doc map[string]any) { doc["started"] = "2026-01-02T03:04:05+01:00" },
		"a backlog of less than none":  func(doc map[string]any) { load(doc)["windows"].([]any)[0].(map[string]any)["backlog"] = -2 },
		"an interval with one end":     func(doc map[string]any) { response(doc)["ci95"].(map[string]any)["p99"] = []any{1.5} },
		"an interval of what is none":  func(doc map[string]any) { response(doc)["ci95"].(map[string]any)["p98"] = []any{1.5, 2.5} },
		"a class that names ids":       func(doc map[string]any) { load(doc)["classes"].([]any)[0].(map[string]any)["ids"] = []any{} },
		"microseconds":                 func(doc map[string]any) { doc["started"] = "2026-01-02T03:04:05.123456Z" },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			r := sampleReports()["failing"]
			r.Load = []Load{steadyLoad()}
			doc := instance(t, r)
			if err := schema.Validate(doc); err != nil {
				t.Fatalf("before it was spoilt: %v", err)
			}
			spoil(doc)
			if schema.Validate(doc) == nil {
				t.Error("taken")
			}
		})
	}
}

// objectSchema is what the model must agree with, in one object of the schema.
type objectSchema struct {
	Additional any            `json:"additionalProperties"`
	Required   []string       `json:"required"`
	Properties map[string]any `json:"properties"`
}

func TestSchemaNamesEveryField(t *testing.T) {
	var schema struct {
		objectSchema
		Defs map[string]objectSchema `json:"$defs"`
	}
	if err := json.Unmarshal(SchemaJSON(), &schema); err != nil {
		t.Fatal(err)
	}
	schema.Defs["Report"] = schema.objectSchema
	structs := map[string]reflect.Type{}
	collectStructs(reflect.TypeFor[Report](), structs)
	for name, typ := range structs {
		def := schema.Defs[name]
		fields, required := jsonFields(typ)
		var named []string
		for p := range def.Properties {
			named = append(named, p)
		}
		slices.Sort(named)
		slices.Sort(def.Required)
		if !slices.Equal(fields, named) {
			t.Errorf("%s has the fields %v, its schema names %v", name, fields, named)
		}
		if !slices.Equal(required, def.Required) {
			t.Errorf("%s always writes %v, its schema requires %v", name, required, def.Required)
		}
		if def.Additional != false {
			t.Errorf("the schema of %s takes unknown fields", name)
		}
	}
	for name, def := range schema.Defs {
		if _, ok := structs[name]; !ok && def.Properties != nil {
			t.Errorf("the schema describes %s, which the model has not", name)
		}
	}
}

func collectStructs(t reflect.Type, into map[string]reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collectStructs(t.Elem(), into)
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() || into[t.Name()] != nil {
			return
		}
		into[t.Name()] = t
		for f := range t.Fields() {
			collectStructs(f.Type, into)
		}
	}
}

func jsonFields(t reflect.Type) (all, required []string) {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, name)
		if options == "" {
			required = append(required, name)
		}
	}
	slices.Sort(all)
	slices.Sort(required)
	return all, required
}
