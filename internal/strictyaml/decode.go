package strictyaml

import (
	"encoding"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/nearest"
)

// Unavailable is the type of a key that the format has and this version has
// not: an error of its own, neither an unknown key nor one that is ignored.
type Unavailable struct{}

// A Shaper is a type that may be written in several ways. Shape returns the
// type whose keys hold for the way the node is written; nil: any.
type Shaper interface {
	Shape(ast.Node) reflect.Type
}

// Decode decodes a node into what into points to. Every key must be one that
// the type has under its `yaml` tags; the error for another names the nearest
// one at that place, or the place where it belongs.
func (d Document) Decode(node ast.Node, into any) error {
	t := reflect.TypeOf(into).Elem()
	if err := (checker{d, t}).check(node, t, ""); err != nil {
		return err
	}
	if err := yaml.NodeToValue(node, into, yaml.Strict()); err != nil {
		return d.Wrap(err)
	}
	return nil
}

// A checker compares what is written with a type.
type checker struct {
	Document
	root reflect.Type
}

var (
	shaperType = reflect.TypeFor[Shaper]()
	textType   = reflect.TypeFor[encoding.TextUnmarshaler]()
	nodeType   = reflect.TypeFor[yaml.NodeUnmarshaler]()
)

func (c checker) check(node ast.Node, t reflect.Type, path string) error {
	switch pointer := reflect.PointerTo(t); {
	case t.Kind() == reflect.Pointer:
		return c.check(node, t.Elem(), path)
	case pointer.Implements(shaperType):
		shape := reflect.New(t).Interface().(Shaper).Shape(node)
		if shape == nil {
			return nil
		}
		return c.check(node, shape, path)
	case pointer.Implements(textType):
		return c.checkText(node, t)
	case pointer.Implements(nodeType): // checks itself
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return c.checkStruct(node, t, path)
	case reflect.Map:
		return c.checkMap(node, t, path)
	case reflect.Slice:
		return c.checkList(node, t, path)
	case reflect.Float64:
		switch node.(type) {
		case *ast.FloatNode, *ast.IntegerNode:
		default:
			return c.At(node, "expected a number")
		}
	}
	return nil
}

func (c checker) checkStruct(node ast.Node, t reflect.Type, path string) error {
	entries, ok := Entries(node)
	if !ok {
		return c.At(node, "expected %s", keysOr(t))
	}
	for _, e := range entries {
		key, err := Scalar(e.Key)
		if err != nil {
			return c.Wrap(err)
		}
		field, ok := fieldOf(t, key)
		if !ok {
			return c.At(e.Key, "%w", c.unknown(key, t))
		}
		if field == reflect.TypeFor[Unavailable]() {
			return c.At(e.Key, "%s is not available in this version", join(path, key))
		}
		if err := c.check(e.Value, field, join(path, key)); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) checkMap(node ast.Node, t reflect.Type, path string) error {
	entries, ok := Entries(node)
	if !ok {
		return c.At(node, "expected a map of names")
	}
	for _, e := range entries {
		key, err := Scalar(e.Key)
		if err != nil {
			return c.Wrap(err)
		}
		if err := c.check(e.Value, t.Elem(), join(path, key)); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) checkList(node ast.Node, t reflect.Type, path string) error {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return c.At(node, "expected a list")
	}
	for _, item := range list.Values {
		if err := c.check(item, t.Elem(), path); err != nil {
			return err
		}
	}
	return nil
}

// checkText tries a text type here because the decoder's own error has no place.
func (c checker) checkText(node ast.Node, t reflect.Type) error {
	text, err := Scalar(node)
	if err != nil {
		return c.Wrap(err)
	}
	if err := reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
		return c.At(node, "%w", err)
	}
	return nil
}

// unknown words the error for a key that the type has not. A key that another
// place has is misplaced rather than misspelt.
func (c checker) unknown(key string, t reflect.Type) error {
	if place, ok := placeOf(c.root, key, ""); ok {
		return misplaced(key, place)
	}
	return nearest.Unknown("key", key, keysOf(t))
}
