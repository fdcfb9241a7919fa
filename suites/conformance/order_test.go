package conformance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
)

// objects say what the reference receiver makes of each scheme's events.
var objects = map[string]target.State{
	"standard-webhooks": {Object: "/data/id", After: []target.Stage{{Type: "invoice.created", Is: "open"}, {Type: "invoice.paid", Is: "paid"}}},
	"stripe":            {Object: "/data/object/id", After: []target.Stage{{Type: "invoice.created", Is: "open"}, {Type: "invoice.paid", Is: "paid"}}},
	"cloudevents":       {Object: "/invoice", After: []target.Stage{{Type: "com.example.invoice.created", Set: map[string]string{"/invoice": "in_{unique}"}, Is: "open"}, {Type: "com.example.invoice.paid", Is: "paid"}}},
	"github": {Object: "/issue/id", After: []target.Stage{
		{Type: "issues", Set: map[string]string{"/action": "opened"}, Is: "open"}, {Type: "issues", Set: map[string]string{"/action": "closed"}, Is: "closed"},
	}},
}

// ordersAt grades order at the reference receiver with flaws.
func ordersAt(t *testing.T, s setting, flaws ...string) map[string]reports.Scenario {
	t.Helper()
	url, r := serve(t, s, flaws...)
	tgt, err := target.New(target.Settings{URL: url, Scheme: s.scheme, Secret: s.secret})
	if err != nil {
		t.Fatal(err)
	}
	state := objects[s.scheme]
	if state.Probe, err = target.NewHTTPState(strings.TrimSuffix(url, "/webhooks")+"/states/{object}", ""); err != nil {
		t.Fatal(err)
	}
	tgt.State, tgt.Probes = &state, []target.Probe{target.Func(r.Count)}
	tgt.Timeouts.Effect = time.Second
	return gradeKeeper(t, tgt, ordered...)
}

func TestOrderAtTheReferenceReceiver(t *testing.T) {
	for _, s := range settings {
		if s.String() == "standard-webhooks-v1a" { // the form of the secret has nothing to do with it
			continue
		}
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			passed := 0
			for id, x := range ordersAt(t, s) {
				if x.Verdict != reports.Pass && x.Verdict != reports.NotApplicable {
					t.Errorf("%s is %s: %s", id, x.Verdict, x.Reason)
				}
				if x.Verdict == reports.Pass {
					passed++
				}
			}
			if passed < 5 {
				t.Errorf("only %d scenarios were played", passed)
			}
		})
	}
}

// Every scenario finds a flaw, and every flaw is found by the one meant for it.
func TestFlawsOfOrder(t *testing.T) {
	for flaw, kills := range map[string][]string{
		"refuses-older":         {"order.reversed", "order.older-after-newer", "order.interleaved", "order.duplicate-of-older"},
		"last-write-wins":       {"order.older-after-newer", "order.interleaved"},
		"state-racy":            {"order.interleaved"},
		"update-without-insert": {"order.missing-predecessor", "order.older-after-newer", "order.interleaved"},
		"duplicate-restates":    {"order.duplicate-of-older"},
		"same-time-dropped":     {"order.same-time"},
		"unique-transition":     {"idem.other-event-same-transition"},
	} {
		for _, s := range settings[1:] {
			if s.scheme == "standard-webhooks" {
				s = settings[0]
			}
			if flaw == "same-time-dropped" && s.scheme == "github" {
				continue // its events do not tell when they happened
			}
			t.Run(flaw+"/"+s.scheme, func(t *testing.T) {
				t.Parallel()
				related := strings.Join(kills, " ")
				for id, x := range ordersAt(t, s, flaw) {
					found := x.Verdict == reports.Fail || x.Verdict == reports.Warn
					switch {
					case x.Verdict == reports.NotApplicable:
					case id == kills[0] && !found:
						t.Errorf("%s is %s: %s", id, x.Verdict, x.Reason)
					case x.Verdict != reports.Pass && !strings.Contains(related, id):
						t.Errorf("%s is %s: %s", id, x.Verdict, x.Reason)
					}
				}
			})
		}
	}
}
