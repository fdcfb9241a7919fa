package scenarios

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

// at words an error with the place of a node.
func (d document) at(node ast.Node, format string, args ...any) error {
	return strictyaml.Document{File: d.file}.At(node, format, args...)
}

// wrap gives a decoder's error its place.
func (d document) wrap(err error) error { return strictyaml.Document{File: d.file}.Wrap(err) }

// refuse finds what the decoder would silently accept.
func (d document) refuse(root ast.Node) error {
	return strictyaml.Document{File: d.file, Body: root}.Refuse()
}

// maxFile bounds one scenario file, in bytes.
const maxFile = 4 << 20

func readBounded(name string) ([]byte, error) { return strictyaml.ReadBounded(name, maxFile) }

func firstToken(node ast.Node) *token.Token { return strictyaml.First(node) }

func mapEntries(node ast.Node) ([]*ast.MappingValueNode, bool) { return strictyaml.Entries(node) }

func scalar(node ast.Node) (string, error) { return strictyaml.Scalar(node) }

func placed(node ast.Node, msg string) error { return strictyaml.Placed(node, msg) }

// keysOf lists the YAML keys of a type and of the types in it.
func keysOf(t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return keysOf(t.Elem())
	case reflect.Struct:
		var all []string
		for f := range t.Fields() {
			if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" {
				all = append(append(all, key), keysOf(f.Type)...)
			}
		}
		return all
	}
	return nil
}

// faultList reads "name", "{name: parameter}", or a list of either.
type faultList []mockprovider.FaultUse

// UnmarshalYAML keeps the order of parameters and their texts as written.
func (l *faultList) UnmarshalYAML(node ast.Node) error {
	if seq, ok := node.(*ast.SequenceNode); ok {
		for _, item := range seq.Values {
			if err := l.add(item); err != nil {
				return err
			}
		}
		return nil
	}
	return l.add(node)
}

func (l *faultList) add(node ast.Node) error {
	entries, ok := mapEntries(node)
	if !ok {
		name, err := scalar(node)
		if err != nil {
			return err
		}
		*l = append(*l, mockprovider.FaultUse{Name: name})
		return nil
	}
	if len(entries) != 1 {
		return placed(node, "a fault is one name with its parameter; put several into a list")
	}
	name, err := scalar(entries[0].Key)
	if err != nil {
		return err
	}
	param, err := parameter(entries[0].Value)
	if err != nil {
		return err
	}
	use := mockprovider.FaultUse{Name: name, Param: param}
	*l = append(*l, use)
	return nil
}

func parameter(node ast.Node) (mockprovider.Param, error) {
	if seq, ok := node.(*ast.SequenceNode); ok {
		list := []string{}
		for _, item := range seq.Values {
			text, err := scalar(item)
			if err != nil {
				return mockprovider.Param{}, err
			}
			list = append(list, text)
		}
		return mockprovider.Param{List: list}, nil
	}
	if _, ok := mapEntries(node); ok {
		var p pairs
		err := p.UnmarshalYAML(node)
		return mockprovider.Param{Map: p}, err
	}
	text, err := scalar(node)
	return mockprovider.Param{Text: text}, err
}

// pairs is a map of texts that keeps its order.
type pairs []mockprovider.Pair

// UnmarshalYAML reads a mapping of scalars.
func (p *pairs) UnmarshalYAML(node ast.Node) error {
	entries, ok := mapEntries(node)
	if !ok {
		return placed(node, "expected a map of names to texts")
	}
	*p = []mockprovider.Pair{}
	for _, e := range entries {
		key, err := scalar(e.Key)
		if err != nil {
			return err
		}
		value, err := scalar(e.Value)
		if err != nil {
			return err
		}
		*p = append(*p, mockprovider.Pair{Key: key, Value: value})
	}
	return nil
}
