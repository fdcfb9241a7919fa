package mockprovider

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const pressKey = "load/smoke/"

// pressed are the forms of a press of every kit: some with faults of the event,
// of the body, of the stamp and of the signature.
func pressed(k kit) []Form {
	types := k.maker.Types()
	forms := []Form{
		{},
		{Faults: []FaultUse{plain("secret.wrong")}},
		{Faults: []FaultUse{plain("event.unknown-type")}},
		{Faults: []FaultUse{plain("event.unknown-type"), plain("body.cut")}},
		{Faults: []FaultUse{plain("body.key-order"), text("body.append", "\n")}},
		{Faults: []FaultUse{plain("body.empty"), plain("secret.wrong")}},
		{Type: types[len(types)-1]},
		{Type: types[len(types)-1], Faults: []FaultUse{plain("secret.wrong")}},
	}
	for _, typ := range types {
		forms = append(forms, Form{Type: typ, Faults: []FaultUse{plain("body.cut")}})
	}
	for _, use := range []FaultUse{
		text("body.pad", "65536"), text("event.age", "36h"), text("timestamp.text", "{empty}"), text("id.append", "-x"),
		plain("secret.previous"), plain("secret.empty"), text("signature.algorithm", "hmac-sha512"), plain("event.poison"),
		text("event.source", "https://elsewhere.example"), text("bearer.value", "Bearer {secret} {secret}"),
	} {
		if f, err := FindFault(use.Name); err == nil && k.has(f) {
			forms = append(forms, Form{Faults: []FaultUse{use}})
		}
	}
	return forms
}

// pressKits are all schemes, and events from samples.
func pressKits(t testing.TB) []kit { return append(kits(t), ownKit(t), samplesKit(t)) }

func (k kit) press(t testing.TB, forms ...Form) *Press {
	t.Helper()
	p, err := NewPress(k.maker, k.composer, pressKey, forms)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// composed is the delivery that the stamp means, made by maker and composer.
func (k kit) composed(t testing.TB, f Form, s Stamp) (Event, Delivery) {
	t.Helper()
	spec := EventSpec{Key: fmt.Sprint(pressKey, s.Event), Now: s.Happened, Type: f.Type}
	if s.Object >= 0 {
		object, err := k.maker.Make(EventSpec{Key: fmt.Sprint(pressKey, "object/", s.Object), Now: s.At})
		if err != nil {
			t.Fatal(err)
		}
		spec.About = &object
	}
	if err := ApplyToEvent(&spec, f.Faults); err != nil {
		t.Fatal(err)
	}
	e, err := k.maker.Make(spec)
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.composer.Compose(e, s.At, f.Faults)
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}

func TestPressIsTheComposer(t *testing.T) {
	for _, k := range pressKits(t) {
		t.Run(k.name, func(t *testing.T) {
			forms := pressed(k)
			press := k.press(t, forms...)
			clone := press.Clone()
			for form := range forms {
				for i, n := range []int{0, 9, 10, 99_999, 1 << 40} {
					for _, object := range []int{-1, 0, i, 1 << 40} {
						k.samePressed(t, []*Press{press, clone, press.Clone()}, forms[form], Stamp{
							Form: form, Event: n, Object: object,
							Happened: attemptAt.Add(-time.Duration(i) * 777 * time.Millisecond), At: attemptAt.Add(-time.Duration(i) * time.Hour),
						})
					}
				}
			}
		})
	}
}

func (k kit) samePressed(t *testing.T, presses []*Press, f Form, s Stamp) {
	t.Helper()
	e, d := k.composed(t, f, s)
	before := []byte("what was there before")
	want := append(bytes.Clone(before), d.Message.Bytes()...)
	for _, p := range presses {
		if id := p.AppendID(nil, s.Event); string(id) != e.ID {
			t.Errorf("id of %d is %s, the maker's is %s", s.Event, id, e.ID)
		}
		if got := p.AppendRequest(bytes.Clone(before), s); !bytes.Equal(got, want) {
			t.Errorf("%+v, %+v\npressed  %q\ncomposed %q", f, s, got, want)
		}
	}
}

func TestPressStampsSamples(t *testing.T) {
	dir := t.TempDir()
	body := `{"type":"invoice.paid","id":"","created":0,"n":0,"ref":"{sha}{/sha}","at":"2001-09-08","pad":"` + strings.Repeat("ü", 3000) + `"}`
	if err := os.WriteFile(filepath.Join(dir, "invoice.paid.json"), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	samples := &Samples{Set: map[string]string{"/id": "in_{canary}", "/created": "{now_unix}", "/n": "{number}"}}
	if err := samples.Load(filepath.Join(dir, "*.json"), false); err != nil {
		t.Fatal(err)
	}
	k := newKit(t, "standard-webhooks", FormWhsec)
	k.maker = NewMaker(k.composer.Scheme, samples, 42, "a nonce")
	s := Stamp{Event: 5, Object: 6, Happened: attemptAt, At: attemptAt}
	k.samePressed(t, []*Press{k.press(t, Form{})}, Form{}, s)
}

// A scheme may date in milliseconds, and sign anything around the body, or
// without it.
func TestPressOfOtherContents(t *testing.T) {
	for _, content := range []string{"{id}.{timestamp}", "{body}", "{body}/{id}", "v1:{timestamp}:{body}:{id}"} {
		k := newKit(t, "standard-webhooks", FormWhsec)
		scheme, header := *k.composer.Scheme, k.composer.Scheme.Signatures[0]
		header.Content, scheme.Signatures = content, []SignatureHeader{header}
		scheme.Timestamp = &Timestamp{Header: "webhook-timestamp", Unit: "ms"}
		k.composer.Scheme, k.maker = &scheme, NewMaker(&scheme, nil, 42, "a nonce")
		forms := pressed(k)
		press := k.press(t, forms...)
		for form, f := range forms {
			k.samePressed(t, []*Press{press}, f, Stamp{Form: form, Event: 7, Object: 8, Happened: attemptAt, At: attemptAt})
		}
	}
}

func TestPressTellsWhatCannotBePressed(t *testing.T) {
	withoutTemplates := newKit(t, "standard-webhooks", FormWhsec)
	withoutTemplates.maker = NewMaker(&Scheme{Name: "none", ID: Identity{Form: "{unique}"}, Events: []string{"contact.created"}}, nil, 0, "")
	dated := newKit(t, "standard-webhooks", FormWhsec)
	scheme := *dated.composer.Scheme
	scheme.ID.Form = "{unique}-{now}"
	dated.maker = NewMaker(&scheme, nil, 42, "a nonce")
	tests := []struct {
		name, want string
		kit        kit
		faults     []FaultUse
	}{
		{"no templates", `event "contact.created" has no template`, withoutTemplates, nil},
		{"id with a time", "events of type invoice.paid cannot be numbered", dated, nil},
		{"sealed", "fault body.tamper cannot be part of load: it acts on the finished message", newKit(t, "github", FormUTF8), []FaultUse{plain("body.tamper")}},
		{"wire", "fault wire.hang-up cannot be part of load: it acts on how bytes are sent", newKit(t, "github", FormUTF8), []FaultUse{text("wire.hang-up", "1s")}},
		{"unknown", `unknown fault "body.cutt"; did you mean "body.cut"?`, newKit(t, "github", FormUTF8), []FaultUse{plain("body.cutt")}},
		{"parameter", "fault body.cut takes no parameter", newKit(t, "github", FormUTF8), []FaultUse{text("body.cut", "5")}},
		{"scheme without it", "fault timestamp.shift means nothing here: there is no timestamp of the attempt", newKit(t, "github", FormUTF8), []FaultUse{text("timestamp.shift", "-1h")}},
		{"secret without it", "fault secret.other means nothing here: there is no secret of another endpoint", lonely(t), []FaultUse{plain("secret.other")}},
		{"compressed", "events of type push with secret.wrong, body.gzip cannot be numbered", newKit(t, "github", FormUTF8), []FaultUse{plain("secret.wrong"), plain("body.gzip")}},
		{"another hash", "cannot be numbered", newKit(t, "github", FormUTF8), []FaultUse{plain("signature.plain-hash")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewPress(tt.kit.maker, tt.kit.composer, pressKey, []Form{{Faults: tt.faults}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v; want %s", err, tt.want)
			}
		})
	}
}

// lonely has no secret but its own.
func lonely(t *testing.T) kit {
	k := newKit(t, "github", FormUTF8)
	k.composer.Others = nil
	return k
}

// All forms of a press share one hash a key and algorithm.
func TestPressKeysFewHashes(t *testing.T) {
	for _, k := range pressKits(t) {
		press := k.press(t, Form{}, Form{Faults: []FaultUse{plain("body.cut")}},
			Form{Faults: []FaultUse{plain("secret.wrong")}}, Form{Faults: []FaultUse{plain("secret.wrong"), plain("body.cut")}})
		macs := 0
		for _, h := range k.composer.Scheme.Signatures {
			if v, ok := h.version(k.composer.Secret.Form); ok && v.Algorithm != "ed25519" {
				macs++
			}
		}
		if len(press.hashes) != 2*macs {
			t.Errorf("%s: %d keyed hashes for two keys and %d signatures", k.name, len(press.hashes), macs)
		}
	}
}

func TestPressAllocatesLittle(t *testing.T) {
	for _, k := range pressKits(t) {
		forms := pressed(k)
		press, dst, n := k.press(t, forms...), make([]byte, 0, 128<<10), 0
		allocs := testing.AllocsPerRun(50*len(forms), func() {
			dst = press.AppendRequest(dst[:0], Stamp{Form: n % len(forms), Event: n, Object: n%3 - 1, Happened: attemptAt, At: attemptAt})
			n++
		})
		// An ed25519 signature is one, and so is a sum under the race detector.
		if most := len(k.composer.Scheme.Signatures); allocs > float64(most) {
			t.Errorf("%s: %v allocations a delivery", k.name, allocs)
		}
	}
}

func BenchmarkPress(b *testing.B) {
	for _, k := range append(kits(b), ownKit(b)) {
		forms := map[string]Form{"genuine": {}}
		if k.maker.Has("free-fields") {
			forms["64 KiB"] = Form{Faults: []FaultUse{text("body.pad", "65536")}}
		}
		for name, f := range forms {
			b.Run(k.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				press, dst, now, n := k.press(b, f), []byte(nil), time.Now(), 0
				for b.Loop() {
					dst = press.AppendRequest(dst[:0], Stamp{Event: n, Object: -1, Happened: now, At: now})
					n++
				}
			})
		}
	}
}

func BenchmarkNewPress(b *testing.B) {
	k := newKit(b, "github", FormUTF8)
	forms := pressed(k)
	for b.Loop() {
		k.press(b, forms...)
	}
}

func BenchmarkPressClone(b *testing.B) {
	k := newKit(b, "github", FormUTF8)
	press := k.press(b, pressed(k)...)
	b.ReportAllocs()
	for b.Loop() {
		press.Clone()
	}
}
