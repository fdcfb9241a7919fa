package receiver

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestReserialise(t *testing.T) {
	for text, want := range map[string]string{
		`{"b":1,"a":[1,2,{"c":"<&>é"}],"d":null,"e":{},"f":[]}`: `{"b":1,"a":[1,2,{"c":"<&>é"}],"d":null,"e":{},"f":[]}`,
		"{ \"a\" : 1.0,\n\"b\":1e2}":                            `{"a":1,"b":100}`,
		`"\u00e9\/"`:                                            `"é/"`,
		`[9007199254740993, 1E400, true]`:                       `[9007199254740992,null,true]`,
		`[[],[{}],{"x":{"y":"z"}}]`:                             `[[],[{}],{"x":{"y":"z"}}]`,
		`not json`:                                              `not json`,
	} {
		if got := string(reserialise([]byte(text))); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

// A receiver fitted to a producer that indents accepts what that one sends, and
// nothing that is written otherwise.
func TestReserialiseInStyle(t *testing.T) {
	for text, same := range map[string]bool{
		"{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}": true,
		`{"a":[1,{}],"b":[]}`: true,
		"{\n  \"a\": 1.0\n}":  false,
		"{\n  \"a\": 1\n}\n":  false,
		"{\n\t\"a\": 1\n}":    false,
		"{\n  \"a\": 1":       true, // no JSON stays as it is
	} {
		got := string(inStyleOf([]byte(text), reserialise([]byte(text))))
		if (got == text) != same {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}

func FuzzReserialise(f *testing.F) {
	f.Add([]byte(`{"a":[1,"x",{"b":null}],"c":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		once := reserialise(text)
		if json.Valid(text) && !json.Valid(once) {
			t.Fatalf("%q becomes %q", text, once)
		}
		if twice := reserialise(once); !bytes.Equal(once, twice) {
			t.Fatalf("%q becomes %q and then %q", text, once, twice)
		}
	})
}
