package scenarios

import (
	_ "embed"
	"slices"
)

//go:generate go test -run TestSchemaIsCurrent -update .

//go:embed scenario.schema.json
var schemaJSON []byte

//go:embed load.schema.json
var loadSchemaJSON []byte

// LoadSchemaJSON returns the JSON Schema (draft 2020-12) of load scenario
// files, for editors. It knows every class and metric by name.
func LoadSchemaJSON() []byte { return slices.Clone(loadSchemaJSON) }

// SchemaJSON returns the JSON Schema (draft 2020-12) of scenario files, for
// editors. It knows every level, feature, fault, outcome and source by name.
func SchemaJSON() []byte { return slices.Clone(schemaJSON) }
