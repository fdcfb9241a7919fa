package strictyaml

import (
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// First is the token where a node begins. A mapping's own token is the colon
// of its first entry.
func First(node ast.Node) *token.Token {
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

// Entries are the entries of a mapping; false where the node is something else.
func Entries(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// Scalar is the text of a plain or quoted value, as it is written.
func Scalar(node ast.Node) (string, error) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	}
	return "", Placed(node, "expected a text")
}

// Placed is an error that knows its place, as the decoder's own do: for use in
// UnmarshalYAML, where the file's name is not known.
func Placed(node ast.Node, msg string) error {
	return &yaml.SyntaxError{Message: msg, Token: First(node)}
}
