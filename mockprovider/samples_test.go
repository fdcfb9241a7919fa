package mockprovider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSamplesLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "invoice.paid.json", `{"type":"invoice.paid","n":1}`)
	writeFile(t, dir, "broken.json", `{"type":`)
	writeFile(t, dir, "live.json", `{"type":"x","livemode":true}`)
	writeFile(t, dir, "huge.json", `"`+strings.Repeat("x", maxSample)+`"`)
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, tt := range []struct {
		name, pattern string
		samples       Samples
		want          string
	}{
		{"no match", "absent-*.json", Samples{}, `events.files "` + at("absent-*.json") + `" matches no file`},
		{"a bad pattern", "[", Samples{}, `events.files "` + at("[") + `": syntax error in pattern`},
		{"not JSON", "broken.json", Samples{}, at("broken.json") + ": not JSON"},
		{"live", "live.json", Samples{}, at("live.json") + `: "livemode" is true: refused away from loopback`},
		{"too large", "huge.json", Samples{}, at("huge.json") + ": 4194306 bytes, more than the 4194304 a sample may have"},
		{"a folder", "folder.json", Samples{}, "read " + at("folder.json") + ": is a directory"},
		{"a bad pointer", "invoice.paid.json", Samples{Type: "type"}, `events.type: "type" is no JSON pointer: it begins with /`},
		{"no type", "invoice.paid.json", Samples{Type: "/kind"}, at("invoice.paid.json") + ": no text at /kind (events.type)"},
		{"a number for a type", "invoice.paid.json", Samples{Type: "/n"}, at("invoice.paid.json") + ": no text at /n (events.type)"},
		{"handled and not there", "invoice.paid.json", Samples{Handled: []string{"invoice.paid", "order.paid"}}, `events.handled names "order.paid", but no sample has that type`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.samples.Load(at(tt.pattern), false); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	for name, want := range map[string]string{
		"absent.json": "stat " + at("absent.json") + ": no such file or directory",
		"live.json":   at("live.json") + `: "livemode" is true: refused away from loopback`,
	} {
		if err := new(Samples).LoadPoison(at(name), false); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	live := Samples{}
	if err := live.Load(at("live.json"), true); err != nil {
		t.Errorf("on loopback: %v", err)
	}
}

func TestSamplesTypes(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "a.order.paid.json", `{"kind":"order"}`)
	writeFile(t, dir, "b.json", `{"kind":"refund"}`)
	writeFile(t, dir, "c.json", `{"kind":"order"}`)
	for _, tt := range []struct {
		name    string
		samples Samples
		want    []string
	}{
		{"by the file's name", Samples{}, []string{"a.order.paid", "b", "c"}},
		{"by pointer, each once", Samples{Type: "/kind"}, []string{"order", "refund"}},
		{"handled ones first", Samples{Type: "/kind", Handled: []string{"refund"}}, []string{"refund", "order"}},
	} {
		if err := tt.samples.Load(filepath.Join(dir, "*.json"), false); err != nil {
			t.Fatal(err)
		}
		m := NewMaker(&Scheme{ID: Identity{Form: "{uuid}"}}, &tt.samples, 1, "n")
		if got := m.Types(); !slices.Equal(got, tt.want) || m.DefaultType() != tt.want[0] {
			t.Errorf("%s: types %v, default %s; want %v", tt.name, got, m.DefaultType(), tt.want)
		}
	}
}

func TestSamplesAreFilled(t *testing.T) {
	const file = `{ "id" : "evt_1", "type":"invoice.paid",
	"created": 1, "n":2, "livemode":false, "data": {"ref":"old", "list":[ {"sku":"A"} ], "amount":12.50} }` + "\n"
	dir := t.TempDir()
	s := Samples{ID: "/id", Type: "/type", Free: []string{"/data"}, Set: map[string]string{
		"/data/ref": "pi_{canary}", "/created": "{now_unix}", "/n": "{number}", "/data/list/0/sku": "{type} {id} {now} {now_unix}", "/data/new~1key": "{uuid}",
	}}
	if err := s.Load(writeFile(t, dir, "x.json", file), false); err != nil {
		t.Fatal(err)
	}
	sw, err := FindScheme("standard-webhooks")
	if err != nil {
		t.Fatal(err)
	}
	m := NewMaker(sw, &s, 7, "n")
	e := mustMake(t, m, EventSpec{Key: "k", Now: now})
	u := m.unique("k")
	filled := u.fill("{uuid}|{number}", e)
	uuid, number, _ := strings.Cut(filled, "|")
	want := strings.NewReplacer(
		`"evt_1"`, `"`+e.ID+`"`, `"created": 1`, `"created": 1777856521`, `"n":2`, `"n":`+number,
		`"old"`, `"pi_`+e.Canary+`"`, `"sku":"A"`, `"sku":"invoice.paid `+e.ID+` 2026-05-04T01:02:01.987Z 1777856521"`,
		`"amount":12.50}`, `"amount":12.50,"new/key":"`+uuid+`"}`,
	).Replace(file)
	if string(e.Body) != want {
		t.Errorf("got\n%s\nwant\n%s", e.Body, want)
	}
	if m.Has("template-events") || !m.Has("free-fields") {
		t.Error("the samples' features are not told")
	}
}

// A type without a sample takes the first one's shape and says what it is.
func TestSamplesOfAnotherType(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "a.json", `{"kind":"order","a":1}`)
	writeFile(t, dir, "b.json", `{"kind":"refund","b":1}`)
	s := Samples{Type: "/kind"}
	if err := s.Load(filepath.Join(dir, "*.json"), false); err != nil {
		t.Fatal(err)
	}
	sw, err := FindScheme("standard-webhooks")
	if err != nil {
		t.Fatal(err)
	}
	m := NewMaker(sw, &s, 7, "n")
	for typ, want := range map[string]string{
		"order": `{"kind":"order","a":1}`, "refund": `{"kind":"refund","b":1}`,
		UnknownType: `{"kind":"hookassay.unknown","a":1}`, "": `{"kind":"order","a":1}`,
	} {
		if e := mustMake(t, m, EventSpec{Key: "k", Now: now, Type: typ}); string(e.Body) != want {
			t.Errorf("%q: %s, want %s", typ, e.Body, want)
		}
	}
	if m.Has("free-fields") {
		t.Error("no place was declared free, and yet there is one")
	}
}

func TestSamplesTellBadPointers(t *testing.T) {
	dir := t.TempDir()
	file := writeFile(t, dir, "a.json", `{"a":1}`)
	for want, s := range map[string]Samples{
		`events.set: "a" is no JSON pointer: it begins with /`: {Set: map[string]string{"a": "{id}"}},
		`events.id: "id" is no JSON pointer: it begins with /`: {ID: "id"},
	} {
		if err := s.Load(file, false); err != nil {
			t.Fatal(err)
		}
		m := NewMaker(&Scheme{ID: Identity{Form: "{uuid}"}}, &s, 1, "n")
		if _, err := m.Make(EventSpec{Key: "k", Now: now}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// Two events of one sample must not share what was made fresh.
func TestSamplesAreNotSpoiled(t *testing.T) {
	s := Samples{ID: "/id", Set: map[string]string{"/ref": "{unique}"}}
	if err := s.Load(writeFile(t, t.TempDir(), "a.json", `{"id":"x","ref":"y"}`), false); err != nil {
		t.Fatal(err)
	}
	m := NewMaker(&Scheme{ID: Identity{Form: "{uuid}"}}, &s, 1, "n")
	first := mustMake(t, m, EventSpec{Key: "a", Now: now})
	before := string(first.Body)
	second := mustMake(t, m, EventSpec{Key: "b", Now: now})
	if string(first.Body) != before || before == string(second.Body) || !json.Valid(second.Body) {
		t.Errorf("first %s, then %s; second %s", before, first.Body, second.Body)
	}
	if string(s.files[0].body) != `{"id":"x","ref":"y"}` {
		t.Errorf("the sample itself became %s", s.files[0].body)
	}
}

// A pattern that takes the poison sample in does not make it an event like any
// other.
func TestPoisonAmongTheSamples(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "paid.json", `{"type":"invoice.paid"}`)
	poison := writeFile(t, dir, "poison.json", `{"type":"invoice.poison"}`)
	s := Samples{Type: "/type"}
	if err := s.Load(filepath.Join(dir, "*.json"), false); err != nil {
		t.Fatal(err)
	}
	if err := s.LoadPoison(poison, false); err != nil || !slices.Equal(s.types(), []string{"invoice.paid"}) || s.poison == nil {
		t.Errorf("types %v, %v", s.types(), err)
	}
	for want, only := range map[string]Samples{
		"events.files holds nothing but the poison event":                    {Type: "/type"},
		`events.handled names "invoice.poison", but no sample has that type`: {Type: "/type", Handled: []string{"invoice.poison"}},
	} {
		pattern := filepath.Join(dir, "*.json")
		if only.Handled == nil {
			pattern = poison
		}
		if err := only.Load(pattern, false); err != nil {
			t.Fatal(err)
		}
		if err := only.LoadPoison(poison, false); err == nil || err.Error() != want || only.poison != nil && only.Handled == nil {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// The poison sample is sent where it is asked for, fresh every time, and
// nowhere else; without one nothing takes its place.
func TestPoisonIsSentOnlyWhereAsked(t *testing.T) {
	k := samplesKit(t)
	if types := k.maker.Types(); !slices.Equal(types, []string{"invoice.paid"}) {
		t.Errorf("types %v", types)
	}
	a, b := k.mustDeliver(t, plain("event.poison")), k.mustDeliver(t)
	if a.Event.Type != "invoice.poison" || b.Event.Type != "invoice.paid" {
		t.Errorf("%s, %s", a.Event.Type, b.Event.Type)
	}
	if len(a.Expected) > 0 || header(a, "webhook-signature") != k.rightSignature(a, k.composer.Scheme.Signatures[0], k.composer.Secret) {
		t.Error("a poison event is not signed as a genuine one")
	}
	other, err := k.maker.Make(EventSpec{Key: "another", Now: attemptAt, Poison: true})
	if err != nil || other.ID == a.Event.ID || string(other.Body) == string(a.Event.Body) {
		t.Errorf("the same event again: %s %s %v", other.ID, other.Body, err)
	}
	for _, k := range kits(t) {
		if _, err := k.deliver(plain("event.poison")); err == nil || !strings.Contains(err.Error(), "no sample whose processing always fails") {
			t.Errorf("%s: %v", k.name, err)
		}
	}
}
