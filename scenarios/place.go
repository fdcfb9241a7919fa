package scenarios

import (
	"errors"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/strictyaml"
)

// placed is an error about what stands under a key, or at a number of a list.
type placed struct {
	key string
	err error
}

func (p placed) Error() string { return p.err.Error() }
func (p placed) Unwrap() error { return p.err }

// under says of an error below which keys its cause stands, outermost first.
func under(err error, keys ...string) error {
	if err == nil {
		return nil
	}
	for i := len(keys) - 1; i >= 0; i-- {
		err = placed{keys[i], err}
	}
	return err
}

// placeOf is the node that an error is about, as far below the one given as the
// keys are written: those of the long form are not in the short one.
func placeOf(err error, node ast.Node) ast.Node {
	var p placed
	for errors.As(err, &p) {
		if next := below(node, p.key); next != nil {
			node = next
		}
		err = p.err
	}
	return node
}

func below(node ast.Node, key string) ast.Node {
	if list, ok := node.(*ast.SequenceNode); ok {
		if i, err := strconv.Atoi(key); err == nil && i < len(list.Values) {
			return list.Values[i]
		}
		return nil
	}
	entries, _ := strictyaml.Entries(node)
	for _, e := range entries {
		if text, err := strictyaml.Scalar(e.Key); err == nil && text == key {
			return e.Value
		}
	}
	return nil
}
