package target_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

func TestHTTPStates(t *testing.T) {
	type states = map[string]string
	for _, c := range []struct {
		name, pointer string
		status        int
		body          string
		want          states
		says          string // an error
	}{
		{"a text", "", 200, `{"state": "paid"}`, states{"in_1/?": "paid"}, ""},
		{"deeper", "/data/status", 200, `{"data": {"status": "open"}}`, states{"in_1/?": "open"}, ""},
		{"missing", "", 200, `{}`, states{}, ""},
		{"null", "", 200, `{"state": null}`, states{}, ""},
		{"empty", "", 200, `{"state": ""}`, states{}, ""},
		{"not found", "", 404, "no JSON", states{}, ""},
		{"a number", "", 200, `{"state": 1}`, nil, "what stands at /state is no text"},
		{"a list", "", 200, `["paid"]`, nil, "no object to look"},
		{"long", "", 200, `{"state": "` + strings.Repeat("x", 201) + `"}`, nil, "has 201 bytes"},
		{"no JSON", "", 200, "paid", nil, "did not answer with JSON"},
		{"broken", "", 500, `{"state": "paid"}`, nil, "answered 500"},
		{"elsewhere", "", 302, `{"state": "paid"}`, nil, "redirects (302)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := ""
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r.URL.Path
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			defer srv.Close()
			p, err := target.NewHTTPState(srv.URL+"/states/{object}", c.pointer)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.States(t.Context(), []string{"in_1/?"})
			if asked != "/states/in_1/?" {
				t.Errorf("asked for %s", asked)
			}
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v does not say %q", err, c.says)
				}
				return
			}
			if err != nil || !maps.Equal(got, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestNewHTTPStateRefuses(t *testing.T) {
	for _, c := range []struct{ url, pointer, says string }{
		{"", "", "is no URL"},
		{"ftp://127.0.0.1/{object}", "", "is no URL"},
		{"http://127.0.0.1/states", "", "has no {object}"},
		{"http://127.0.0.1/states?token=hunter2hunter2", "", "has no {object}"},
		{"http://127.0.0.1/states/{object}", "state", "is no JSON pointer"},
	} {
		_, err := target.NewHTTPState(c.url, c.pointer)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s, %s: %v does not say %q", c.url, c.pointer, err, c.says)
		}
	}
}

// changing is in one state after the other.
type changing struct {
	start time.Time
	at    map[time.Duration]string // from then on
	fails time.Duration            // from then on it cannot be asked; 0: never
}

func (p changing) Describe() target.Description { return target.Description{Kind: "changing"} }

func (p changing) States(_ context.Context, objects []string) (map[string]string, error) {
	since, latest, out := time.Since(p.start), time.Duration(-1), map[string]string{}
	if p.fails > 0 && since >= p.fails {
		return nil, errors.New("connection refused")
	}
	for from, state := range p.at {
		if from <= since && from > latest {
			latest, out[objects[0]] = from, state
		}
	}
	return out, nil
}

func TestStatesSettle(t *testing.T) {
	const effect = 2 * time.Second
	for _, c := range []struct {
		name    string
		at      map[time.Duration]string
		slowest time.Duration
		fails   time.Duration
		want    string
		stable  bool
		error   string
		min     time.Duration // that it takes
		max     time.Duration
	}{
		{"there at once", map[time.Duration]string{0: "paid"}, 0, 0, "paid", true, "", quiet, quiet + 50*ms},
		{"there soon", map[time.Duration]string{0: "open", 500 * ms: "paid"}, 0, 0, "paid", true, "", 800 * ms, 900 * ms},
		{"undone soon", map[time.Duration]string{0: "paid", 200 * ms: "open"}, 0, 0, "open", true, "", effect, effect + 600*ms},
		{"undone while effects are slow", map[time.Duration]string{0: "paid", 500 * ms: "open"}, 300 * ms, 0, "open", true, "", effect, effect + 900*ms},
		{"never there", map[time.Duration]string{0: "open"}, 0, 0, "open", true, "", effect + quiet, effect + quiet + 50*ms},
		{"no state", nil, 0, 0, "", true, "", effect + quiet, effect + quiet + 50*ms},
		{"a probe that breaks", map[time.Duration]string{0: "open"}, 0, 500 * ms, "open", true, "connection refused", 500 * ms, 550 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				s := target.State{Probe: changing{start, c.at, c.fails}}
				limits := target.Timeouts{Effect: effect, Quiescence: quiet}
				got := s.Settle(t.Context(), limits, target.StateWait{Expected: map[string]string{"o": "paid"}, Slowest: c.slowest, Since: start})
				took := time.Since(start)
				if got.States["o"] != c.want || got.Error != c.error || c.error == "" && got.Stable != c.stable || got.Asked != 1 {
					t.Errorf("got %+v", got)
				}
				if took < c.min || took > c.max {
					t.Errorf("it took %s; between %s and %s", took, c.min, c.max)
				}
			})
		})
	}
}

// A state that never comes to rest is given up, and not taken for stable.
func TestStatesThatNeverSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, start := 0, time.Now()
		s := target.State{Probe: target.StateFunc(func(string) string { n++; return fmt.Sprint(n) })}
		got := s.Settle(t.Context(), target.Timeouts{Effect: time.Second, Quiescence: quiet}, target.StateWait{Expected: map[string]string{"o": "paid"}})
		if got.Stable || time.Since(start) > 31*time.Second {
			t.Errorf("after %s %+v", time.Since(start), got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
		defer cancel()
		if got := s.Settle(ctx, target.Timeouts{Effect: time.Second, Quiescence: quiet}, target.StateWait{Expected: map[string]string{"o": "paid"}}); got.Error == "" || !got.Interrupted {
			t.Errorf("interrupted, it says %+v", got)
		}
	})
}
