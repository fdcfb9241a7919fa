package strictyaml

import "github.com/goccy/go-yaml/ast"

// Places tells where each value stands: "target.scheme" → "file:line:column".
// An item of a list counts as its list.
func (d Document) Places() map[string]string {
	places := map[string]string{}
	d.addPlaces(d.Body, "", places)
	return places
}

func (d Document) addPlaces(node ast.Node, path string, places map[string]string) {
	if _, ok := places[path]; !ok {
		places[path] = d.Place(node)
	}
	entries, _ := Entries(node)
	for _, e := range entries {
		if key, err := Scalar(e.Key); err == nil {
			d.addPlaces(e.Value, join(path, key), places)
		}
	}
}
