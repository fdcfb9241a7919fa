package mockprovider

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/tidwall/gjson"
)

// Object is what the event is about: the text or the number at a JSON pointer
// into its payload, as text.
func (e Event) Object(pointer string) (string, error) {
	v, err := getJSON(e.Body, pointer)
	switch {
	case err != nil:
		return "", err
	case v.Type == gjson.Number:
		return v.Raw, nil // as it is written: a float64 would not hold a long one
	case v.Type == gjson.String && v.String() != "":
		return v.String(), nil
	}
	return "", fmt.Errorf("an event of type %s has no text and no number at %s", e.Type, pointer)
}

// copyJSON puts what stands at the pointer in another body there in this one.
func copyJSON(body, other []byte, pointer string) ([]byte, error) {
	v, err := getJSON(other, pointer)
	if err != nil {
		return nil, err
	}
	if !v.Exists() {
		return nil, fmt.Errorf("nothing stands at %s", pointer)
	}
	return setRawJSON(body, pointer, v.Raw)
}

var literal = regexp.MustCompile(`^(true|false|null|0|-?[1-9][0-9]{0,17})$`)

// setAll puts values at JSON pointers, as EventSpec.Set has them.
func (e Event) setAll(body []byte, values map[string]string) (_ []byte, err error) {
	for _, pointer := range slices.Sorted(maps.Keys(values)) {
		if text := e.keys.fill(values[pointer], e); literal.MatchString(text) {
			body, err = setRawJSON(body, pointer, text)
		} else {
			body, err = setJSON(body, pointer, text)
		}
		if err != nil {
			return nil, err
		}
	}
	return body, nil
}
