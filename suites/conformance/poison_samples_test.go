package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/suites/target"
)

// A poison is how, in a scheme, an event that can be processed becomes one that
// cannot.
type poison struct {
	typ      string
	old, new string // in the body
	events   string // what the target file says of the samples
}

var poisons = map[string]poison{
	"standard-webhooks": {"invoice.paid", `"currency":"eur"`, `"currency":"XXX"`, `type: /type, set: {/data/id: "in_{unique}"}`},
	"stripe":            {"invoice.paid", `"currency": "eur"`, `"currency": "XXX"`, `id: /id, type: /type, set: {/data/object/id: "in_{unique}"}`},
	"cloudevents":       {"com.example.invoice.paid", `"currency":"eur"`, `"currency":"XXX"`, `set: {/invoice: "in_{unique}"}`},
	"github":            {"issues", `"sender":{"login":"Codertocat"`, `"sender":{"login":"ghost"`, `set: {/issue/title: "{unique}"}`},
}

// durableWithPoison is a durable receiver whose owner gives samples, one of
// which cannot be processed.
func durableWithPoison(t testing.TB, s setting, variants []string, flaws ...string) *target.Target {
	t.Helper()
	dir, p := t.TempDir(), poisons[s.scheme]
	b, err := os.ReadFile(filepath.Join("../../mockprovider/templates", s.scheme, p.typ+".json"))
	if err != nil {
		t.Fatal(err)
	}
	sample := strings.NewReplacer("{unique}", "1", "{id}", "evt_1", "{number}", "1",
		"{now}", "2026-03-01T12:00:00Z", "{now_unix}", "1772366400", "{sha}", strings.Repeat("a", 40)).Replace(string(b))
	for name, body := range map[string]string{"samples": sample, "poison": strings.ReplaceAll(sample, p.old, p.new)} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, p.typ+".json"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	told := fmt.Sprintf("events: {api: {listen: \"127.0.0.1:0\"}, files: samples/*.json, poison: poison/%s.json, %s}\n", p.typ, p.events)
	return controlled(t, s, dir, told, onDisk(dir, variants, flaws))
}
