package scenarios

import (
	_ "embed"
	"slices"
)

//go:generate go test -run TestSchemaIsCurrent -update .

//go:embed scenario.schema.json
var schemaJSON []byte

// SchemaJSON returns the JSON Schema (draft 2020-12) of scenario files, for
// editors. It knows every level, feature, fault, outcome and source by name.
func SchemaJSON() []byte { return slices.Clone(schemaJSON) }
