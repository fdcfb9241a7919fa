package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	s, err := FindLoad("smoke")
	if err != nil {
		t.Fatal(err)
	}
	c := s.Schedule.Constant
	if c.Rate != (Rate{200, time.Second}) || time.Duration(c.For) != 5*time.Second {
		t.Errorf("schedule is %+v", c)
	}
	if len(s.Mix) != 3 || s.Mix[0] != (Weight{ClassGenuine, 90}) || s.Mix[2] != (Weight{ClassForged, 5}) {
		t.Errorf("mix is %v", s.Mix)
	}
	if len(s.Objectives) != 9 || s.Objectives[0].Limit != 250 || s.Location != "scenarios/load/smoke.yaml:1" {
		t.Errorf("got %+v", s)
	}
}

func TestEveryBuiltInLoadScenarioIsFound(t *testing.T) {
	for _, name := range LoadNames() {
		s, err := FindLoad(name)
		if err != nil || s.Name != name {
			t.Errorf("%s: %q, %v", name, s.Name, err)
		}
	}
	if _, err := FindLoad("smok"); err == nil || !strings.Contains(err.Error(), `"smoke"`) {
		t.Errorf("the error does not name the nearest: %v", err)
	}
}

func TestOverride(t *testing.T) {
	s, err := FindLoad("smoke")
	if err != nil {
		t.Fatal(err)
	}
	fast, err := s.Override(Rate{1000, time.Second}, time.Second)
	if err != nil || fast.Schedule.Constant.Rate.N != 1000 || time.Duration(fast.Schedule.Constant.For) != time.Second {
		t.Errorf("%+v, %v", fast.Schedule.Constant, err)
	}
	if same, err := s.Override(Rate{}, 0); err != nil || *same.Schedule.Constant != *s.Schedule.Constant {
		t.Errorf("nothing overridden, but %+v, %v", same.Schedule.Constant, err)
	}
	if s.Schedule.Constant.Rate.N != 200 {
		t.Error("the original was changed")
	}
	if _, err := s.Override(Rate{}, -time.Second); err == nil {
		t.Error("a negative duration was taken")
	}
}

const goodLoad = `name: own
title: T
why: W
schedule: {constant: {rate: 10/s, for: 2s}}
mix: {genuine: 3, forged: 1}
objectives:
  - "lost = 0"
`

func TestLoadScenarioFile(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"unknown key", "title:", "titel:", `own.yaml:2:1: unknown key "titel"; did you mean "title"?`},
		{"unknown schedule", "constant:", "konstant:", `own.yaml:4:12: unknown key "konstant"; did you mean "constant"?`},
		{"bad rate", "10/s", "10 a second", "no rate"},
		{"no rate", "rate: 10/s, ", "", "rate is missing"},
		{"bad duration", "2s", "2 sec", "no duration"},
		{"no end", "for: 2s", "for: 0s", "for is 0s"},
		{"unknown class", "forged: 1", "forge: 1", `did you mean "forged"?`},
		{"fraction", "forged: 1", "forged: 1.5", "own.yaml:5:27: a number here is whole"},
		{"weight 0", "forged: 1", "forged: 0", "the weight of forged is 0"},
		{"no genuine", "genuine: 3, ", "", "genuine is missing"},
		{"unknown metric", "lost", "losst", `own.yaml:7:5: objective "losst = 0": unknown metric "losst"; did you mean "lost"?`},
		{"class not in mix", `"lost = 0"`, `"duplicate: errors = 0"`, "the mix has no duplicate deliveries"},
		{"forged effects of none", "forged: 1}\nobjectives:\n  - \"lost = 0\"", "duplicate: 1}\nobjectives:\n  - \"forged-effects = 0\"", "the mix has no forged deliveries"},
		{"objective as map", `"lost = 0"`, `genuine: errors = 0`, "own.yaml:7:5: put it in quotes, because of its colon"},
		{"objective as list", `"lost = 0"`, `[lost = 0]`, "own.yaml:7:5: expected a text"},
		{"objective without quotes", `"lost = 0"`, `lost = 0`, ""},
		{"abort as map", "objectives:", "abort:\n  - genuine: errors > 50% for 5s\nobjectives:", "own.yaml:7:5: put it in quotes, because of its colon"},
		{"no objectives", `  - "lost = 0"`, "  []", "objectives is missing"},
		{"no title", "title: T\n", "", "own: title is missing"},
		{"two documents", "name: own", "---\nname: a\n---\nname: own", "one YAML document"},
		{"list", goodLoad, "- name: own\n", "own.yaml:1:1: expected"},
		{"anchor", "name: own", "name: &a own", "anchors"},
		{"too many", "2s", "150h", ""},
		{"far too many", "10/s, for: 2s", "100000/s, for: 2h", "more than 200000000 deliveries"},
		{"in flight", "mix:", "in_flight: 100000\nmix:", "in_flight is 100000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(goodLoad, tt.old, tt.new, 1)
			file := filepath.Join(t.TempDir(), "own.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := LoadScenarioFile(file)
			if tt.want == "" {
				if err != nil || s.Name != "own" || s.InFlight != defaultInFlight {
					t.Errorf("%+v, %v", s, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := LoadScenarioFile(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a missing file was read")
	}
}

func TestParseRate(t *testing.T) {
	tests := []struct {
		text string
		want Rate
	}{
		{"200/s", Rate{200, time.Second}}, {" 90 / m ", Rate{90, time.Minute}}, {"5/h", Rate{5, time.Hour}},
		{"", Rate{}}, {"200", Rate{}}, {"0/s", Rate{}}, {"-1/s", Rate{}}, {"1.5/s", Rate{}}, {"1/d", Rate{}}, {"1000001/s", Rate{}},
	}
	for _, tt := range tests {
		got, err := ParseRate(tt.text)
		if got != tt.want || (err == nil) != (tt.want.N != 0) {
			t.Errorf("%q: %v, %v", tt.text, got, err)
		}
		if err != nil {
			continue
		}
		var again Rate
		if b, err := got.MarshalText(); err != nil || again.UnmarshalText(b) != nil || again != got {
			t.Errorf("%q: written as %s, read as %v", tt.text, b, again)
		}
	}
}
