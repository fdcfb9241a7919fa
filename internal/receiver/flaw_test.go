package receiver

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A probe shows one flaw: what it sends has one outcome at the correct receiver
// and another at the flawed one. An outcome is the answers' statuses and what
// else the probe noted, and then the effects.
type probe struct {
	flaw            string
	send            func(s *site, event func(id string) *message)
	correct, flawed string
	byScheme        map[string]string // flawed, where it differs
	correctBy       map[string]string // correct, where it differs
	secrets         []string          // instead of the usual ones
	adapt           func(cfg *Config, scheme string)
	bubble          bool     // with a fake clock, the handler called directly
	schemes         []string // only these of the flaw's
	effects         func(map[string]int) string
}

const (
	taken     = "202 map[a:1]"
	refused   = "401 map[]"
	malformed = "400 map[]"
	crash     = "500 map[]"
	silence   = "closed map[]"
)

func TestEveryFlawShows(t *testing.T) {
	shown := map[string]bool{}
	for _, p := range probes {
		shown[p.flaw] = shown[p.flaw] || p.correct != p.flawed
	}
	for _, f := range Flaws() {
		if len(f.Needs()) > 0 {
			continue // TestNeedyFlaws
		}
		if !shown[f.Name] {
			t.Errorf("no probe shows the flaw %s", f.Name)
		}
		for _, scheme := range f.Schemes {
			for _, p := range probes {
				if p.flaw == f.Name && (p.schemes == nil || slices.Contains(p.schemes, scheme)) {
					t.Run(f.Name+"/"+scheme, func(t *testing.T) { p.run(t, scheme) })
				}
			}
		}
	}
}

func (p probe) run(t *testing.T, scheme string) {
	correct, flawed := cmp.Or(p.correctBy[scheme], p.correct), cmp.Or(p.byScheme[scheme], p.flawed)
	for _, receiver := range []struct {
		flaws []string
		want  string
	}{{nil, correct}, {[]string{p.flaw}, flawed}} {
		if p.bubble {
			synctest.Test(t, func(t *testing.T) { p.play(t, scheme, receiver.flaws, receiver.want) })
		} else {
			p.play(t, scheme, receiver.flaws, receiver.want)
		}
	}
}

func (p probe) play(t *testing.T, scheme string, flaws []string, want string) {
	t.Helper()
	cfg := for1(scheme, flaws...)
	if p.secrets != nil {
		cfg.Secrets = map[string][]string{scheme: p.secrets}
	}
	if p.adapt != nil {
		p.adapt(&cfg, scheme)
	}
	var s *site
	if p.bubble {
		start := time.Now()
		cfg.Now = func() time.Time { return testNow.Add(time.Since(start)) }
		s = &site{t: t, r: newReceiver(t, cfg)}
	} else {
		s = open(t, cfg)
	}
	p.send(s, func(id string) *message { return genuine(scheme, id) })
	got := s.outcome()
	if p.effects != nil {
		got = strings.TrimSpace(strings.Join(s.seen, " ") + " " + p.effects(s.close()))
	}
	if got != want {
		t.Errorf("flaws %v: got %q, want %q", flaws, got, want)
	}
}

func TestFlawsAreDescribed(t *testing.T) {
	flaws := Flaws()
	names := map[string]bool{}
	for i, f := range flaws {
		if f.Summary == "" || !strings.HasPrefix(f.Defect, "https://") || len(f.Schemes) == 0 {
			t.Errorf("%s is not described: %+v", f.Name, f)
		}
		if names[f.Name] {
			t.Errorf("two flaws are called %s", f.Name)
		}
		names[f.Name] = true
		if i > 0 && flaws[i-1].Name > f.Name {
			t.Errorf("%s stands before %s", flaws[i-1].Name, f.Name)
		}
	}
	flaws[0].Schemes[0] = "changed"
	if slices.Contains(Flaws()[0].Schemes, "changed") {
		t.Error("the list can be changed from outside")
	}
}

func TestFlawsCompose(t *testing.T) {
	s := open(t, for1(StandardWebhooks, "never-verifies", "no-dedupe", "processes-twice"))
	s.post(genuine(StandardWebhooks, "a").forged())
	s.post(genuine(StandardWebhooks, "a").forged())
	if got, want := s.outcome(), "202 202 map[a:4]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A flaw must not break what it is not about: genuine deliveries still come
// through, or nothing could be said about the rest.
func TestFlawedReceiversTakeGenuineDeliveries(t *testing.T) {
	exempt := []string{"refuses-everything", "structured-only", "processes-twice", "empty-200"}
	for _, f := range Flaws() {
		if slices.Contains(exempt, f.Name) || slices.Contains(f.Needs(), NeedsData) {
			continue
		}
		for _, scheme := range f.Schemes {
			t.Run(f.Name+"/"+scheme, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &site{t: t, r: newReceiver(t, for1(scheme, f.Name))}
					s.post(genuine(scheme, "a"))
					if got := s.outcome(); got != taken {
						t.Errorf("got %q, want %q", got, taken)
					}
				})
			})
		}
	}
}
