package target

import (
	_ "embed"
	"slices"
)

//go:embed config.schema.json
var configSchema []byte

// ConfigSchema returns the JSON Schema (draft 2020-12) of hookassay.yaml, for
// editors.
func ConfigSchema() []byte { return slices.Clone(configSchema) }
