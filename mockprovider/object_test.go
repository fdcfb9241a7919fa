package mockprovider

import (
	"bytes"
	"testing"
)

// Events about one object have ids of their own and its keys, whatever their
// types.
func TestEventsAboutOneObject(t *testing.T) {
	for name, pointer := range map[string]string{
		"standard-webhooks": "/data/id", "stripe": "/data/object/id", "github": "/repository/id", "cloudevents": "/customer",
	} {
		scheme, err := FindScheme(name)
		if err != nil {
			t.Fatal(err)
		}
		m := NewMaker(scheme, nil, 1, "n")
		first := mustMake(t, m, EventSpec{Key: "a", Now: now, Type: scheme.Events[0]})
		stranger := mustMake(t, m, EventSpec{Key: "b", Now: now, Type: scheme.Events[0]})
		for _, typ := range []string{scheme.Events[0], scheme.Events[1], "invoice.created"} {
			e := mustMake(t, m, EventSpec{Key: "c", Now: now, Type: typ, About: &first, Object: pointer})
			if e.ID == first.ID || e.Type != typ || e.Canary != first.Canary || !bytes.Contains(e.Body, []byte(first.Canary)) {
				t.Errorf("%s: %s about %s is %s %s", name, typ, first.ID, e.ID, e.Body)
			}
			if name == "cloudevents" { // an order's customer is an object: it is copied, and is no name
				continue
			}
			want, err := first.Object(pointer)
			got, err2 := e.Object(pointer)
			other, err3 := stranger.Object(pointer)
			if err != nil || err2 != nil || err3 != nil || got != want || other == want {
				t.Errorf("%s %s: %q (%v) is about %q (%v), and a stranger about %q (%v)", name, typ, got, err2, want, err, other, err3)
			}
		}
	}
}

func TestObject(t *testing.T) {
	for _, tt := range []struct{ body, pointer, want string }{
		{`{"a":"x"}`, "/a", "x"},
		{`{"a":{"b":12345678901234567890}}`, "/a/b", "12345678901234567890"},
		{`{"a":""}`, "/a", ""},
		{`{"a":{}}`, "/a", ""},
		{`{"a":null}`, "/a", ""},
		{`{"a":1}`, "/b", ""},
		{`{"a":1}`, "b", ""},
		{"no JSON", "/a", ""},
	} {
		got, err := Event{Body: []byte(tt.body)}.Object(tt.pointer)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s at %s: %q, %v", tt.body, tt.pointer, got, err)
		}
	}
}

func TestObjectThatIsNotThere(t *testing.T) {
	scheme, err := FindScheme("standard-webhooks")
	if err != nil {
		t.Fatal(err)
	}
	m := NewMaker(scheme, nil, 1, "n")
	first := mustMake(t, m, EventSpec{Key: "a", Now: now})
	if _, err := m.Make(EventSpec{Key: "b", Now: now, About: &first, Object: "/nowhere"}); err == nil {
		t.Error("an object that is nowhere was found")
	}
}

func TestValuesAreSet(t *testing.T) {
	e := Event{ID: "evt_1"}
	got, err := e.setAll([]byte(`{"a":"x","b":{"c":1}}`), map[string]string{"/a": "false", "/h": "of {id}", "/b/c": "two", "/d": "7", "/e": "07", "/f": "null", "/g": `q"t`})
	if want := `{"a":false,"b":{"c":"two"},"d":7,"e":"07","f":null,"g":"q\"t","h":"of evt_1"}`; err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if _, err := e.setAll([]byte(`{}`), map[string]string{"a": "b"}); err == nil {
		t.Error("what is no pointer was taken")
	}
}
