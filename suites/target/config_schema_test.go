package target

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(ConfigSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("config.schema.json")
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

func TestGoodFilesAreValid(t *testing.T) {
	schema := compiledSchema(t)
	names, err := filepath.Glob("testdata/config/*.yaml")
	if err != nil || len(names) < 3 {
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
		if _, err := LoadConfig(name, environment(nil)); err != nil {
			t.Error(err)
		}
	}
}

func TestBadFilesAreInvalid(t *testing.T) {
	schema := compiledSchema(t)
	for _, bad := range badFiles {
		if err := validate(schema, []byte(bad.text)); (err == nil) != bad.beyond {
			t.Errorf("%s: %q: got %v; beyond the schema: %t", bad.name, bad.text, err, bad.beyond)
		}
	}
}

// The schema and the Go types have the same keys, and every one is described.
func TestSchemaHasTheKeysOfTheTypes(t *testing.T) {
	w := schemaWalk{t: t, keys: map[string]bool{}}
	if err := json.Unmarshal(ConfigSchema(), &w.root); err != nil {
		t.Fatal(err)
	}
	w.walk(w.root, "")
	types := map[string]bool{}
	typeKeys(reflect.TypeFor[Config](), "", types)
	got, want := slices.Sorted(maps.Keys(w.keys)), slices.Sorted(maps.Keys(types))
	if !slices.Equal(got, want) {
		t.Errorf("schema %s\ntypes  %s", strings.Join(got, " "), strings.Join(want, " "))
	}
}

// typeKeys adds the paths of the keys of a type; * is any name.
func typeKeys(t reflect.Type, path string, keys map[string]bool) {
	switch {
	case t == reflect.TypeFor[Effects]():
		typeKeys(reflect.TypeFor[EffectConfig](), path, keys)
	case t == reflect.TypeFor[HeaderValue]():
		t = reflect.TypeFor[EnvRef]()
	case t == reflect.TypeFor[DSNConfig]():
		t = reflect.TypeFor[SecretRef]()
	case reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()):
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		typeKeys(t.Elem(), path, keys)
	case reflect.Map:
		keys[path+".*"] = true
		typeKeys(t.Elem(), path+".*", keys)
	case reflect.Struct:
		for f := range t.Fields() {
			if key := strictyaml.KeyOf(f); key != "" && f.Type != reflect.TypeFor[strictyaml.Unavailable]() {
				keys[path+"."+key] = true
				typeKeys(f.Type, path+"."+key, keys)
			}
		}
	}
}

type object = map[string]any

type schemaWalk struct {
	t    *testing.T
	root object
	keys map[string]bool
}

// walk notes the schema's keys below path.
func (w schemaWalk) walk(s object, path string) {
	if ref, ok := s["$ref"].(string); ok {
		def := w.root["$defs"].(object)[strings.TrimPrefix(ref, "#/$defs/")].(object)
		w.walk(def, path)
	}
	for _, branch := range []string{"then", "else"} {
		if b, ok := s[branch].(object); ok {
			w.walk(b, path)
		}
	}
	if list, ok := s["anyOf"].([]any); ok {
		for _, b := range list {
			w.walk(b.(object), path)
		}
	}
	if more, ok := s["additionalProperties"].(object); ok {
		w.keys[path+".*"] = true
		w.described(more, path+".*")
		w.walk(more, path+".*")
	}
	properties, ok := s["properties"].(object)
	if !ok {
		return
	}
	if s["additionalProperties"] != false {
		w.t.Errorf("%q takes any key", path)
	}
	for key, p := range properties {
		w.keys[path+"."+key] = true
		w.described(p.(object), path+"."+key)
		w.walk(p.(object), path+"."+key)
	}
}

func (w schemaWalk) described(s object, path string) {
	if ref, ok := s["$ref"].(string); ok && s["description"] == nil {
		s = w.root["$defs"].(object)[strings.TrimPrefix(ref, "#/$defs/")].(object)
	}
	if s["description"] == nil {
		w.t.Errorf("%s has no description", path)
	}
}

var update = flag.Bool("update", false, "write the names of schemes into config.schema.json anew")

// An enumeration is names that another package owns, and where the schema lists
// them: between groups 1 and 2.
type enumeration struct {
	at    *regexp.Regexp
	names []string
}

func enumerationOf[T ~string](key string, names []T) enumeration {
	e := enumeration{at: regexp.MustCompile(`("` + key + `": \{[^}]*?"enum": \[)[^\]]*(\])`)}
	for _, n := range names {
		e.names = append(e.names, string(n))
	}
	return e
}

// Names that other packages own must not go stale here.
func TestSchemaEnumerationsAreCurrent(t *testing.T) {
	schema := ConfigSchema()
	for _, e := range []enumeration{
		enumerationOf("scheme", mockprovider.SchemeNames()),
		enumerationOf("risk", scenarios.Risks),
		enumerationOf("profile", scenarios.ProfileNames()),
	} {
		if n := len(e.at.FindAll(schema, -1)); n != 1 {
			t.Fatalf("%s matches %d places", e.at, n)
		}
		schema = e.at.ReplaceAll(schema, []byte(`${1}"`+strings.Join(e.names, `", "`)+`"${2}`))
	}
	if *update {
		if err := os.WriteFile("config.schema.json", schema, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(schema, ConfigSchema()) {
		t.Error("config.schema.json is older than the names it lists: run `make generate`")
	}
}
