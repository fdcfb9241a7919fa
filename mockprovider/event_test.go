package mockprovider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 987_654_321, time.FixedZone("", 2*3600))

func TestSameSpecSameEvent(t *testing.T) {
	for _, k := range kits(t) {
		again := NewMaker(k.composer.Scheme, nil, 42, "a nonce")
		other := map[string]*Maker{
			"another nonce": NewMaker(k.composer.Scheme, nil, 42, "another nonce"),
			"another seed":  NewMaker(k.composer.Scheme, nil, 43, "a nonce"),
		}
		for _, typ := range k.maker.Types() {
			spec := EventSpec{Key: "auth.wrong-key/1/before", Now: now, Type: typ}
			first, same := mustMake(t, k.maker, spec), mustMake(t, again, spec)
			if first.ID != same.ID || first.Canary != same.Canary || !bytes.Equal(first.Body, same.Body) || !first.Time.Equal(same.Time) {
				t.Errorf("%s %s: the same spec made %+v and %+v", k.name, typ, first, same)
			}
			for what, m := range other {
				differ(t, k.name+" "+typ+", "+what, first, mustMake(t, m, spec))
			}
			spec.Key = "auth.wrong-key/1/after"
			differ(t, k.name+" "+typ+", another key", first, mustMake(t, k.maker, spec))
		}
	}
}

func mustMake(t *testing.T, m *Maker, spec EventSpec) Event {
	t.Helper()
	e, err := m.Make(spec)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// differ wants ids and every business key to be others: what is unique in a
// template stands where it stood, with another value.
func differ(t *testing.T, what string, a, b Event) {
	t.Helper()
	if a.ID == b.ID || a.Canary == b.Canary {
		t.Errorf("%s: id %s and %s, canary %s and %s", what, a.ID, b.ID, a.Canary, b.Canary)
	}
	if !bytes.Contains(a.Body, []byte(a.Canary)) || bytes.Contains(b.Body, []byte(a.Canary)) {
		t.Errorf("%s: the business keys are the same", what)
	}
	if c := bytes.Count(a.Body, []byte(a.Canary)); c != bytes.Count(b.Body, []byte(b.Canary)) {
		t.Errorf("%s: %d business keys, and then another number", what, c)
	}
}

func TestIDsAreUnique(t *testing.T) {
	forms := strings.NewReplacer(`\{unique\}`, "[a-z2-7]{26}", `\{uuid\}`, "[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")
	for _, name := range SchemeNames() {
		s, err := FindScheme(name)
		if err != nil {
			t.Fatal(err)
		}
		form := regexp.MustCompile("^" + forms.Replace(regexp.QuoteMeta(s.ID.Form)) + "$")
		m := NewMaker(s, nil, 1, "n")
		ids, canaries := map[string]bool{}, map[string]bool{}
		for i := range 10_000 {
			e := mustMake(t, m, EventSpec{Key: fmt.Sprint("load/", i), Now: now, Body: []byte("{}")})
			if ids[e.ID] || canaries[e.Canary] {
				t.Fatalf("%s: event %d has the id or canary of another: %s", name, i, e.ID)
			}
			ids[e.ID], canaries[e.Canary] = true, true
			if !form.MatchString(e.ID) {
				t.Fatalf("%s: id %s has not the form %s", name, e.ID, form)
			}
		}
	}
}

// Key and seed are told apart, wherever one ends and the other begins.
func TestNonceSeedAndKeyDoNotRun(t *testing.T) {
	s, err := FindScheme("github")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, c := range []struct {
		nonce string
		seed  int64
		key   string
	}{{"n", 1, "2/a"}, {"n", 12, "/a"}, {"n1", 2, "/a"}, {"", 12, "/a"}, {"n", -1, "2/a"}} {
		what := fmt.Sprintf("%+v", c)
		id := mustMake(t, NewMaker(s, nil, c.seed, c.nonce), EventSpec{Key: c.key, Now: now}).ID
		if other, ok := seen[id]; ok {
			t.Errorf("%s has the id of %s", what, other)
		}
		seen[id] = what
	}
}

func TestTemplatesAreFilled(t *testing.T) {
	names, err := fs.Glob(files, "templates/*/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v: %v", names, err)
	}
	for _, name := range names {
		scheme, typ := path.Base(path.Dir(name)), strings.TrimSuffix(path.Base(name), ".json")
		s, err := FindScheme(scheme)
		if err != nil {
			t.Fatal(err)
		}
		m := NewMaker(s, nil, 1, "n")
		e := mustMake(t, m, EventSpec{Key: "k", Now: now, Type: typ})
		if !json.Valid(e.Body) {
			t.Errorf("%s is not JSON once filled: %s", name, e.Body)
		}
		if left := regexp.MustCompile(`\{[a-z_]+\}`).Find(e.Body); left != nil {
			t.Errorf("%s keeps %s", name, left)
		}
		if !bytes.Contains(e.Body, []byte("2026-05-04T01:02:01.987Z")) && typ != "contact.created" && scheme == "github" {
			t.Errorf("%s does not show when it happened: %s", name, e.Body)
		}
	}
}

func TestMake(t *testing.T) {
	sw, err := FindScheme("standard-webhooks")
	if err != nil {
		t.Fatal(err)
	}
	m := NewMaker(sw, nil, 1, "n")
	for _, tt := range []struct {
		name     string
		spec     EventSpec
		typ, has string
		id       string
		time     time.Time
	}{
		{"the default", EventSpec{}, "invoice.paid", `"type":"invoice.paid","timestamp":"2026-05-04T01:02:01.987Z"`, "", now},
		{"a type", EventSpec{Type: "order.shipped"}, "order.shipped", `"tracking":"TRK`, "", now},
		{"an unknown type", EventSpec{Type: UnknownType}, "hookassay.unknown", `{"type":"hookassay.unknown",`, "", now},
		{"a type of no template", EventSpec{Type: `q"t`}, `q"t`, `{"type":"q\"t",`, "", now},
		{"an age", EventSpec{Age: 48 * time.Hour}, "invoice.paid", `"2026-05-02T01:02:01.987Z"`, "", now.Add(-48 * time.Hour)},
		{"an id", EventSpec{ID: "msg_1"}, "invoice.paid", `"amount_due":4200`, "msg_1", now},
		{"a body", EventSpec{Body: []byte("as it is")}, "invoice.paid", "as it is", "", now},
	} {
		tt.spec.Key, tt.spec.Now = "k", now
		e := mustMake(t, m, tt.spec)
		if e.Type != tt.typ || !bytes.Contains(e.Body, []byte(tt.has)) || tt.id != "" && e.ID != tt.id {
			t.Errorf("%s: %+v\n%s", tt.name, e, e.Body)
		}
		if want := tt.time.UTC().Truncate(time.Millisecond); !e.Time.Equal(want) || e.Time.Location() != time.UTC {
			t.Errorf("%s: time is %v, want %v", tt.name, e.Time, want)
		}
	}
	m.Prefer("contact.created")
	if e := mustMake(t, m, EventSpec{Key: "k", Now: now}); e.Type != "contact.created" || !bytes.Contains(e.Body, []byte(`"fullName"`)) {
		t.Errorf("the preferred type is %s: %s", e.Type, e.Body)
	}
}

func TestForeignSecretIsNobodys(t *testing.T) {
	for _, k := range kits(t) {
		foreign := k.maker.Foreign(k.composer.Secret.Form)
		if _, err := ParseSecret(k.composer.Scheme, foreign.text); err != nil {
			t.Errorf("%s: the foreign secret is malformed: %v", k.name, err)
		}
		other := NewMaker(k.composer.Scheme, nil, 42, "another nonce").Foreign(k.composer.Secret.Form)
		if bytes.Equal(foreign.Key, other.Key) || bytes.Equal(foreign.Key, k.composer.Secret.Key) {
			t.Errorf("%s: the foreign secret is one that somebody may have", k.name)
		}
	}
}
