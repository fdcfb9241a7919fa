package mockprovider

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFaultsAreInOrder(t *testing.T) {
	all := Faults()
	for i, f := range all {
		if f.Doc == "" || strings.HasSuffix(f.Doc, ".") {
			t.Errorf("fault %s: doc %q", f.Name, f.Doc)
		}
		if i > 0 && all[i-1].Name >= f.Name {
			t.Errorf("%s stands before %s", all[i-1].Name, f.Name)
		}
		if (f.event != nil) != (f.Stage == StageEvent) || (f.apply != nil) == (f.Stage == StageEvent) {
			t.Errorf("fault %s does not act at its stage", f.Name)
		}
	}
}

func TestFaultUseCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		use  FaultUse
		want string
	}{
		{"misspelt", plain("secret.worng"), `unknown fault "secret.worng"; did you mean "secret.wrong"?`},
		{"no name", FaultUse{}, `unknown fault ""`},
		{"a parameter too many", text("secret.wrong", "x"), "fault secret.wrong takes no parameter, not one text"},
		{"no parameter", plain("header.remove"), "fault header.remove takes a list, not no parameter"},
		{"a text for a list", text("header.remove", "x"), "fault header.remove takes a list, not one text"},
		{"a list for a text", list("body.append", "x"), "fault body.append takes one text, not a list"},
		{"a list for a map", list("header.set", "x"), "fault header.set takes a map, not a list"},
		{"a map for a list", pairsOf("header.remove", "x", "y"), "fault header.remove takes a list, not a map"},
		{"an empty text", text("body.append", ""), "fault body.append takes one text, not no parameter"},
		{"an empty list", FaultUse{"header.remove", Param{List: []string{}}}, "fault header.remove: a list with nothing in it alters nothing"},
		{"no chunks", FaultUse{"wire.chunked", Param{List: []string{}}}, "fault wire.chunked: a list with nothing in it alters nothing"},
		{"an empty map", FaultUse{"header.set", Param{Map: []Pair{}}}, "fault header.set: a map with nothing in it alters nothing"},
		{"a duration", text("event.age", "a week"), `fault event.age: time: invalid duration "a week"`},
		{"a mode", text("event.mode", "batched"), `fault event.mode: mode "batched"; there are binary, structured`},
		{"a size", text("body.pad", "64k"), `fault body.pad: "64k" is no number of bytes from 0 to 67108864`},
		{"a size below nothing", text("body.pad", "-5"), `fault body.pad: "-5" is no number of bytes from 0 to 67108864`},
		{"a size beyond memory", text("body.pad", "1000000000000"), `fault body.pad: "1000000000000" is no number of bytes from 0 to 67108864`},
		{"a field's value", text("body.free-field", "{"), "fault body.free-field: { is no JSON value"},
		{"a member's value", pairsOf("body.set", "/a", "1", "/b", "yes"), "fault body.set: yes is no JSON value"},
		{"a pointer", pairsOf("body.set", "a", "1"), `fault body.set: "a" is no JSON pointer: it begins with /`},
		{"another pointer", text("body.remove", "$.a"), `fault body.remove: "$.a" is no JSON pointer: it begins with /`},
		{"bytes", text("body.free-bytes", "f"), "fault body.free-bytes: encoding/hex: odd length hex string"},
		{"no digits", text("body.digits", "0"), `fault body.digits: "0" is no number from 1 to 4194304`},
		{"lists beyond memory", text("body.nest", "4194305"), `fault body.nest: "4194305" is no number from 1 to 4194304`},
		{"a place", text("body.type-twice", "middle"), `fault body.type-twice: "middle"; the right type stands first or last`},
		{"a form", text("body.each-field", "nil"), `fault body.each-field: "nil"; a field is one of absent, empty, huge, null, wrong, or any`},
		{"a shift", text("timestamp.shift", "30s"), `fault timestamp.shift: "30s": write past+30s, past-5s, future+30s, future-5s, -24h or +1h`},
		{"a shift without sign", text("timestamp.shift", "past30s"), `fault timestamp.shift: "past30s": write past+30s, past-5s, future+30s, future-5s, -24h or +1h`},
		{"a shift of nothing", text("timestamp.shift", "future"), `fault timestamp.shift: "future": write past+30s, past-5s, future+30s, future-5s, -24h or +1h`},
		{"a shift without unit", text("timestamp.shift", "+30"), `fault timestamp.shift: time: missing unit in duration "+30"`},
		{"a spelling", text("timestamp.text", "{hexa}"), `fault timestamp.text: unknown spelling "hexa"; did you mean "hex"?`},
		{"a place for a second", text("timestamp.twice", "middle"), `fault timestamp.twice: "middle"; the second timestamp stands first or last`},
		{"a move", text("timestamp.tamper", "soon"), `fault timestamp.tamper: time: invalid duration "soon"`},
		{"an algorithm", text("signature.algorithm", "hmac-sha"), `fault signature.algorithm: unknown algorithm "hmac-sha"; did you mean "hmac-sha1"?`},
		{"an algorithm of another key", text("signature.algorithm", "ed25519"), `fault signature.algorithm: unknown algorithm "ed25519"; there are hmac-sha1, hmac-sha256, hmac-sha512`},
		{"a placeholder", text("signature.value", "{prefix}{god}"), "fault signature.value: {god}: there is no such placeholder, or nothing to put there"},
		{"a spelling", text("signature.value", "{prefix}{good:base46}"), "fault signature.value: {good:base46}: there is no such form of a signature"},
		{"a crowd of none", text("signature.crowd", "0"), `fault signature.crowd: "0" is no number of signatures from 1 to 20000`},
		{"an ed25519 form", text("signature.ed25519", "maleable"), `fault signature.ed25519: unknown form of a signature "maleable"; did you mean "malleable"?`},
		{"a published secret", text("secret.published", "octocat"), `fault secret.published: unknown published secret "octocat"; did you mean "octokit"?`},
		{"a reading", text("secret.misread", "bear"), `fault secret.misread: unknown reading "bear"; did you mean "bare"?`},
		{"a guess", text("secret.guessed", "whsk"), `fault secret.guessed: unknown key "whsk"; did you mean "whpk"?`},
		{"another scheme", text("scheme.as", "gihtub"), `fault scheme.as: unknown scheme "gihtub"; did you mean "github"?`},
		{"a chunk", list("wire.chunked", "1", "0"), `fault wire.chunked: chunk size "0" is no positive number`},
		{"an ending", text("wire.cut-off", "fin"), `fault wire.cut-off: ending "fin"; there are half-close, close, reset`},
		{"a wait", text("wire.hang-up", "5"), `fault wire.hang-up: time: missing unit in duration "5"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.use.Check(); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A fault that changes nothing is a genuine delivery in disguise: it must say
// so, or a receiver fails for accepting it.
func TestFaultsThatFindNothing(t *testing.T) {
	for _, tt := range []struct {
		scheme string
		form   SecretForm
		faults []FaultUse
		want   string
	}{
		{"github", FormUTF8, []FaultUse{list("header.remove", "X-Absent")}, "fault header.remove: header X-Absent: "},
		{"github", FormUTF8, []FaultUse{list("header.remove", "User-Agent", "X-Absent")}, "fault header.remove: header X-Absent: "},
		{"github", FormUTF8, []FaultUse{list("header.remove", "User-Agent", "user-agent")}, "fault header.remove: header user-agent: "},
		{"github", FormUTF8, []FaultUse{list("header.empty", "X-Absent")}, "fault header.empty: header X-Absent: "},
		{"github", FormUTF8, []FaultUse{list("header.upper", "X-Absent")}, "fault header.upper: header X-Absent: "},
		{"github", FormUTF8, []FaultUse{list("header.empty", "{id}"), list("header.empty", "{id}")}, "fault header.empty: header {id}: "},
		{"github", FormUTF8, []FaultUse{pairsOf("header.set", "ETAG", "1"), list("header.upper", "ETAG")}, "fault header.upper: header ETAG: "},
		{"github", FormUTF8, []FaultUse{list("header.remove", "{timestamp}")}, "fault header.remove: header {timestamp}: "},
		{"github", FormUTF8, []FaultUse{pairsOf("header.set", "{timestamp}", "1")}, "fault header.set: header {timestamp}: "},
		{"standard-webhooks", FormWhsec, []FaultUse{list("header.remove", "{type}")}, "fault header.remove: header {type}: "},
		{"cloudevents", FormToken, []FaultUse{list("header.remove", "{signatures}")}, "fault header.remove: header {signatures}: "},
		{"cloudevents", FormToken, []FaultUse{text("event.mode", ModeStructured), list("header.remove", "ce-id")}, "fault header.remove: header ce-id: "},
		{"github", FormUTF8, []FaultUse{text("body.remove", "/absent")}, "fault body.remove: /absent: "},
		{"github", FormUTF8, []FaultUse{plain("body.invalid-utf8")}, "fault body.invalid-utf8: "},
		{"github", FormUTF8, []FaultUse{plain("body.newlines")}, "fault body.newlines: "},
		{"github", FormUTF8, []FaultUse{text("body.literal", `{"a":true}`), text("body.each-field", "empty")}, "fault body.each-field: fields to be empty: "},
		{"standard-webhooks", FormWhsec, []FaultUse{text("body.literal", `{"kind":"a"}`), plain("body.no-type")}, "fault body.no-type: type: "},
		{"github", FormUTF8, []FaultUse{text("body.literal", `{"name":true}`), plain("body.tamper")}, "fault body.tamper: "},
		{"github", FormUTF8, []FaultUse{list("header.remove", "{signatures}"), plain("signature.bitflip")}, "fault signature.bitflip: header {signatures}: "},
		{"standard-webhooks", FormWhsec, []FaultUse{text("signature.value", "v1,"), plain("signature.bitflip")}, "fault signature.bitflip: header {signatures}: "},
		{"standard-webhooks", FormWhsec, []FaultUse{text("timestamp.tamper", "100ms")}, "fault timestamp.tamper: header {timestamp}: "},
		{"github", FormUTF8, []FaultUse{text("scheme.as", "github")}, "fault scheme.as: github is the scheme's own: "},
		{"github", FormUTF8, []FaultUse{pairsOf("header.copy", "X-Absent", "X-New")}, "fault header.copy: header X-Absent: "},
		{"github", FormUTF8, []FaultUse{text("id.pad", "8")}, "fault id.pad: "},
		{"standard-webhooks", FormWhsec, []FaultUse{text("signature.algorithm", "hmac-sha256")}, "fault signature.algorithm: hmac-sha256 is the scheme's own: "},
	} {
		k := newKit(t, tt.scheme, tt.form)
		_, err := k.deliver(tt.faults...)
		if !errors.Is(err, errNothing) || err.Error() != tt.want+errNothing.Error() {
			t.Errorf("%v\ngot  %v\nwant %s%v", tt.faults, err, tt.want, errNothing)
		}
	}
}

func TestFaultsThatDoNotFit(t *testing.T) {
	k := newKit(t, "standard-webhooks", FormWhsk)
	if _, err := k.deliver(plain("secret.empty")); err == nil || err.Error() != "fault secret.empty: an ed25519 key cannot be empty" {
		t.Errorf("an empty ed25519 key: %v", err)
	}
	if _, err := k.composer.Compose(Event{}, attemptAt, []FaultUse{plain("body.lost")}); err == nil {
		t.Error("a fault that does not exist composes")
	}
	if err := ApplyToEvent(&EventSpec{}, []FaultUse{plain("body.lost")}); err == nil {
		t.Error("a fault that does not exist applies to an event")
	}
	k.maker.scheme = &Scheme{ID: Identity{Form: "{uuid}"}, Events: []string{"a"}, templates: map[string]string{"a": "{}"}}
	if _, err := k.deliver(text("body.free-field", "1")); err == nil || err.Error() != "fault body.free-field: no place is free for extra fields" {
		t.Errorf("a field where none is free: %v", err)
	}
}

func TestAfterSealing(t *testing.T) {
	for _, f := range Faults() {
		want := slices.Contains([]Stage{StageSealed, StageWire}, f.Stage)
		if got := AfterSealing([]FaultUse{plain("wire.http2"), plain(f.Name)}); got != want {
			t.Errorf("after sealing with %s: %v, want %v", f.Name, got, want)
		}
	}
	if !AfterSealing(nil) {
		t.Error("no fault at all needs a new signature")
	}
}

// What a body is tampered with depends on where its letters stand: the JSON
// stays valid.
func TestTamperKeepsJSONValid(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":"x","ok":true}`:         `{"a":"a","ok":true}`,
		`{"A":"say \"hi\"","1":null}`: `{"A":"say \"ha\"","1":null}`,
		`{"A":"\n","B":"\u00e9"}`:     `{"A":"\n","B":"\u00ea"}`,
		`{"A":"aB\\"}`:                `{"A":"aa\\"}`,
		`{"A":"é","b" : [-1.09e5]}`:   `{"A":"é","b" : [-1.09e6]}`,
		`{"A":9}`:                     `{"A":1}`,
		`form=a&b=C`:                  `form=a&a=C`,
		`["é","a"]`:                   `["é","b"]`,
	} {
		k := newKit(t, "github", FormUTF8)
		d, err := k.deliver(text("body.literal", body), plain("body.tamper"))
		if err != nil || string(d.Message.Body) != want {
			t.Errorf("%s becomes %s, %v; want %s", body, d.Message.Body, err, want)
		}
		if json.Valid([]byte(body)) != json.Valid(d.Message.Body) {
			t.Errorf("%s becomes %s: one is valid and the other not", body, d.Message.Body)
		}
	}
}

func TestFaultsOfStructuredMode(t *testing.T) {
	k := newKit(t, "cloudevents", FormToken)
	structured := text("event.mode", ModeStructured)
	for _, tt := range []struct {
		fault         FaultUse
		pointer, want string // raw JSON; empty: absent
	}{
		{text("body.free-field", "[1]"), "/data/metadata/hookassay_new", "[1]"},
		{text("body.remove", "/id"), "/id", ""},
		{text("event.source", "https://x.example/"), "/source", `"https://x.example/"`},
		{plain("event.unknown-type"), "/type", `"com.hookassay.unknown"`},
		{text("event.age", "24h"), "/time", `"2026-05-03T03:02:01.987Z"`},
	} {
		d := k.mustDeliver(t, structured, tt.fault)
		v, err := getJSON(d.Message.Body, tt.pointer)
		if err != nil || v.Raw != tt.want || !json.Valid(d.Message.Body) {
			t.Errorf("%s: %s is %s, %v; want %s\n%s", tt.fault, tt.pointer, v.Raw, err, tt.want, d.Message.Body)
		}
	}
	if d := k.mustDeliver(t, structured, text("body.pad", "65536")); len(d.Message.Body) != 65536 || !json.Valid(d.Message.Body) {
		t.Errorf("padded to %d bytes", len(d.Message.Body))
	}
}

func TestQueryCarriesTheSecretEscaped(t *testing.T) {
	k := newKit(t, "cloudevents", FormToken)
	k.composer.Secret = Secret{Form: FormToken, Key: []byte("a+b/c="), text: "a+b/c="}
	for path, want := range map[string]string{
		"/hook":     "/hook?access_token=a%2Bb%2Fc%3D",
		"/hook?x=1": "/hook?x=1&access_token=a%2Bb%2Fc%3D",
	} {
		k.composer.Path = path
		if d := k.mustDeliver(t, text("request.query", "access_token={secret}")); d.Message.Target != want {
			t.Errorf("target is %s, want %s", d.Message.Target, want)
		}
	}
}

// Parameters keep their kind and order in JSON, as catalogue.json holds them.
func TestFaultUseSurvivesJSON(t *testing.T) {
	for _, c := range faultCases {
		b, err := json.Marshal(c.use)
		if err != nil {
			t.Fatal(err)
		}
		var again FaultUse
		if err := json.Unmarshal(b, &again); err != nil || again.String() != c.use.String() || again.Param.Kind() != c.use.Param.Kind() {
			t.Errorf("%s is read again as %v, %v", b, again, err)
		}
	}
}
