package strictyaml

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "f.yaml:1:1: expected one YAML document, found nothing"},
		{"two documents", "a: 1\n---\nb: 2\n", "f.yaml:1:1: expected one YAML document, found 2"},
		{"what is no YAML", "a: [1\n", "f.yaml:1:4: sequence end token ']' not found"},
		{"an anchor", "a: &x 1\n", "f.yaml:1:4: anchors and aliases are not part of the language"},
		{"an alias", "a: *x\n", "f.yaml:1:4: anchors and aliases are not part of the language"},
		{"a merge", "a:\n  <<: {b: 1}\n", "f.yaml:2:3: anchors and aliases are not part of the language"},
		{"a tag", "a: !!binary aGk=\n", "f.yaml:1:4: tags are not part of the language"},
		{"an empty value", "a:\nb: 1\n", "f.yaml:1:3: empty value"},
		{"an empty item", "- a\n-\n", "f.yaml:2:3: empty value"},
		{"null", "a: null\n", "f.yaml:1:4: empty value"},
		{"a fraction", "a: 1.0\n", "f.yaml:1:4: a number here is whole, and a text that looks like a number is quoted"},
		{"infinity", "a: .inf\n", "f.yaml:1:4: a number here is whole, and a text that looks like a number is quoted"},
		{"brackets", strings.Repeat("[", 100_000), "f.yaml:1:65: nested more than 64 deep"},
		{"braces", strings.Repeat("{a: ", 100_000), "f.yaml:1:257: nested more than 64 deep"},
		{"dashes", strings.Repeat("- ", 100_000), "f.yaml:1:129: nested more than 64 deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(tt.text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestFractionsStandUnderTheirKeys(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"skew: 1.5\n", ""}, {"skew: 2\n", ""}, {"a: {skew: 1.5}\n", ""},
		{"a: 1.5\n", "f.yaml:1:4: a number here is whole"},
		{"skew: .nan\n", "f.yaml:1:7: a number here is whole"}, {"skew: [1.5]\n", "f.yaml:1:8: a number here is whole"},
		{"skew: many\n", "f.yaml:1:7: expected a number"}, {"skew: \"1.5\"\n", "f.yaml:1:7: expected a number"},
	} {
		d, err := Parse("f.yaml", []byte(tt.text), "skew")
		if err == nil {
			var into struct {
				Skew float64 `yaml:"skew"`
				A    struct {
					Skew float64 `yaml:"skew"`
				} `yaml:"a"`
			}
			err = d.Decode(d.Body, &into)
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

// kitchen has every kind of thing that is decoded.
type kitchen struct {
	Name    string            `yaml:"name"`
	Seats   int               `yaml:"seats"`
	Pause   pause             `yaml:"pause"`
	Oven    *oven             `yaml:"oven"`
	Shelves []shelf           `yaml:"shelves"`
	Jars    map[string]shelf  `yaml:"jars"`
	Notes   map[string]string `yaml:"notes"`
	Light   either            `yaml:"light"`
	Radio   Unavailable       `yaml:"radio"`
	Secret  string            `yaml:"-"`
	Plain   string
}

type oven struct {
	Degrees int         `yaml:"degrees"`
	Grill   Unavailable `yaml:"grill"`
}

type shelf struct {
	Height int `yaml:"height"`
}

type pause time.Duration

func (p *pause) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	*p = pause(d)
	return err
}

// either is a text or an oven.
type either struct {
	text string
	oven oven
}

func (either) Shape(node ast.Node) reflect.Type {
	if _, ok := Entries(node); ok {
		return reflect.TypeFor[oven]()
	}
	return nil
}

func (e *either) UnmarshalYAML(node ast.Node) (err error) {
	if _, ok := Entries(node); ok {
		return yaml.NodeToValue(node, &e.oven, yaml.Strict())
	}
	e.text, err = Scalar(node)
	return err
}

func decode(t *testing.T, text string) (kitchen, error) {
	t.Helper()
	d, err := Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var k kitchen
	return k, d.Decode(d.Body, &k)
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       kitchen
	}{
		{"scalars", "name: a\nseats: 3\npause: 2s\n", kitchen{Name: "a", Seats: 3, Pause: pause(2 * time.Second)}},
		{"one entry", "oven: {degrees: 200}\n", kitchen{Oven: &oven{Degrees: 200}}},
		{"lists and maps", "shelves: [{height: 1}]\njars: {a: {height: 2}}\nnotes: {x: y, n: 1}\n", kitchen{
			Shelves: []shelf{{1}}, Jars: map[string]shelf{"a": {2}}, Notes: map[string]string{"x": "y", "n": "1"},
		}},
		{"one shape", "light: on the left\n", kitchen{Light: either{text: "on the left"}}},
		{"another shape", "light: {degrees: 3}\n", kitchen{Light: either{oven: oven{Degrees: 3}}}},
		{"several lines", "name: |\n  a\n  b\n", kitchen{Name: "a\nb\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse("f.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			var got kitchen
			if err := d.Decode(d.Body, &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a key misspelt", "naem: a\n", `f.yaml:1:1: unknown key "naem"; did you mean "name"?`},
		{"a key misspelt further down", "oven:\n  degree: 1\n", `f.yaml:2:3: unknown key "degree"; did you mean "degrees"?`},
		{"a key misspelt in a list", "shelves:\n  - height: 1\n  - hihgt: 1\n", `f.yaml:3:5: unknown key "hihgt"; did you mean "height"?`},
		{"a key misspelt in a map", "jars: {a: {heihgt: 1}}\n", `f.yaml:1:12: unknown key "heihgt"; did you mean "height"?`},
		{"a key misspelt in a shape", "light: {degres: 1}\n", `f.yaml:1:9: unknown key "degres"; did you mean "degrees"?`},
		{"a key that belongs further down", "degrees: 1\n", `f.yaml:1:1: unknown key "degrees" here; it belongs under oven`},
		{"a key that belongs further up", "oven: {seats: 1}\n", `f.yaml:1:8: unknown key "seats" here; it belongs to the top level`},
		{"a key like none", "oven: {xyzzy: 1}\n", `f.yaml:1:8: unknown key "xyzzy"; there are degrees`},
		{"a field that is not in files", "Plain: a\n", `f.yaml:1:1: unknown key "Plain"`},
		{"a dash for a key", "\"-\": a\n", `f.yaml:1:1: unknown key "-"`},
		{"what is not available", "radio: {on: true}\n", "f.yaml:1:1: radio is not available in this version"},
		{"what is not available further down", "oven: {grill: {}}\n", "f.yaml:1:8: oven.grill is not available in this version"},
		{"a text for a map of keys", "oven: hot\n", "f.yaml:1:7: expected a map with degrees"},
		{"a text for a map of names", "jars: a\n", "f.yaml:1:7: expected a map of names"},
		{"a text for a list", "shelves: a\n", "f.yaml:1:10: expected a list"},
		{"a text for a number", "seats: many\n", "f.yaml:1:8: cannot unmarshal string into Go struct field kitchen.Seats of type int"},
		{"a list for a text", "name: [a]\n", "f.yaml:1:7: "},
		{"a text of the wrong form", "pause: long\n", `f.yaml:1:8: time: invalid duration "long"`},
		{"a list for a text of some form", "pause: [1s]\n", "f.yaml:1:8: expected a text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(t, tt.text)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	d, err := Parse("f.yaml", []byte("a:\n  b: [1, 2]\n  c.d: {e: x}\nf: y\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"": "f.yaml:1:1", "a": "f.yaml:2:3", "a.b": "f.yaml:2:6", "a.c.d": "f.yaml:3:9", "a.c.d.e": "f.yaml:3:12", "f": "f.yaml:4:4",
	}
	if got := d.Places(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestReadFileIsBounded(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(name, []byte("a: b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(name, 5); err != nil {
		t.Errorf("five bytes of five: %v", err)
	}
	if _, err := ReadFile(name, 4); err == nil || !strings.Contains(err.Error(), "more than the 4 bytes") {
		t.Errorf("five bytes of four: %v", err)
	}
}
