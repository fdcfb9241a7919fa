package target

import (
	"strings"
	"testing"
)

func TestNoExec(t *testing.T) {
	c, err := parseText("effects:\n  seen: {http: {url: \"http://127.0.0.1/{id}\"}}\n  ledger: {exec: {command: [count, \"{id}\"]}}\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.With(Overrides{}); err != nil {
		t.Errorf("refused without the flag: %v", err)
	}
	if _, err := c.With(Overrides{NoExec: true}); err == nil || !strings.HasPrefix(err.Error(), "hookassay.yaml:3:12: effects.ledger runs commands, and --no-exec forbids it") {
		t.Errorf("got %v", err)
	}
	if _, err := c.With(Overrides{NoExec: true, EffectsHTTP: "http://127.0.0.1/{id}"}); err != nil {
		t.Errorf("refused, though a flag stands in for the command: %v", err)
	}
}
