package mockprovider

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/tidwall/gjson"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// A faultCase is one use of a fault and what it does, on every kit that has
// what the fault needs.
type faultCase struct {
	use  FaultUse
	fit  func(kit) (use FaultUse, fits bool) // to the scheme, where that makes a difference
	only func(kit) bool                      // the kits that it fits, where not all
	base []FaultUse                          // of the delivery it is compared with, too
	// changes are what differs from the delivery without the fault.
	changes []string
	// wrong is set where a right signature is not sent any more.
	wrong bool
	// open: which headers change, and whether signatures are right then, is for
	// holds to say.
	open bool
	// holds says in what way it differs.
	holds func(k kit, genuine, faulty Delivery) error
}

var (
	signedBody  = []string{"{signed-body}"}
	signedStamp = []string{"{signed-timestamp}"}
)

var faultCases = []faultCase{
	{use: plain("event.unknown-type"), changes: []string{"{event-type}"}, holds: typeIs("")},
	{use: plain("event.poison"), open: true, holds: func(k kit, g, f Delivery) error {
		amount := gjson.GetBytes(f.Message.Body, "data.amount").String()
		if f.Event.Type != "invoice.poison" || amount != "none" || gjson.GetBytes(f.Message.Body, "data.id").String() != f.Event.Canary {
			return fmt.Errorf("%s: %s", f.Event.Type, f.Message.Body)
		}
		return nil
	}},
	{use: text("event.type", "other.happened"), changes: []string{"{event-type}"}, holds: typeIs("other.happened")},
	{use: text("event.age", "168h"), fit: dated(true), changes: []string{"{signed-body}", "header ce-time"}, holds: isOlder},
	{use: text("event.age", "168h"), fit: dated(false), changes: signedBody, holds: isOlder},
	{use: text("event.source", "https://x.example/y"), changes: []string{"header ce-source"}, holds: headerIs("ce-source", "https://x.example/y")},
	{
		use:     text("event.mode", ModeStructured),
		changes: []string{"body", "header content-type", "header ce-id", "header ce-source", "header ce-specversion", "header ce-time", "header ce-type"},
		holds:   headerIs("Content-Type", "application/cloudevents+json"),
	},
	{use: text("event.mode", ModeBinary), changes: nil},

	{use: plain("body.pretty"), changes: signedBody, holds: sameJSON(func(b []byte) bool { return bytes.Contains(b, []byte("\n  ")) })},
	{use: plain("body.key-order"), changes: signedBody, holds: func(k kit, g, f Delivery) error {
		first := []byte(strconv.Quote(strings.TrimPrefix(firstMember(k), "/"))) // it comes last now
		return sameJSON(func(b []byte) bool { return bytes.LastIndex(b, first) > len(b)/2 })(k, g, f)
	}},
	{use: plain("body.unicode-escapes"), fit: beyondASCII, changes: signedBody, holds: sameJSON(onlyASCII)},
	{use: text("body.append", "\r\n"), changes: signedBody, holds: bodyIs(func(b string) string { return b + "\r\n" })},
	{use: text("body.prepend", " "), changes: signedBody, holds: bodyIs(func(b string) string { return " " + b })},
	{use: text("body.literal", "[]"), changes: signedBody, holds: bodyIs(func(string) string { return "[]" })},
	{use: plain("body.cut"), changes: signedBody, holds: bodyIs(func(b string) string { return b[:len(b)/2] })},
	{use: text("body.pad", "65536"), changes: signedBody, holds: padded(65536)},
	{use: text("body.pad", "10"), changes: signedBody, holds: addsField("hookassay_padding", `""`)},
	{use: text("body.free-field", `{"since":[1, 2]}`), changes: signedBody, holds: addsField("hookassay_new", `{"since":[1, 2]}`)},
	{use: text("body.free-field", "9007199254740995"), changes: signedBody, holds: addsField("hookassay_new", "9007199254740995")},
	{
		use: text("body.remove", "/data"), changes: signedBody, holds: removes,
		fit: func(k kit) (FaultUse, bool) { return text("body.remove", firstMember(k)), true },
	},
	{use: plain("body.spaces"), changes: signedBody, holds: sameJSON(func(b []byte) bool {
		return bytes.Contains(b, []byte("\t")) && bytes.Contains(b, []byte("\r\n"))
	})},
	{use: plain("body.empty"), changes: signedBody, holds: bodyIs(func(string) string { return "" })},
	{use: plain("body.utf16"), changes: []string{"{signed-body}", "header content-type"}, holds: bodyIs(func(b string) string {
		var out []byte
		for _, unit := range utf16.Encode([]rune(b)) {
			out = append(out, byte(unit), byte(unit>>8))
		}
		return string(out)
	})},
	{use: plain("body.form"), changes: []string{"{signed-body}", "header content-type"}, holds: isForm},
	{use: text("body.free-bytes", "eda0807a"), changes: signedBody, holds: addsField("hookassay_new", "\"\xed\xa0\x80z\"")},
	{use: text("body.digits", "12"), changes: signedBody, holds: addsField("hookassay_new", "777777777777")},
	{use: text("body.nest", "3"), changes: signedBody, holds: addsField("hookassay_new", "[[[]]]")},
	{use: plain("body.no-type"), changes: signedBody, holds: typesAre()},
	{use: text("body.type-twice", "first"), changes: signedBody, holds: typesAre("{right}", "{unknown}")},
	{use: text("body.type-twice", "last"), changes: signedBody, holds: typesAre("{unknown}", "{right}")},
	{use: text("body.each-field", "null"), changes: signedBody, holds: firstField("null")},
	{use: text("body.each-field", "absent"), changes: signedBody, holds: firstField("")},
	{use: text("body.each-field", "any"), changes: signedBody, holds: firstField("")},
	{use: plain("body.mutate"), changes: signedBody},

	{use: plain("body.reserialise"), changes: []string{"body"}, wrong: true, holds: sameJSON(func(b []byte) bool { return bytes.Contains(b, []byte("\n \"")) })},
	{use: plain("body.newlines"), base: []FaultUse{plain("body.spaces")}, changes: []string{"body"}, wrong: true, holds: bodyIs(func(b string) string { return strings.ReplaceAll(b, "\r\n", "\n") })},
	{use: plain("body.as-form"), changes: []string{"body", "header content-type"}, wrong: true, holds: isForm},

	{use: text("id.append", "%0d%0a"), changes: []string{"{signed-id}"}, holds: func(k kit, g, f Delivery) error {
		name := k.composer.Scheme.ID.Header
		if got, want := header(f, name), header(g, name)+"%0d%0a"; got != want || f.SentID != want {
			return fmt.Errorf("the id is %q, want %q", got, want)
		}
		return nil
	}},
	{use: plain("id.other-case"), changes: []string{"{signed-id}"}, holds: func(k kit, g, f Delivery) error {
		name := k.composer.Scheme.ID.Header
		was, got := header(g, name), header(f, name)
		if got == was || !strings.EqualFold(got, was) || f.SentID != got {
			return fmt.Errorf("the id is %q, and was %q", got, was)
		}
		return nil
	}},
	{use: plain("header.mutate"), open: true, holds: oneHeader},

	{use: pairsOf("body.set", "/data", "null", "/new", "[1.50]"), changes: signedBody, holds: sets("data", "null", "new", "[1.50]")},

	{use: text("timestamp.shift", "past+30s"), changes: signedStamp, holds: stampIs(-5*time.Minute - 30*time.Second)},
	{use: text("timestamp.shift", "past-15s"), changes: signedStamp, holds: stampIs(-5*time.Minute + 15*time.Second)},
	{use: text("timestamp.shift", "future+30s"), changes: signedStamp, holds: stampIs(3*time.Minute + 30*time.Second)},
	{use: text("timestamp.shift", "future-15s"), changes: signedStamp, holds: stampIs(3*time.Minute - 15*time.Second)},
	{use: text("timestamp.shift", "-25h"), changes: signedStamp, holds: stampIs(-25 * time.Hour)},
	{use: text("timestamp.shift", "+1h"), changes: signedStamp, holds: stampIs(time.Hour)},
	{use: text("timestamp.text", "{seconds}abc"), changes: signedStamp, holds: stampReads(fmt.Sprint(attemptAt.Unix(), "abc"))},
	{use: text("timestamp.text", "{milliseconds}"), fit: inSeconds, changes: signedStamp, holds: stampReads(fmt.Sprint(attemptAt.UnixMilli()))},
	{use: text("timestamp.text", "0{now}"), changes: signedStamp, holds: stampReads("0" + fmt.Sprint(attemptAt.Unix()))},
	{use: text("timestamp.text", "{hex}"), changes: signedStamp, holds: stampReads("0x69f80c29")},
	{use: text("timestamp.text", "{octal}"), changes: signedStamp, holds: stampReads("015176006051")},
	{use: text("timestamp.text", "{exponent}"), changes: signedStamp, holds: stampReads("1.777863721e9")},
	{use: text("timestamp.text", "{underscored}"), changes: signedStamp, holds: stampReads("1_777_863_721")},
	{use: text("timestamp.text", "{spaced}"), changes: signedStamp, holds: stampReads("1 777 863 721")},
	{use: text("timestamp.text", "{arabic}"), changes: signedStamp, holds: stampReads("١٧٧٧٨٦٣٧٢١")},
	{use: text("timestamp.text", "{iso8601}"), changes: signedStamp, holds: stampReads("2026-05-04T03:02:01Z")},
	{use: text("timestamp.text", "{microseconds}"), changes: signedStamp, holds: stampReads(fmt.Sprint(attemptAt.UnixMicro()))},
	{use: text("timestamp.text", "{wrapped}"), changes: signedStamp, holds: stampReads("18446744075487415337")},
	{use: text("timestamp.text", "{empty}"), changes: signedStamp, holds: stampReads("")},
	{use: text("timestamp.text", "yesterday"), changes: signedStamp, holds: stampReads("yesterday")},

	{use: plain("secret.wrong"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret { return k.composer.Foreign })},
	{use: plain("secret.empty"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret { return Secret{Form: k.composer.Secret.Form} })},
	{use: plain("secret.public"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret {
		return Secret{Form: FormWhsec, Key: k.composer.Secret.Key[32:]}
	})},
	{use: text("signature.algorithm", "hmac-sha1"), fit: another("hmac-sha1"), changes: []string{"{signature}"}, wrong: true, holds: macIsOf(20)},
	{use: text("signature.algorithm", "hmac-sha512"), fit: another("hmac-sha512"), changes: []string{"{signature}"}, wrong: true, holds: macIsOf(64)},
	{use: text("signature.value", "{prefix}{good:8}"), changes: []string{"{signature}"}, wrong: true, holds: beginsRight},
	{use: text("signature.value", "{prefix}{bad}"), changes: []string{"{signature}"}, wrong: true},
	{use: text("signature.value", "{prefix:v9}{bad}{separator}{prefix}{good}"), changes: []string{"{signature}"}},
	{use: text("bearer.value", "Basic {secret}"), changes: []string{"{credentials}"}, holds: func(k kit, _, f Delivery) error {
		return headerIs("Authorization", "Basic "+k.composer.Secret.text)(k, f, f)
	}},

	{use: plain("signature.bitflip"), changes: []string{"{signatures}"}, wrong: true, holds: oneByteEach("{signatures}")},
	{use: plain("signature.flip-last"), changes: []string{"{signatures}"}, wrong: true, holds: otherBytesAtTheEnd},
	{use: plain("signature.swap-case"), changes: []string{"{signatures}"}, wrong: true, holds: sameButForCase},
	{use: plain("body.tamper"), changes: []string{"body"}, wrong: true, holds: tampered},
	{use: plain("body.invalid-utf8"), base: []FaultUse{text("body.free-field", "\"\uFFFD\"")}, changes: []string{"body"}, wrong: true, holds: bodyIs(func(b string) string { return strings.ReplaceAll(b, "\uFFFD", "\xff") })},
	{use: plain("id.tamper"), changes: []string{"{id}"}, wrong: true, holds: oneByteEach("{id}")},
	{use: text("timestamp.tamper", "-10s"), changes: []string{"{timestamp}"}, wrong: true, holds: stampIs(-10 * time.Second)},
	{use: text("timestamp.tamper", "1h"), changes: []string{"{timestamp}"}, wrong: true, holds: stampIs(time.Hour)},
	{use: text("timestamp.respell", "+{now}"), changes: []string{"{timestamp}"}, wrong: true, holds: stampReads(fmt.Sprint("+", attemptAt.Unix()))},
	{use: text("timestamp.respell", "{thousands}"), fit: inHeader, changes: []string{"{timestamp}"}, wrong: true, holds: stampReads("1,777,863,721")},
	{use: text("timestamp.twice", "first"), base: []FaultUse{text("timestamp.shift", "past+1m")}, changes: []string{"{second-timestamp}"}, wrong: true, holds: stampsRead(0, -6*time.Minute)},
	{use: text("timestamp.twice", "last"), base: []FaultUse{text("timestamp.shift", "past+1m")}, changes: []string{"{second-timestamp}"}, holds: stampsRead(-6*time.Minute, 0)},
	{use: plain("timestamp.remove"), changes: []string{"{timestamp}"}, wrong: true, holds: stampReads("")},

	{use: list("header.remove", "{credentials}"), changes: []string{"{credentials}"}, wrong: true, holds: allOf("{credentials}", nil)},
	{use: list("header.remove", "Host", "content-TYPE"), changes: []string{"header content-type", "header host"}, holds: allOf("Host", nil)},
	{use: list("header.empty", "{credentials}"), changes: []string{"{credentials}"}, wrong: true, holds: allOf("{credentials}", []string{""})},
	{use: list("header.upper", "{credentials}"), changes: []string{"spelling {credentials}"}},
	{use: pairsOf("header.set", "X-New", "{secret}|{canary}|{id}"), changes: []string{"header x-new"}, holds: func(k kit, _, f Delivery) error {
		return headerIs("X-New", k.composer.Secret.text+"|"+f.Event.Canary+"|"+f.Event.ID)(k, f, f)
	}},
	{use: pairsOf("header.set", "content-type", "text/plain"), changes: []string{"header content-type"}, holds: allOf("Content-Type", []string{"text/plain"})},
	{use: plain("type.swap"), changes: []string{"{type}"}, holds: headerIs("X-GitHub-Event", "issues")},
	{use: text("request.method", "PUT"), changes: []string{"method"}, holds: requestLine("PUT", "/webhooks?tenant=7")},
	{use: text("request.query", "a=b"), changes: []string{"target"}, holds: requestLine("POST", "/webhooks?tenant=7&a=b")},

	{use: list("wire.chunked", "1", "7", "64"), changes: []string{"chunks"}, holds: func(_ kit, g, f Delivery) error {
		if !slices.Equal(f.Message.Chunks, []int{1, 7, 64}) {
			return fmt.Errorf("chunks %v", f.Message.Chunks)
		}
		return nil
	}},
	{use: text("wire.cut-off", "half-close"), changes: []string{"bytes", "end"}, holds: cutIn(wire.HalfClose)},
	{use: text("wire.cut-off", "close"), changes: []string{"bytes", "end"}, holds: cutIn(wire.Close)},
	{use: text("wire.cut-off", "reset"), changes: []string{"bytes", "end"}, holds: cutIn(wire.Reset)},
	{use: text("wire.hang-up", "1ms"), changes: []string{"hang-up"}, holds: func(_ kit, _, f Delivery) error {
		if f.Request.HangUp != time.Millisecond {
			return fmt.Errorf("hangs up after %v", f.Request.HangUp)
		}
		return nil
	}},
	{use: text("wire.flood", "1000000"), wrong: true, changes: []string{"body", "bytes", "header content-length"}, holds: func(_ kit, _, f Delivery) error {
		var sent int
		for _, w := range f.Request.Writes {
			sent += len(w.Bytes)
		}
		if head := len(f.Message.Head()); sent != head+1000000 {
			return fmt.Errorf("%d bytes go out behind a head of %d", sent, head)
		}
		return nil
	}},
	{use: plain("wire.http2"), changes: []string{"http2"}},
}

func TestEveryFault(t *testing.T) {
	tried := map[string]bool{}
	for _, tt := range slices.Concat(faultCases, authFaultCases, wireCases) {
		for _, k := range append(kits(t), ownKit(t), samplesKit(t)) {
			use, fits := tt.use, true
			if tt.fit != nil {
				use, fits = tt.fit(k)
			}
			if tt.only != nil {
				fits = fits && tt.only(k)
			}
			f, err := FindFault(use.Name)
			if err != nil {
				t.Fatal(err)
			}
			if err := use.Check(); err != nil {
				t.Fatal(err)
			}
			if k.has(f) && fits {
				tried[use.Name] = true
				t.Run(k.name+"/"+use.String(), func(t *testing.T) { tt.check(t, k, use) })
			}
		}
	}
	for _, f := range Faults() {
		if !tried[f.Name] {
			t.Errorf("fault %s is not tried on any scheme", f.Name)
		}
	}
}

func (c faultCase) check(t *testing.T, k kit, use FaultUse) {
	genuine := k.mustDeliver(t, c.base...)
	faulty := k.mustDeliver(t, append(slices.Clone(c.base), use)...)
	if got, want := changes(genuine, faulty), k.expand(c.changes...); !c.open && !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if c.holds != nil {
		if err := c.holds(k, genuine, faulty); err != nil {
			t.Error(err)
		}
	}
	expectedSignatures(t, k, faulty)
	if wrong := len(faulty.Expected) > 0; !c.open && wrong != (c.wrong && len(k.composer.Scheme.Signatures) > 0) {
		t.Errorf("expected signatures %v, want some: %v", faulty.Expected, c.wrong)
	}
}

// expectedSignatures are listed exactly where what is sent is not right.
func expectedSignatures(t *testing.T, k kit, d Delivery) {
	t.Helper()
	var want []Sensitive
	for _, h := range k.composer.Scheme.Signatures {
		right := k.rightSignature(d, h, k.composer.Secret)
		v, _ := h.version(k.composer.Secret.Form)
		_, right, _ = strings.Cut(right, v.Prefix)
		if !strings.Contains(header(d, h.Header), right) {
			want = append(want, Sensitive{"expected-signature", h.Header, v.Encoding, right})
		}
	}
	if !reflect.DeepEqual(d.Expected, want) {
		t.Errorf("expected signatures %v, want %v", d.Expected, want)
	}
}

// dated fits schemes whose events say in the body when they happened, and in
// CloudEvents' header too or not.
func dated(inHeader bool) func(kit) (FaultUse, bool) {
	return func(k kit) (FaultUse, bool) {
		s := k.composer.Scheme
		return text("event.age", "168h"), strings.Contains(s.templates[s.Events[0]], "{now") && (s.Time.Header != "") == inHeader
	}
}

// another fits schemes whose own algorithm it is not.
func another(algorithm string) func(kit) (FaultUse, bool) {
	return func(k kit) (FaultUse, bool) {
		s := k.composer.Scheme
		if len(s.Signatures) == 0 {
			return text("signature.algorithm", algorithm), false
		}
		v, _ := s.Signatures[0].version(k.composer.Secret.Form)
		return text("signature.algorithm", algorithm), v.Algorithm != algorithm
	}
}

// beyondASCII fits schemes whose events have something to escape.
func beyondASCII(k kit) (FaultUse, bool) {
	s := k.composer.Scheme
	return plain("body.unicode-escapes"), !onlyASCII([]byte(s.templates[s.Events[0]]))
}

// inHeader fits schemes whose timestamp has a header of its own.
func inHeader(k kit) (FaultUse, bool) {
	return text("timestamp.respell", "{thousands}"), k.composer.Scheme.Has("timestamp-header", k.composer.Secret)
}

func inSeconds(k kit) (FaultUse, bool) {
	return text("timestamp.text", "{milliseconds}"), k.composer.Scheme.Has("timestamp-seconds", k.composer.Secret)
}

// firstMember points at the body's first member.
func firstMember(k kit) string {
	s := k.composer.Scheme
	pointer := ""
	gjson.Parse(s.templates[s.Events[0]]).ForEach(func(key, _ gjson.Result) bool {
		pointer = "/" + key.String()
		return false
	})
	return pointer
}

func typeIs(want string) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		s, want := k.composer.Scheme, want
		if want == "" {
			want = s.UnknownType
		}
		sent := header(f, s.Type.Header)
		if s.Type.Header == "" {
			v, err := getJSON(f.Message.Body, s.Type.Body)
			if err != nil {
				return err
			}
			sent = v.String()
		}
		if f.Event.Type != want || sent != want {
			return fmt.Errorf("the event is %s and %s is sent, want %s", f.Event.Type, sent, want)
		}
		return nil
	}
}

func isOlder(_ kit, g, f Delivery) error {
	if age := g.Event.Time.Sub(f.Event.Time); age != 168*time.Hour {
		return fmt.Errorf("the event is %v older", age)
	}
	if !bytes.Contains(f.Message.Body, []byte("2026-04-27T03:02:01.987Z")) && !bytes.Contains(f.Message.Body, []byte("1777258921")) {
		return fmt.Errorf("the body does not show the age: %s", f.Message.Body)
	}
	return nil
}

func headerIs(name, want string) func(kit, Delivery, Delivery) error {
	return func(_ kit, _, f Delivery) error {
		if got := header(f, name); got != want {
			return fmt.Errorf("%s is %q, want %q", name, got, want)
		}
		return nil
	}
}

// allOf are all values of the headers of a role, in the message.
func allOf(role string, want []string) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		for _, name := range (&Draft{c: k.composer}).names(role) {
			var got []string
			for _, field := range byName(f.Message.Fields)[strings.ToLower(name)] {
				got = append(got, field.Value)
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		return nil
	}
}

func sameJSON(also func([]byte) bool) func(kit, Delivery, Delivery) error {
	return func(_ kit, g, f Delivery) error {
		var before, after any
		if err := errors.Join(json.Unmarshal(g.Message.Body, &before), json.Unmarshal(f.Message.Body, &after)); err != nil {
			return err
		}
		if !reflect.DeepEqual(before, after) || !also(f.Message.Body) {
			return fmt.Errorf("another value, or not written in another way: %s", f.Message.Body)
		}
		return nil
	}
}

func onlyASCII(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r > 0x7f }) < 0 && !bytes.Contains(bytes.ReplaceAll(b, []byte(`\/`), nil), []byte("/"))
}

func bodyIs(want func(genuine string) string) func(kit, Delivery, Delivery) error {
	return func(_ kit, g, f Delivery) error {
		if w := want(string(g.Message.Body)); string(f.Message.Body) != w {
			return fmt.Errorf("body %q, want %q", f.Message.Body, w)
		}
		return nil
	}
}

// addsField wants the field where extra fields are free, and nothing else to
// be another byte.
func addsField(name, raw string) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		v, err := getJSON(f.Message.Body, k.composer.Scheme.Free[0]+"/"+name)
		if err != nil || v.Raw != raw {
			return fmt.Errorf("%s is %s, %v", name, v.Raw, err)
		}
		field := fmt.Sprintf("%q:%s", name, raw)
		without := strings.Replace(string(f.Message.Body), ","+field, "", 1)
		without = strings.Replace(without, field, "", 1)
		if without != string(g.Message.Body) {
			return fmt.Errorf("another body besides the field:\n%s\n%s", without, g.Message.Body)
		}
		return nil
	}
}

func padded(size int) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		if len(f.Message.Body) != size {
			return fmt.Errorf("%d bytes, want %d", len(f.Message.Body), size)
		}
		v, err := getJSON(f.Message.Body, k.composer.Scheme.Free[0]+"/hookassay_padding")
		if err != nil {
			return err
		}
		return addsField("hookassay_padding", v.Raw)(k, g, f)
	}
}

func removes(k kit, g, f Delivery) error {
	pointer := f.Faults[len(f.Faults)-1].Param.Text
	before, err := getJSON(g.Message.Body, pointer)
	after, err2 := getJSON(f.Message.Body, pointer)
	if err != nil || err2 != nil || !before.Exists() || after.Exists() || !json.Valid(f.Message.Body) {
		return fmt.Errorf("%s was %q and is %q: %s", pointer, before.Raw, after.Raw, f.Message.Body)
	}
	return nil
}

// sets wants members of the body by name and raw value in turn.
func sets(want ...string) func(kit, Delivery, Delivery) error {
	return func(_ kit, _, f Delivery) error {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(f.Message.Body, &members); err != nil {
			return err
		}
		for i := 0; i < len(want); i += 2 {
			if got := string(members[want[i]]); got != want[i+1] {
				return fmt.Errorf("%s is %s, want %s", want[i], got, want[i+1])
			}
		}
		return nil
	}
}

func stampIs(shift time.Duration) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		at := attemptAt.Add(shift)
		want := map[string]int64{"s": at.Unix(), "ms": at.UnixMilli()}[k.composer.Scheme.Timestamp.Unit]
		return stampReads(strconv.FormatInt(want, 10))(k, g, f)
	}
}

func stampReads(want string) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		if got := k.stamp(f); got != want {
			return fmt.Errorf("the timestamp is %q, want %q", got, want)
		}
		return nil
	}
}

// stampsRead wants two timestamps, so far from the attempt, in that order.
func stampsRead(first, second time.Duration) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		var got, want []string
		for _, by := range []time.Duration{first, second} {
			want = append(want, k.composer.Scheme.Timestamp.text(attemptAt.Add(by)))
		}
		for _, field := range byName(f.Message.Fields)[strings.ToLower(k.timestampHeader())] {
			for part := range strings.SplitSeq(field.Value, ",") {
				if text, ok := strings.CutPrefix(part, k.composer.Scheme.Timestamp.Member); ok {
					got = append(got, text)
				}
			}
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("the timestamps are %q, want %q", got, want)
		}
		return nil
	}
}

// authenticatedBy wants the proof to be right for the secret.
func authenticatedBy(secret func(kit) Secret) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		s := secret(k)
		if b := k.composer.Scheme.Bearer; b != nil {
			return headerIs(b.Header, b.Prefix+s.text)(k, f, f)
		}
		for _, h := range k.composer.Scheme.Signatures {
			if want := k.rightSignature(f, h, s); header(f, h.Header) != want {
				return fmt.Errorf("%s is %s, want %s", h.Header, header(f, h.Header), want)
			}
		}
		return nil
	}
}

// macIsOf wants a MAC of so many bytes under the label that is there always.
func macIsOf(size int) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		name := k.composer.Scheme.Signatures[0].Header
		v, _ := k.composer.Scheme.Signatures[0].version(k.composer.Secret.Form)
		_, encoded, ok := strings.Cut(header(f, name), v.Prefix)
		length := map[string]int{"hex": 2 * size, "base64": base64.StdEncoding.EncodedLen(size)}[v.Encoding]
		if !ok || len(encoded) != length {
			return fmt.Errorf("%s is %s, want %s and %d characters", name, header(f, name), v.Prefix, length)
		}
		return nil
	}
}

func beginsRight(k kit, g, f Delivery) error {
	name := k.composer.Scheme.Signatures[0].Header
	v, _ := k.composer.Scheme.Signatures[0].version(k.composer.Secret.Form)
	whole, part := header(g, name), header(f, name)
	if !strings.HasPrefix(whole, part) || len(part) != strings.Index(whole, v.Prefix)+len(v.Prefix)+8 {
		return fmt.Errorf("%s is %s of %s", name, part, whole)
	}
	return nil
}

func oneByteEach(role string) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		for _, name := range (&Draft{c: k.composer}).names(role) {
			if n := distance([]byte(header(g, name)), []byte(header(f, name))); n != 1 {
				return fmt.Errorf("%s differs in %d bytes: %s, %s", name, n, header(g, name), header(f, name))
			}
		}
		return nil
	}
}

// otherBytesAtTheEnd wants the decoded signature to differ in its last byte, and
// to be written as its encoding writes it.
func otherBytesAtTheEnd(k kit, g, f Delivery) error {
	decode := map[string]func(string) ([]byte, error){"base64": base64.StdEncoding.Strict().DecodeString, "hex": hex.DecodeString}
	for _, h := range k.composer.Scheme.Signatures {
		v, _ := h.version(k.composer.Secret.Form)
		_, good, _ := strings.Cut(header(g, h.Header), v.Prefix)
		_, bad, _ := strings.Cut(header(f, h.Header), v.Prefix)
		before, err := decode[v.Encoding](good)
		after, err2 := decode[v.Encoding](bad)
		end := len(before) - 1
		if err != nil || err2 != nil || distance(before, after) != 1 || before[end] == after[end] {
			return fmt.Errorf("%s: %x and %x, %v, %v", h.Header, before, after, err, err2)
		}
	}
	return nil
}

func sameButForCase(k kit, g, f Delivery) error {
	for _, h := range k.composer.Scheme.Signatures {
		v, _ := h.version(k.composer.Secret.Form)
		if before, after := header(g, h.Header), header(f, h.Header); !strings.EqualFold(before, after) || !strings.Contains(after, v.Prefix) {
			return fmt.Errorf("%s: %s and %s", h.Header, before, after)
		}
	}
	return nil
}

func tampered(_ kit, g, f Delivery) error {
	if n := distance(g.Message.Body, f.Message.Body); n != 1 || !json.Valid(f.Message.Body) {
		return fmt.Errorf("%d bytes differ: %s", n, f.Message.Body)
	}
	return nil
}

// distance counts the bytes that differ; -1 where the lengths do.
func distance(a, b []byte) int {
	if len(a) != len(b) {
		return -1
	}
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

func requestLine(method, target string) func(kit, Delivery, Delivery) error {
	return func(_ kit, _, f Delivery) error {
		want := method + " " + target + " HTTP/1.1\r\n"
		if sent := f.Request.Writes[0].Bytes; !bytes.HasPrefix(sent, []byte(want)) || f.Request.Method != method {
			return fmt.Errorf("sent as %s: %q", f.Request.Method, sent[:min(len(sent), 80)])
		}
		return nil
	}
}

// cutIn wants the whole head, half of the body, and that ending.
func cutIn(end wire.End) func(kit, Delivery, Delivery) error {
	return func(_ kit, g, f Delivery) error {
		sent := f.Request.Writes[0].Bytes
		want := len(g.Message.Head()) + len(g.Message.Body)/2
		if len(f.Request.Writes) != 1 || len(sent) != want || f.Request.End != end || !bytes.HasPrefix(g.Message.Bytes(), sent) {
			return fmt.Errorf("%d bytes of %d are sent, then %v", len(sent), want, f.Request.End)
		}
		return nil
	}
}
