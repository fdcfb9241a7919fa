package mockprovider

import (
	"fmt"

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
