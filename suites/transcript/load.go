package transcript

import "encoding/json"

// Load is the result of one load scenario: what was sent is too much to be
// written down, so that the measurements themselves are the record. It is in the
// report's form, as Known is, and comes redacted.
//
// A load of many hours has more windows than a line may hold: they are in
// records of their own behind that of the result.
type Load struct {
	Result  json.RawMessage `json:"result,omitempty"`  // without its windows
	Windows json.RawMessage `json:"windows,omitempty"` // the next ones of the result before
}
