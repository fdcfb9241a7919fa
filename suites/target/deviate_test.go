package target

import (
	"strings"
	"testing"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

func TestDeviations(t *testing.T) {
	redact := transcript.NewRedactor([]mockprovider.Sensitive{{Kind: "secret", Place: "current", As: "text", Value: "sesame"}})
	message := func(change func(*wire.Message)) wire.Message {
		m := wire.Message{Method: "POST", Target: "/hooks", Body: []byte(`{"a":1}`), Fields: []wire.Field{{Name: "Host", Value: "x"}, {Name: "Auth", Value: "Bearer sesame"}}}
		change(&m)
		return m
	}
	long := strings.Repeat("x", maxRequestBody)
	for _, tt := range []struct {
		name          string
		genuine, sent func(*wire.Message)
		want          []transcript.Deviation
	}{
		{"none", nil, nil, nil},
		{"method", nil, func(m *wire.Message) { m.Method = "PUT" }, []transcript.Deviation{{Where: "request line", Genuine: "POST /hooks HTTP/1.1", Sent: "PUT /hooks HTTP/1.1"}}},
		{"a header of another value, redacted", nil, func(m *wire.Message) { m.Fields[1].Value = "Basic sesame" },
			[]transcript.Deviation{{Where: "Auth", Genuine: "Auth: Bearer [redacted:secret:current:text]", Sent: "Auth: Basic [redacted:secret:current:text]"}}},
		{"a header's case", nil, func(m *wire.Message) { m.Fields[0].Name = "HOST" }, []transcript.Deviation{{Where: "Host", Genuine: "Host: x", Sent: "HOST: x"}}},
		{"a header twice", nil, func(m *wire.Message) { m.Fields = append(m.Fields, m.Fields[0]) }, []transcript.Deviation{{Where: "Host", Genuine: "Host: x", Sent: "Host: x\nHost: x"}}},
		{"a header less", nil, func(m *wire.Message) { m.Fields = m.Fields[:1] }, []transcript.Deviation{{Where: "Auth", Genuine: "Auth: Bearer [redacted:secret:current:text]"}}},
		{"body", nil, func(m *wire.Message) { m.Body = []byte(`{"a":2}`) }, []transcript.Deviation{{Where: "body", Genuine: `{"a":1}`, Sent: `{"a":2}`}}},
		{"body of no text", nil, func(m *wire.Message) { m.Body = []byte("{\"a\":\xff}") }, []transcript.Deviation{{Where: "body", Genuine: `{"a":1}`, Sent: `{"a":\xff}`}}},
		{"body of no text, for a text of U+FFFD", func(m *wire.Message) { m.Body = []byte("{\"a\":\"\uFFFD\"}") }, func(m *wire.Message) { m.Body = []byte("{\"a\":\"\xff\"}") },
			[]transcript.Deviation{{Where: "body", Genuine: "{\"a\":\"\uFFFD\"}", Sent: `{"a":"\xff"}`}}},
		{"body, beyond what is kept", func(m *wire.Message) { m.Body = []byte(long + "yy") }, func(m *wire.Message) { m.Body = []byte(long + "zzz") },
			[]transcript.Deviation{{Where: "body", Genuine: "16386 bytes", Sent: "16387 bytes"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			change := func(f func(*wire.Message)) func(*wire.Message) {
				if f == nil {
					return func(*wire.Message) {}
				}
				return f
			}
			got := deviations(message(change(tt.genuine)), message(change(tt.sent)), redact)
			got = withoutLength(got)
			if len(got) != len(tt.want) {
				t.Fatalf("got %+v, want %+v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("got %+v, want %+v", got[i], tt.want[i])
				}
			}
		})
	}
}

// withoutLength leaves out what follows from another body.
func withoutLength(all []transcript.Deviation) []transcript.Deviation {
	var kept []transcript.Deviation
	for _, d := range all {
		if d.Where != "Content-Length" {
			kept = append(kept, d)
		}
	}
	return kept
}
