// Package strictyaml reads files that people write: one YAML document a file,
// nothing silently accepted, and every error with the place of its cause.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A Document is one parsed file.
type Document struct {
	File string // as errors show it
	Body ast.Node
}

// ReadFile reads and parses a file of at most limit bytes.
func ReadFile(name string, limit int64) (Document, error) {
	b, err := ReadBounded(name, limit)
	if err != nil {
		return Document{}, err
	}
	return Parse(name, b)
}

// ReadBounded reads a whole file, and fails where it has more than limit bytes.
func ReadBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s: more than the %d bytes that it may have", name, limit)
	}
	return b, nil
}

// Parse reads one document. No document, a second one, and what Refuse finds
// are errors. What stands under the keys of fractions may be one.
func Parse(file string, b []byte, fractions ...string) (Document, error) {
	d := Document{File: file}
	b = bytes.TrimPrefix(b, []byte("\uFEFF")) // some editors write one
	tokens := lexer.Tokenize(string(b))
	if err := d.shallow(tokens); err != nil {
		return d, err
	}
	parsed, err := parser.Parse(tokens, 0)
	if err != nil {
		return d, d.Wrap(err)
	}
	if len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		return d, fmt.Errorf("%s:1:1: expected one YAML document, found %s", file, found(parsed))
	}
	d.Body = parsed.Docs[0].Body
	return d, d.Refuse(fractions...)
}

// maxDepth bounds how deep brackets and dashes nest: the parser's time and
// memory grow with the square of the depth, and no file of ours needs ten.
const maxDepth = 64

func (d Document) shallow(tokens token.Tokens) error {
	depth, dashes, line := 0, 0, 0 // dashes and question marks of the line
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if depth+dashes > maxDepth {
			return fmt.Errorf("%s:%d:%d: nested more than %d deep", d.File, line, t.Position.Column, maxDepth)
		}
	}
	return nil
}

// found tells how many documents there are.
func found(f *ast.File) string {
	if len(f.Docs) > 1 {
		return fmt.Sprintf("%d", len(f.Docs))
	}
	return "nothing"
}

// Refuse finds what a decoder would silently accept in the body: anchors and
// aliases, tags, empty values, fractions but under those keys.
func (d Document) Refuse(fractions ...string) (err error) {
	ast.Walk(visitor(func(n ast.Node) bool {
		if err != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.MappingValueNode:
			if _, fraction := n.Value.(*ast.FloatNode); fraction && slices.Contains(fractions, n.Key.String()) {
				return false
			}
		case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
			err = d.At(n, "anchors and aliases are not part of the language")
		case *ast.TagNode:
			err = d.At(n, "tags are not part of the language")
		case *ast.NullNode:
			err = d.At(n, "empty value")
		case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
			err = d.At(n, "a number here is whole, and a text that looks like a number is quoted")
		}
		return err == nil
	}), d.Body)
	return err
}

type visitor func(ast.Node) bool

func (v visitor) Visit(n ast.Node) ast.Visitor {
	if !v(n) {
		return nil
	}
	return v
}

// At words an error with the place of a node.
func (d Document) At(node ast.Node, format string, args ...any) error {
	return fmt.Errorf("%s: %w", d.Place(node), fmt.Errorf(format, args...))
}

// Place is where a node begins: "file:line:column".
func (d Document) Place(node ast.Node) string {
	p := First(node).Position
	return fmt.Sprintf("%s:%d:%d", d.File, p.Line, p.Column)
}

// Wrap gives an error of the parser or decoder its place.
func (d Document) Wrap(err error) error {
	var ye yaml.Error
	if !errors.As(err, &ye) || ye.GetToken() == nil {
		return fmt.Errorf("%s: %w", d.File, err)
	}
	p := ye.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", d.File, p.Line, p.Column, ye.GetMessage())
}
