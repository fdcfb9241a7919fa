package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/hookassay/hookassay/internal/jsontext"
)

// maxReport bounds what Read takes in, in bytes.
const maxReport = 64 << 20

// Marshal returns r as canonical JSON: the same report gives the same bytes.
// Indented by two spaces, ends in a newline, no HTML escapes, but
// what steers terminals is escaped, lists are never null, times are RFC 3339 in UTC with at most milliseconds. A figure that is
// not finite and a year outside 0 to 9999 are errors.
func Marshal(r Report) ([]byte, error) {
	r, err := canonical(r)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return jsontext.Escape(b.Bytes()), nil
}

// Read reads one report as Marshal writes it, at most 64 MiB. Another schema
// version, an unknown field and anything behind the report are errors: a report
// read in part would be judged in part.
func Read(from io.Reader) (Report, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxReport+1))
	if err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	if len(data) > maxReport {
		return Report{}, fmt.Errorf("report: larger than %d MiB", maxReport>>20)
	}
	if err := checkVersion(data); err != nil {
		return Report{}, err
	}
	var r Report
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	if r, err = canonical(r); err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	return r, nil
}

// checkVersion goes first, so that a report of another version is named as such
// and not blamed for its first unknown field.
func checkVersion(data []byte) error {
	var head struct {
		Schema string `json:"schema"`
	}
	err := json.Unmarshal(data, &head)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("report: not JSON: %w (byte %d)", err, syntax.Offset)
	case errors.As(err, &wrong):
		return fmt.Errorf("report: not a report: JSON %s at byte %d", wrong.Value, wrong.Offset)
	case err != nil:
		return fmt.Errorf("report: %w", err)
	case head.Schema == "":
		return fmt.Errorf("report: it names no schema; %q is wanted", Schema)
	case head.Schema != Schema:
		return fmt.Errorf("report: its schema is %q; this program reads %q", head.Schema, Schema)
	}
	return nil
}
