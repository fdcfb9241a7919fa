package scenarios

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

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
	entries, ok := strictyaml.Entries(node)
	if !ok {
		name, err := strictyaml.Scalar(node)
		if err != nil {
			return err
		}
		*l = append(*l, mockprovider.FaultUse{Name: name})
		return nil
	}
	if len(entries) != 1 {
		return strictyaml.Placed(node, "a fault is one name with its parameter; put several into a list")
	}
	name, err := strictyaml.Scalar(entries[0].Key)
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
			text, err := strictyaml.Scalar(item)
			if err != nil {
				return mockprovider.Param{}, err
			}
			list = append(list, text)
		}
		return mockprovider.Param{List: list}, nil
	}
	if _, ok := strictyaml.Entries(node); ok {
		var p pairs
		err := p.UnmarshalYAML(node)
		return mockprovider.Param{Map: p}, err
	}
	text, err := strictyaml.Scalar(node)
	return mockprovider.Param{Text: text}, err
}

// pairs is a map of texts that keeps its order.
type pairs []mockprovider.Pair

// UnmarshalYAML reads a mapping of scalars.
func (p *pairs) UnmarshalYAML(node ast.Node) error {
	entries, ok := strictyaml.Entries(node)
	if !ok {
		return strictyaml.Placed(node, "expected a map of names to texts")
	}
	*p = []mockprovider.Pair{}
	for _, e := range entries {
		key, err := strictyaml.Scalar(e.Key)
		if err != nil {
			return err
		}
		value, err := strictyaml.Scalar(e.Value)
		if err != nil {
			return err
		}
		*p = append(*p, mockprovider.Pair{Key: key, Value: value})
	}
	return nil
}
