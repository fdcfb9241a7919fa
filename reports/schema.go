package reports

import (
	"bytes"
	_ "embed"
)

//go:embed report.schema.json
var schemaJSON []byte

// SchemaJSON returns the JSON Schema (draft 2020-12) of what Marshal writes. It
// refuses unknown fields. The caller owns the bytes.
func SchemaJSON() []byte { return bytes.Clone(schemaJSON) }
