package scenarios

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
)

// at words an error with the place of a node.
func (d document) at(node ast.Node, format string, args ...any) error {
	p := firstToken(node).Position
	return fmt.Errorf("%s:%d:%d: %s", d.file, p.Line, p.Column, fmt.Sprintf(format, args...))
}

// firstToken is where a node begins. A mapping's own token is the colon of its
// first entry.
func firstToken(node ast.Node) *token.Token {
	switch n := node.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return node.GetToken()
}

// wrap gives a decoder's error its place and, for an unknown key, the nearest
// valid one.
func (d document) wrap(err error) error {
	var ye yaml.Error
	if !errors.As(err, &ye) || ye.GetToken() == nil {
		return fmt.Errorf("%s: %w", d.file, err)
	}
	tok, msg := ye.GetToken(), ye.GetMessage()
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		msg = nearest.Unknown("key", tok.Value, keysOf(reflect.TypeFor[written]())).Error()
	}
	return fmt.Errorf("%s:%d:%d: %s", d.file, tok.Position.Line, tok.Position.Column, msg)
}

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

// refuse finds what the decoder would silently accept: anchors and aliases,
// empty values, fractions.
func (d document) refuse(root ast.Node) (err error) {
	ast.Walk(visitor(func(n ast.Node) bool {
		if err != nil {
			return false
		}
		switch n.(type) {
		case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
			err = d.at(n, "anchors and aliases are not part of the language")
		case *ast.NullNode:
			err = d.at(n, "empty value")
		case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
			err = d.at(n, "a number here is whole, and a text that looks like a number is quoted")
		}
		return err == nil
	}), root)
	return err
}

type visitor func(ast.Node) bool

func (v visitor) Visit(n ast.Node) ast.Visitor {
	if !v(n) {
		return nil
	}
	return v
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

func mapEntries(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// scalar is the text of a plain or quoted value.
func scalar(node ast.Node) (string, error) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	}
	return "", placed(node, "expected a text")
}

// placed is an error that knows its place, as the decoder's own do.
func placed(node ast.Node, msg string) error {
	return &yaml.SyntaxError{Message: msg, Token: firstToken(node)}
}
