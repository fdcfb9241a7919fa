package mockprovider

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/tidwall/gjson"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// The bytes of a genuine delivery: names, their order and spelling, and values.
func TestGenuineDeliveriesAreAsWritten(t *testing.T) {
	type written struct {
		kit    kit
		faults []FaultUse
	}
	var all []written
	for _, k := range kits(t) {
		all = append(all, written{kit: k})
	}
	structured := newKit(t, "cloudevents", FormToken)
	structured.name = "cloudevents structured"
	all = append(all, written{structured, []FaultUse{text("event.mode", ModeStructured)}})
	for _, w := range all {
		name := filepath.Join("testdata", "deliveries", strings.ReplaceAll(w.kit.name, " ", "-")+".http")
		got := strings.ReplaceAll(string(w.kit.mustDeliver(t, w.faults...).Message.Bytes()), "\r\n", "\n") + "\n"
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("no delivery of %s is written down: look at the one that `go test ./mockprovider -run %s -update` writes: %v", w.kit.name, t.Name(), err)
			continue
		}
		if got != string(want) {
			t.Errorf("%s differs (-update writes it anew)\ngot\n%s\nwant\n%s", name, got, want)
		}
	}
}

// What an ordinary HTTP server reads is what was meant.
func TestDeliveriesAreHTTP(t *testing.T) {
	for _, k := range kits(t) {
		for _, faults := range [][]FaultUse{nil, {list("wire.chunked", "1", "7", "64")}} {
			d := k.mustDeliver(t, faults...)
			req := read(t, d)
			body, err := io.ReadAll(req.Body)
			if err != nil || !bytes.Equal(body, d.Message.Body) {
				t.Errorf("%s: body %q, %v; want %q", k.name, body, err, d.Message.Body)
			}
			if req.Method != "POST" || req.RequestURI != "/webhooks?tenant=7" || req.Host != "127.0.0.1:8080" {
				t.Errorf("%s: %s %s, Host %s", k.name, req.Method, req.RequestURI, req.Host)
			}
			for _, f := range d.Message.Fields {
				if f.Name != "Host" && !slices.Contains(req.Header.Values(f.Name), f.Value) {
					t.Errorf("%s: %s is %q, want %q", k.name, f.Name, req.Header.Values(f.Name), f.Value)
				}
			}
		}
	}
}

// read reads the bytes of a delivery as a server would.
func read(t *testing.T, d Delivery) *http.Request {
	t.Helper()
	var sent []byte
	for _, w := range d.Request.Writes {
		sent = append(sent, w.Bytes...)
	}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sent)))
	if err != nil {
		t.Fatalf("%v\n%s", err, sent)
	}
	return req
}

// The official SDK reads both content modes as the same event.
func TestCloudEventsModes(t *testing.T) {
	k := newKit(t, "cloudevents", FormToken)
	for _, mode := range []string{ModeBinary, ModeStructured} {
		d := k.mustDeliver(t, text("event.mode", mode))
		if d.Mode != mode {
			t.Errorf("mode is %s, want %s", d.Mode, mode)
		}
		req := read(t, d)
		e, err := cehttp.NewEventFromHTTPRequest(req)
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		if e.ID() != d.Event.ID || e.Type() != d.Event.Type || e.Source() != d.Event.Source || !e.Time().Equal(d.Event.Time) ||
			e.SpecVersion() != cloudevents.VersionV1 || e.DataContentType() != "application/json" {
			t.Errorf("%s: read as %v", mode, e)
		}
		if !bytes.Equal(e.Data(), d.Event.Body) {
			t.Errorf("%s: data is\n%s\nwant\n%s", mode, e.Data(), d.Event.Body)
		}
		wantType := map[string]string{ModeBinary: "application/json", ModeStructured: "application/cloudevents+json"}[mode]
		if got := header(d, "Content-Type"); got != wantType {
			t.Errorf("%s: Content-Type is %s, want %s", mode, got, wantType)
		}
		if mode == ModeStructured {
			if v := gjson.GetBytes(d.Message.Body, "data"); v.Raw != string(d.Event.Body) || bytes.Contains(d.Message.Body, []byte("data_base64")) {
				t.Errorf("JSON data does not stand under data as it is:\n%s", d.Message.Body)
			}
		}
		if got := header(d, "ce-id") != ""; got != (mode == ModeBinary) {
			t.Errorf("%s: ce- headers: %v", mode, got)
		}
	}
}

func TestComposerPutsInWhatTheTargetAsksFor(t *testing.T) {
	for _, k := range kits(t) {
		before := k.mustDeliver(t)
		k.composer.Extra = []wire.Field{{Name: "CF-Access-Client-Id", Value: "abc"}, {Name: "X-Tenant", Value: "7"}}
		k.composer.Origin = "other.example"
		d := k.mustDeliver(t)
		for name, want := range map[string]string{"CF-Access-Client-Id": "abc", "X-Tenant": "7", "WebHook-Request-Origin": "other.example"} {
			if got := header(d, name); got != want {
				t.Errorf("%s: %s is %q, want %q", k.name, name, got, want)
			}
		}
		k.composer.Origin = ""
		if got := header(k.mustDeliver(t), "WebHook-Request-Origin"); got != "" {
			t.Errorf("%s: origin %q, want none", k.name, got)
		}
		if !bytes.Equal(before.Message.Body, d.Message.Body) {
			t.Errorf("%s: headers changed the body", k.name)
		}
	}
}

func TestRetryIsAsTheSchemeHasIt(t *testing.T) {
	for _, k := range kits(t) {
		first := k.mustDeliver(t)
		later, err := k.composer.Compose(first.Event, attemptAt.Add(time.Minute), nil)
		if err != nil {
			t.Fatal(err)
		}
		same := bytes.Equal(first.Message.Bytes(), later.Message.Bytes())
		if want := k.composer.Scheme.Retry == RetrySame; same != want {
			t.Errorf("%s: the retry has the same bytes: %v, want %v", k.name, same, want)
		}
		if later.SentID != first.SentID || !bytes.Equal(later.Message.Body, first.Message.Body) || len(later.Expected) > 0 {
			t.Errorf("%s: the retry is another event, or wrong: %v", k.name, later.Expected)
		}
	}
}

func TestRepeatKeepsTheBytes(t *testing.T) {
	for _, k := range kits(t) {
		for _, faults := range [][]FaultUse{
			nil,
			{plain("secret.wrong")},
			{list("wire.chunked", "3"), pairsOf("header.set", "X-New", "1")},
			{plain("body.cut"), plain("wire.http2")},
		} {
			first := k.mustDeliver(t, faults...)
			again, err := k.composer.Repeat(first, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := changes(first, again); len(got) > 0 {
				t.Errorf("%s, %v: the repetition differs in %v", k.name, faults, got)
			}
			if again.SentID != first.SentID || !again.At.Equal(first.At) || !slices.Equal(again.Expected, first.Expected) || again.Faults != nil {
				t.Errorf("%s, %v: repeated as %+v", k.name, faults, again)
			}
		}
	}
}

// How the first was put on the wire is no part of its message.
func TestRepeatIsWholeAfterACut(t *testing.T) {
	k := newKit(t, "github", FormUTF8)
	genuine := k.mustDeliver(t)
	for _, fault := range []FaultUse{text("wire.cut-off", "reset"), text("wire.hang-up", "1ms")} {
		again, err := k.composer.Repeat(k.mustDeliver(t, fault), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := changes(genuine, again); len(got) > 0 {
			t.Errorf("after %s the repetition differs in %v", fault, got)
		}
	}
}

func TestRepeatAltersAgain(t *testing.T) {
	k := newKit(t, "standard-webhooks", FormWhsec)
	first := k.mustDeliver(t)
	before := snapshot(first)
	for _, tt := range []struct {
		fault FaultUse
		want  []string
	}{
		{plain("body.tamper"), []string{"body"}},
		{plain("id.tamper"), []string{"header webhook-id"}},
		{pairsOf("header.set", "User-Agent", "other", "X-New", "1"), []string{"header user-agent", "header x-new"}},
		{list("header.remove", "{signatures}"), []string{"header webhook-signature"}},
		{list("header.upper", "{id}"), []string{"spelling webhook-id"}},
		{text("request.method", "PUT"), []string{"method"}},
		{list("wire.chunked", "9"), []string{"chunks"}},
		{text("wire.hang-up", "5ms"), []string{"hang-up"}},
	} {
		again, err := k.composer.Repeat(first, []FaultUse{tt.fault})
		if err != nil {
			t.Fatal(err)
		}
		if got := changes(first, again); !slices.Equal(got, tt.want) {
			t.Errorf("%s changes %v, want %v", tt.fault, got, tt.want)
		}
		if header(again, "webhook-id") != again.SentID {
			t.Errorf("%s: sent id %s beside %s", tt.fault, again.SentID, header(again, "webhook-id"))
		}
		if after := snapshot(first); after != before {
			t.Fatalf("%s altered the first delivery too:\n%s\n%s", tt.fault, before, after)
		}
	}
	if _, err := k.composer.Repeat(first, []FaultUse{list("header.remove", "X-Absent")}); err == nil {
		t.Error("a fault that finds nothing repeats")
	}
}

func snapshot(d Delivery) string {
	b, _ := json.Marshal([]any{d.Message, d.Event.ID, d.SentID, string(d.Event.Body)})
	return string(b)
}

func TestSentID(t *testing.T) {
	for _, k := range append(kits(t), ownKit(t)) {
		if d := k.mustDeliver(t); d.SentID != d.Event.ID {
			t.Errorf("%s: %s was sent of %s", k.name, d.SentID, d.Event.ID)
		}
		if !k.composer.Scheme.Has("id", k.composer.Secret) {
			continue
		}
		other := k.mustDeliver(t, pairsOf("header.set", "{id}", "other-{id}"))
		if want := "other-" + other.Event.ID; other.SentID != want {
			t.Errorf("%s: %s was sent, not %s", k.name, other.SentID, want)
		}
		for _, name := range []string{"header.remove", "header.empty"} {
			if d := k.mustDeliver(t, list(name, "{id}")); d.SentID != "" {
				t.Errorf("%s: without a header the id is %s: nobody could know the event by it", k.name, d.SentID)
			}
		}
	}
	structured := newKit(t, "cloudevents", FormToken).mustDeliver(t, text("event.mode", ModeStructured))
	if structured.SentID != structured.Event.ID || !strings.Contains(string(structured.Message.Body), structured.SentID) {
		t.Errorf("structured: %s was sent of %s", structured.SentID, structured.Event.ID)
	}
}

// Faults of different stages act in the order of the stages, however they are
// listed.
func TestStagesGoBeforeListing(t *testing.T) {
	for _, tt := range []struct {
		kit    kit
		faults []FaultUse
	}{
		{newKit(t, "standard-webhooks", FormWhsec), []FaultUse{
			plain("event.unknown-type"), text("body.append", " "), text("timestamp.shift", "past+30s"),
			plain("secret.wrong"), text("timestamp.tamper", "-10s"), list("wire.chunked", "5"),
		}},
		{newKit(t, "cloudevents", FormToken), []FaultUse{
			text("event.source", "https://x.example/"), text("event.mode", ModeStructured), text("body.free-field", "[1]"),
			text("bearer.value", "bearer {secret}"), text("request.query", "a=b"), text("wire.cut-off", "close"),
		}},
		{newKit(t, "github", FormUTF8), []FaultUse{
			text("event.type", "ping"), plain("body.pretty"), text("signature.value", "{prefix}{good:8}"),
			plain("body.tamper"), plain("wire.http2"),
		}},
	} {
		want := tt.kit.mustDeliver(t, tt.faults...)
		orders := 0
		permute(slices.Clone(tt.faults), func(faults []FaultUse) {
			orders++
			if got := changes(want, tt.kit.mustDeliver(t, faults...)); len(got) > 0 {
				t.Errorf("%s: %v differs in %v", tt.kit.name, faults, got)
			}
		})
		if orders < 100 {
			t.Errorf("only %d orders were tried", orders)
		}
	}
}

// permute calls visit with every order of the faults (Heap's algorithm).
func permute(faults []FaultUse, visit func([]FaultUse)) {
	var generate func(int)
	generate = func(n int) {
		if n <= 1 {
			visit(faults)
			return
		}
		for i := range n {
			generate(n - 1)
			j := 0
			if n%2 == 0 {
				j = i
			}
			faults[j], faults[n-1] = faults[n-1], faults[j]
		}
	}
	generate(len(faults))
}

// Within a stage the order listed is the order of acting.
func TestListingOrderWithinAStage(t *testing.T) {
	k := newKit(t, "github", FormUTF8)
	ab := k.mustDeliver(t, text("body.append", "a"), text("body.append", "b"))
	if !bytes.HasSuffix(ab.Message.Body, []byte("ab")) {
		t.Errorf("the body ends with %q", ab.Message.Body[len(ab.Message.Body)-2:])
	}
}

func TestFilling(t *testing.T) {
	f := filling{prefix: "v1,", separator: " ", timestamp: "17", good: "abcdefgh", bad: "ijklmnop"}
	for template, want := range map[string]string{
		"{prefix}{good}":                 "v1,abcdefgh",
		"{label}|{good:3}|{good:8}":      "v1|abc|abcdefgh",
		"{prefix}{bad} {prefix}{good}":   "v1,ijklmnop v1,abcdefgh",
		"v9,{good}":                      "v9,abcdefgh",
		"{prefix}éé{good:1}":             "v1,ééa",
		"{good:9}":                       "abcdefgh",
		"{prefix}{bad}{line}{good}":      "v1,ijklmnop\nabcdefgh",
		"{capital}{good:2}{fill:3}":      "V1,abAAA",
		"{prefix:v9}{bad:2}{separator}":  "v9,ij ",
		"{timestamp}{prefix}":            "17v1,",
		"{untimed}{prefix}":              "v1,",
		"{good:-2}":                      "abcdef",
		"nothing of the right":           "nothing of the right",
		"{prefix}{prefix}{good}{good:2}": "v1,v1,abcdefghab",
	} {
		if got, err := f.fill(template); got != want || err != nil {
			t.Errorf("%s becomes %s, want %s, %v", template, got, want, err)
		}
	}
	f = filling{prefix: "v1=", separator: ",", stamp: "t=17,", timestamp: "17", good: "ab", bad: "cd"}
	for template, want := range map[string]string{
		"{prefix}{good}":                         "t=17,v1=ab",
		"{prefix}{bad}{separator}{prefix}{good}": "t=17,v1=cd,v1=ab",
		"{prefix:v0}{good}":                      "t=17,v0=ab",
		"{prefix}{good}{separator}t={timestamp}": "v1=ab,t=17",
		"{untimed}{prefix}{good}":                "v1=ab",
	} {
		if got, err := f.fill(template); got != want || err != nil {
			t.Errorf("with the timestamp as a member, %s becomes %s, want %s, %v", template, got, want, err)
		}
	}
	for template, want := range map[string]string{
		"{god}":          "{god}: there is no such placeholder",
		"{good:x}":       "{good:x}: there is no such form",
		"{previous}":     "{previous}: there is no such placeholder, or nothing to put there",
		"{good:upper}":   "{good:upper}: nothing there to alter",
		"{fill:0}":       "{fill:0}: write {fill:N}, with a number from 1 to 1048576",
		"{good:+0}":      "{good:+0}: there is no such form",
		"{bad:nopad}!!!": "{bad:nopad}: ",
	} {
		digits := filling{prefix: "v1=", encoding: "hex", good: "00", bad: "zz"}
		if got, err := digits.fill(template); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s becomes %s, %v, want the error %s", template, got, err, want)
		}
	}
}

// What would have been sent without the faults is what is sent without them.
func TestGenuineIsTheDeliveryWithoutFaults(t *testing.T) {
	for _, k := range kits(t) {
		plainly := k.mustDeliver(t)
		if plainly.Genuine.Method != "" {
			t.Errorf("%s: a delivery without faults deviates from %+v", k.name, plainly.Genuine)
		}
		for _, faults := range [][]FaultUse{
			{plain("secret.wrong"), text("body.pad", "4096")},
			{pairsOf("header.set", "User-Agent", "other"), list("wire.chunked", "3")},
			{text("wire.flood", "1000000"), list("header.remove", "{credentials}")},
		} {
			d := k.mustDeliver(t, faults...)
			if !bytes.Equal(d.Genuine.Bytes(), plainly.Message.Bytes()) || bytes.Equal(d.Genuine.Bytes(), d.Message.Bytes()) {
				t.Errorf("%s, %v: without the faults it would be\n%s\nwant\n%s", k.name, faults, d.Genuine.Bytes(), plainly.Message.Bytes())
			}
			again, err := k.composer.Repeat(d, []FaultUse{text("request.method", "PUT")})
			if err != nil || !bytes.Equal(again.Genuine.Bytes(), d.Message.Bytes()) {
				t.Errorf("%s: repeated from\n%s, %v\nwant\n%s", k.name, again.Genuine.Bytes(), err, d.Message.Bytes())
			}
			if again, err = k.composer.Repeat(d, nil); err != nil || again.Genuine.Method != "" {
				t.Errorf("%s: repeated byte for byte it deviates from %+v, %v", k.name, again.Genuine, err)
			}
		}
	}
}

// Which event it is and how it is rendered deviates from nothing.
func TestGenuineKeepsEventAndMode(t *testing.T) {
	k := newKit(t, "cloudevents", FormToken)
	choice := []FaultUse{text("event.mode", ModeStructured), text("event.type", "other.happened")}
	d := k.mustDeliver(t, choice...)
	if !bytes.Equal(d.Genuine.Bytes(), d.Message.Bytes()) {
		t.Errorf("a choice deviates:\n%s\nfrom\n%s", d.Message.Bytes(), d.Genuine.Bytes())
	}
	forged := k.mustDeliver(t, append(choice, plain("secret.wrong"))...)
	if !bytes.Equal(forged.Genuine.Bytes(), d.Message.Bytes()) {
		t.Errorf("forged, it deviates from\n%s\nwant\n%s", forged.Genuine.Bytes(), d.Message.Bytes())
	}
}

// An id that a fault made up may be another event's, too: nobody can say by it
// what became of this one.
func TestAMadeUpIDInTheBodyTellsNothing(t *testing.T) {
	k := newKit(t, "stripe", FormUTF8)
	for _, id := range []string{`"x"`, `""`, "7"} {
		if d := k.mustDeliver(t, pairsOf("body.set", "/id", id)); d.SentID != "" {
			t.Errorf("with %s for an id, the event is known as %q", id, d.SentID)
		}
	}
	if d := k.mustDeliver(t); d.SentID != d.Event.ID {
		t.Errorf("a genuine event is known as %q, not %q", d.SentID, d.Event.ID)
	}
	longer := k.mustDeliver(t, pairsOf("body.set", "/id", strconv.Quote(k.mustDeliver(t).Event.ID+"'")))
	if longer.SentID != longer.Event.ID+"'" {
		t.Errorf("an id that holds what is fresh is known as %q", longer.SentID)
	}
}
