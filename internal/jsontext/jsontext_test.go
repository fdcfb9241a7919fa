package jsontext

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		``:                                   ``,
		"{\n  \"a\": \"é 🔑 <&>\"\n}\n":       "{\n  \"a\": \"é 🔑 <&>\"\n}\n",
		"\"\u009b31m\u007f\"":                `"\u009b31m\u007f"`,
		"\"a\u202eb\u2069c\"":                `"a\u202eb\u2069c"`,
		"\"\u200e\u200f\u061c\u2028\u2029\"": `"\u200e\u200f\u061c\u2028\u2029"`,
		"\"\u00a0\u2027\u202f\u2065\u206a\"": "\"\u00a0\u2027\u202f\u2065\u206a\"",
		"{\"\u0085\":\"\\\\\u0080\"}":        `{"\u0085":"\\\u0080"}`,
		"\"\xff\"":                           "\"\xff\"",
	} {
		if got := string(Escape([]byte(in))); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

// FuzzEscape: the JSON means the same, and nothing in it steers.
func FuzzEscape(f *testing.F) {
	f.Add("plain")
	f.Add("\u009b\u202e\\\u2028\"")
	f.Fuzz(func(t *testing.T, text string) {
		before, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		after := Escape(bytes.Clone(before))
		var was, is string
		if err := json.Unmarshal(before, &was); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(after, &is); err != nil || is != was {
			t.Errorf("%q became %q, %v", was, is, err)
		}
		for _, r := range string(after) {
			if steers(r) {
				t.Errorf("%q is left in %q", r, after)
			}
		}
	})
}
