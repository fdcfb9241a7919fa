package mockprovider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// isForm wants the genuine body as the field payload of a form.
func isForm(_ kit, g, f Delivery) error {
	values, err := url.ParseQuery(string(f.Message.Body))
	if err != nil || values.Get("payload") != string(g.Message.Body) || header(f, "Content-Type") != formType {
		return fmt.Errorf("no form with the body in it: %s", f.Message.Body)
	}
	return nil
}

// typesAre wants the body's types to be these, in their order.
func typesAre(want ...string) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		fill := strings.NewReplacer("{right}", g.Event.Type, "{unknown}", k.composer.Scheme.UnknownType)
		fields, err := jsonFields(f.Message.Body)
		if err != nil {
			return err
		}
		var got []string
		for _, field := range fields {
			if field.pointer == f.Event.typed {
				got = append(got, string(f.Message.Body[field.at:field.end]))
			}
		}
		var filled []string
		for _, w := range want {
			filled = append(filled, fmt.Sprintf("%q", fill.Replace(w)))
		}
		if !slices.Equal(got, filled) {
			return fmt.Errorf("the types are %v, want %v", got, filled)
		}
		return nil
	}
}

// firstField wants the body's first member to have the raw value; "" wants it
// to be absent.
func firstField(raw string) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		v, err := getJSON(f.Message.Body, firstMember(k))
		if err != nil || v.Raw != raw || !json.Valid(f.Message.Body) {
			return fmt.Errorf("%s is %q, want %q: %v", firstMember(k), v.Raw, raw, err)
		}
		return nil
	}
}

// oneHeader wants one header to have another value, and nothing else to differ.
func oneHeader(_ kit, g, f Delivery) error {
	got := changes(g, f)
	if len(got) != 1 || !strings.HasPrefix(got[0], "header ") || slices.Contains(framing, strings.TrimPrefix(got[0], "header ")) {
		return fmt.Errorf("changes %v, want one header", got)
	}
	return nil
}

// of makes a delivery of an event's variant.
func (k kit) of(t testing.TB, v Variant, use FaultUse) Delivery {
	t.Helper()
	e, err := k.maker.Make(EventSpec{Key: fmt.Sprint(v.Of, v.Number), Now: attemptAt, Variant: v})
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.composer.Compose(e, attemptAt, []FaultUse{use})
	if err != nil {
		t.Fatalf("%s: %s number %d: %v", k.name, use, v.Number, err)
	}
	return d
}

// Every variant differs from the genuine delivery, and says how.
func TestVariantsDiffer(t *testing.T) {
	for _, k := range append(kits(t), ownKit(t)) {
		for _, use := range []FaultUse{text("body.each-field", "any"), plain("body.mutate"), plain("header.mutate")} {
			said := map[string]bool{}
			const some = 60
			for n := 1; n <= some; n++ {
				d := k.of(t, Variant{"robust.x", n}, use)
				if bytes.Equal(d.Message.Bytes(), d.Genuine.Bytes()) {
					t.Errorf("%s: %s number %d alters nothing: %s", k.name, use, n, d.FaultTexts())
				}
				said[d.FaultTexts()[0]] = true
			}
			if len(said) < some*2/3 {
				t.Errorf("%s: %s has %d forms in %d deliveries", k.name, use, len(said), some)
			}
		}
	}
}

// The same seed, scenario and number give the same form under another nonce;
// another of the three gives another.
func TestVariantsFollowFromTheSeed(t *testing.T) {
	const nonce = "another nonce"
	for _, use := range []FaultUse{plain("body.mutate"), plain("header.mutate"), text("body.each-field", "wrong")} {
		for n := 1; n <= 20; n++ {
			k, other := newKit(t, "standard-webhooks", FormWhsec), newKit(t, "standard-webhooks", FormWhsec)
			other.maker = NewMaker(k.composer.Scheme, nil, k.maker.seed, nonce)
			v := Variant{"robust.x", n}
			a, b := k.of(t, v, use), other.of(t, v, use)
			// ids and what follows from them are fresh
			withoutID := func(d Delivery) string {
				return strings.ReplaceAll(string(d.Message.Body), d.Event.Canary, "CANARY")
			}
			if a.FaultTexts()[0] != b.FaultTexts()[0] || withoutID(a) != withoutID(b) {
				t.Errorf("%s number %d: %v and %v\n%s\n%s", use, n, a.FaultTexts(), b.FaultTexts(), a.Message.Body, b.Message.Body)
			}
		}
	}
	k, reseeded := newKit(t, "github", FormUTF8), newKit(t, "github", FormUTF8)
	reseeded.maker = NewMaker(k.composer.Scheme, nil, 43, "a nonce")
	first := k.of(t, Variant{"robust.x", 1}, plain("body.mutate")).FaultTexts()[0]
	for name, d := range map[string]Delivery{
		"another seed":     reseeded.of(t, Variant{"robust.x", 1}, plain("body.mutate")),
		"another scenario": k.of(t, Variant{"robust.y", 1}, plain("body.mutate")),
		"another number":   k.of(t, Variant{"robust.x", 2}, plain("body.mutate")),
	} {
		if d.FaultTexts()[0] == first {
			t.Errorf("%s gives the same form: %s", name, first)
		}
	}
}

// Each field has its turn: a template's fields are null once each before the
// first is again.
func TestEachFieldHasItsTurn(t *testing.T) {
	k := newKit(t, "standard-webhooks", FormWhsec)
	fields, err := jsonFields(k.mustDeliver(t).Message.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for i, f := range fields {
		want = append(want, "body.each-field: null ("+f.pointer+" is null)")
		got = append(got, k.of(t, Variant{"robust.x", i + 1}, text("body.each-field", "null")).FaultTexts()[0])
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	again := k.of(t, Variant{"robust.x", len(fields) + 1}, text("body.each-field", "null")).FaultTexts()[0]
	if again != want[0] {
		t.Errorf("the next round begins with %s", again)
	}
	first := k.of(t, Variant{"robust.x", 1}, text("body.each-field", "wrong")).FaultTexts()[0]
	second := k.of(t, Variant{"robust.x", len(fields) + 1}, text("body.each-field", "wrong")).FaultTexts()[0]
	if first != "body.each-field: wrong (/type is 7)" || second != "body.each-field: wrong (/type is {})" {
		t.Errorf("the rounds are %s and %s", first, second)
	}
}

// Events of the user's are altered only where they are declared free.
func TestSamplesAreMutatedOnlyWhereFree(t *testing.T) {
	k := newKit(t, "github", FormUTF8)
	k.maker.samples = &Samples{Free: []string{"/free"}, files: []sample{{name: "a.json", typ: "push", body: []byte(`{"a":1,"free":{}}`)}}}
	for n := 1; n <= 20; n++ {
		d := k.of(t, Variant{"robust.x", n}, plain("body.mutate"))
		if !bytes.HasPrefix(d.Message.Body, []byte(`{"a":1,"free":{"hookassay_new":`)) {
			t.Errorf("number %d: %s", n, d.Message.Body)
		}
	}
}

func TestJSONFields(t *testing.T) {
	const text = "{ \"a\" : [1, {\"b/~\": null}],\n\"\": \"x\\\"y\" , \"c\":{}}"
	fields, err := jsonFields([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fields {
		got = append(got, fmt.Sprintf("%s %s %s", f.pointer, f.name, text[f.at:f.end]))
	}
	want := []string{
		`/a "a" [1, {"b/~": null}]`, `/ "" "x\"y"`, `/c "c" {}`,
		`/a/0  1`, `/a/1  {"b/~": null}`, `/a/1/b~1~0 "b/~" null`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for i, w := range []struct{ cut, twice, put string }{
		{"{ \"\": \"x\\\"y\" , \"c\":{}}", "{ \"a\" : [1, {\"b/~\": null}],\"a\":7,\n\"\": \"x\\\"y\" , \"c\":{}}", "{ \"a\" : 7,\n\"\": \"x\\\"y\" , \"c\":{}}"},
		{"{ \"a\" : [1, {\"b/~\": null}],\n\"c\":{}}", "{ \"a\" : [1, {\"b/~\": null}],\n\"\": \"x\\\"y\",\"\":7 , \"c\":{}}", "{ \"a\" : [1, {\"b/~\": null}],\n\"\": 7 , \"c\":{}}"},
		{"{ \"a\" : [1, {\"b/~\": null}],\n\"\": \"x\\\"y\" }", "{ \"a\" : [1, {\"b/~\": null}],\n\"\": \"x\\\"y\" , \"c\":{},\"c\":7}", "{ \"a\" : [1, {\"b/~\": null}],\n\"\": \"x\\\"y\" , \"c\":7}"},
	} {
		f := fields[i]
		if got := []string{string(f.cut([]byte(text))), string(f.twice([]byte(text), "7")), string(f.put([]byte(text), "7"))}; !slices.Equal(got, []string{w.cut, w.twice, w.put}) {
			t.Errorf("%s:\ngot  %q\nwant %q", f.pointer, got, w)
		}
	}
	for _, bad := range []string{"", "{", `{"a"}`, `{"a":1,}`, "[1"} {
		if fields, err := jsonFields([]byte(bad)); err == nil {
			t.Errorf("%q has the fields %v", bad, fields)
		}
	}
}

// Whatever is valid JSON has fields that can be cut and put without making it
// invalid.
func FuzzJSONFields(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}],"c":"x"}`, "[[],{},\"\\\"\"]", "null", ` {"a" : 1 , "a":-1e5}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, err := jsonFields(body)
		if !json.Valid(body) {
			return // a text that ends early or goes on is not found out here
		}
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		for _, field := range fields {
			for how, edited := range map[string][]byte{"cut": field.cut(body), "put": field.put(body, "[0]"), "twice": field.twice(body, "{}")} {
				if !json.Valid(edited) {
					t.Fatalf("%q: %s %s: %q", body, how, field.pointer, edited)
				}
			}
		}
	})
}
