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

// presses are the schemes with every form of secret.
var presses = []struct {
	name, scheme string
	form         SecretForm
}{
	{"v1", "standard-webhooks", FormWhsec},
	{"v1a", "standard-webhooks", FormWhsk},
	{"github", "github", FormUTF8},
	{"cloudevents binary", "cloudevents", FormToken},
	{"id in the body", "testdata/own/slack.yaml", FormUTF8},
}

func pressParts(t testing.TB, schemeName string, form SecretForm, samples *Samples) (*Maker, *Composer) {
	t.Helper()
	scheme, err := FindScheme(schemeName)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMaker(scheme, samples, 42, "a nonce")
	return m, &Composer{
		Scheme: scheme, Secret: SecretFromBytes(form, [32]byte{1, 2, 3}), Foreign: m.Foreign(form),
		Host: "127.0.0.1:8080", Path: "/webhooks?tenant=7", Origin: scheme.Origin,
	}
}

func TestPressIsTheComposer(t *testing.T) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	for _, c := range presses {
		t.Run(c.name, func(t *testing.T) {
			m, composer := pressParts(t, c.scheme, c.form, nil)
			press, err := NewPress(m, composer, "load/smoke/")
			if err != nil {
				t.Fatal(err)
			}
			for i, n := range []int{0, 1, 9, 10, 99_999, 1 << 40} {
				happened := at.Add(-time.Duration(i) * 777 * time.Millisecond)
				e, err := m.Make(EventSpec{Key: fmt.Sprint("load/smoke/", n), Now: happened})
				if err != nil {
					t.Fatal(err)
				}
				if id := press.AppendID(nil, n); string(id) != e.ID {
					t.Errorf("id of %d is %s, the maker's is %s", n, id, e.ID)
				}
				for _, forged := range []bool{false, true} {
					samePressed(t, composer, press.Clone(), e, n, happened, at, forged)
					samePressed(t, composer, press, e, n, happened, at, forged)
				}
			}
		})
	}
}

func samePressed(t *testing.T, c *Composer, p *Press, e Event, n int, happened, at time.Time, forged bool) {
	t.Helper()
	var faults []FaultUse
	if forged {
		faults = []FaultUse{{Name: "secret.wrong"}}
	}
	d, err := c.Compose(e, at, faults)
	if err != nil {
		t.Fatal(err)
	}
	before := []byte("what was there before")
	got := p.AppendRequest(bytes.Clone(before), n, happened, at, forged)
	if want := append(before, d.Message.Bytes()...); !bytes.Equal(got, want) {
		t.Errorf("event %d, forged %v\npressed  %q\ncomposed %q", n, forged, got, want)
	}
}

func TestPressStampsSamples(t *testing.T) {
	write := func(t *testing.T, body string) *Samples {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "invoice.paid.json"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &Samples{Set: map[string]string{"/id": "in_{canary}", "/created": "{now_unix}", "/n": "{number}"}}
		if err := s.Load(filepath.Join(dir, "*.json"), false); err != nil {
			t.Fatal(err)
		}
		return s
	}
	samples := write(t, `{"type":"invoice.paid","id":"","created":0,"n":0,"ref":"{sha}{/sha}","at":"2001-09-08","pad":"`+strings.Repeat("ü", 3000)+`"}`)
	m, c := pressParts(t, "standard-webhooks", FormWhsec, samples)
	press, err := NewPress(m, c, "load/own/")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	e, err := m.Make(EventSpec{Key: "load/own/5", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	samePressed(t, c, press, e, 5, now, now, false)
}

func TestPressTellsWhatCannotBeComposed(t *testing.T) {
	m, c := pressParts(t, "standard-webhooks", FormWhsec, nil)
	m.Prefer("contact.created")
	m.scheme = &Scheme{Name: "none", ID: Identity{Form: "{unique}"}, Events: []string{"contact.created"}}
	if _, err := NewPress(m, c, "load/"); err == nil {
		t.Error("a scheme without templates made a press")
	}
}

func TestPressAllocatesLittle(t *testing.T) {
	m, c := pressParts(t, "standard-webhooks", FormWhsec, nil)
	press, err := NewPress(m, c, "load/smoke/")
	if err != nil {
		t.Fatal(err)
	}
	dst, now, n := make([]byte, 0, 4096), time.Now(), 0
	allocs := testing.AllocsPerRun(200, func() {
		dst = press.AppendRequest(dst[:0], n, now, now, n%2 == 0)
		n++
	})
	if allocs > 1 {
		t.Errorf("%v allocations a delivery", allocs)
	}
}

func BenchmarkPress(b *testing.B) {
	for _, c := range presses {
		b.Run(c.name, func(b *testing.B) {
			m, composer := pressParts(b, c.scheme, c.form, nil)
			press, err := NewPress(m, composer, "load/smoke/")
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			dst, now, n := []byte(nil), time.Now(), 0
			for b.Loop() {
				dst = press.AppendRequest(dst[:0], n, now, now, false)
				n++
			}
		})
	}
}
