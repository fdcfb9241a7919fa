package scenarios

import (
	"strings"
	"testing"
)

func TestStepsOnConnections(t *testing.T) {
	const head = "- {id: http.x, title: t, level: MUST, risk: safe, why: w, fix: f, sources: [rfc9112.pipelining], steps: [{send: c, control: true, expect: accepted}, "
	sources, err := loadSources()
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range map[string]string{
		"{send: a, pipelined: true, connection: p, expect: accepted}":                                          "",
		"{send: a, hold: 50, fault: {wire.stall: head/1s}, expect: ignored}":                                   "",
		"{send: a, pipelined: true, expect: accepted}":                                                         "pipelined goes with the connection that the steps share",
		"{send: a, pipelined: true, connection: p, control: true, expect: accepted}":                           "a control is not pipelined",
		"{send: a, hold: 51, fault: {wire.stall: head/1s}, expect: ignored}":                                   "hold is 51; it is 1 to 50",
		"{send: a, hold: 5, expect: ignored}":                                                                  "hold goes with send and the fault wire.stall",
		"{send: a, hold: 5, connection: p, fault: {wire.stall: head/1s}, expect: ignored}":                     "hold goes with send and the fault wire.stall",
		"{send: a, hold: 5, fault: {wire.stall: tail/1s}, expect: ignored}":                                    `"tail/1s"; write head or body`,
		"{send: a, fault: {wire.framing: both-lengths}, expect: ignored}":                                      "unknown framing",
		"{send: a, pipelined: true, connection: p, at_once: 4, fault: secret.wrong, expect: racing-duplicate}": "at_once needs a connection for each copy",
	} {
		_, err := document{file: "f.yaml", known: sources}.parse([]byte(head + step + "]}\n"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s\ngot  %v\nwant %s", step, err, want)
		}
	}
}

func TestWireStepsAreExplained(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"http.pipelining":      `send "one", pipelined on the connection "pipe"`,
		"http.slowloris":       `send "stalled", on 32 connections that are held until the end`,
		"http.expect-continue": "100 (Continue), or a final answer, comes before the body",
		"http.empty-200":       "an answer of 200 has a body",
		"http.chunk-hex":       "wire.framing: chunk-hex: a chunk size written as 0x…",
	} {
		for _, s := range c.Scenarios {
			if s.ID != id {
				continue
			}
			var b strings.Builder
			if err := s.Explain(&b, 200); err != nil || !strings.Contains(b.String(), want) {
				t.Errorf("%s: %v\n%s\nlacks %s", id, err, b.String(), want)
			}
		}
	}
}
