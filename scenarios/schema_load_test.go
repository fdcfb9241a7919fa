package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLoadScenariosAreValid(t *testing.T) {
	schema := compile(t, LoadSchemaJSON())
	names, err := filepath.Glob("load/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v: %v", names, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the parser takes is valid, and what it refuses is not, but for what no
// schema can say.
func TestLoadSchemaAndParserAgree(t *testing.T) {
	schema := compile(t, LoadSchemaJSON())
	agree := func(old, new string, good, beyond bool) {
		t.Helper()
		text := strings.Replace(goodLoad, old, new, 1)
		if _, err := parseLoad("own.yaml", []byte(text)); (err == nil) != good {
			t.Errorf("%s: the parser says %v", new, err)
		}
		if err := validate(schema, []byte(text)); (err == nil) != (good || beyond) {
			t.Errorf("%s: the schema says %v", new, err)
		}
	}
	for _, tt := range goodSchedules {
		agree(goodSchedule, tt.text, true, false)
	}
	for _, tt := range badSchedules {
		agree(goodSchedule, tt.text, false, tt.beyond)
	}
	for _, tt := range badMixes {
		agree(tt.old, tt.new, false, tt.beyond)
	}
	for name := range Metrics {
		text := name + " <= 5"
		switch {
		case strings.Contains(name, "("):
			text = "genuine: " + name + " <= 1s"
		case name == string(MetricBacklogGrowth):
			text = name + " < 5%"
		case !slices.Contains(runMetrics, Metric(name)):
			text = "genuine: " + name + " <= 1%"
		}
		agree("forged: 1}\nobjectives:\n", "forged: 1, stale: 1}\nobjectives:\n  - '"+text+"'\n", true, false)
	}
	for _, text := range []string{"genuine: errors > 50% for 5s", "genuine: p99.9(response) >= 2s for 1m", "forged: accepted > 0", "genuine: accepted < 10 % for 1h"} {
		agree("objectives:", "abort: ['"+text+"']\nobjectives:", true, false)
	}
	for _, text := range []string{"lost > 0", "genuine: errors < 1%", "genuine: mean(effect_lag) > 1s", "genuin: errors > 1", "genuine: errors > 1 for ever"} {
		agree("objectives:", "abort: ['"+text+"']\nobjectives:", false, false)
	}
	for _, text := range []string{"losst = 0", "genuine: lost = 0", "errors = 0", "genuine: p99(respons) < 1s", "genuine: p99(response)"} {
		agree("lost = 0", text, false, false)
	}
	agree("mix:", "types: {a: 1}\nsizes: {800: 1, 16KiB: 2, 1 MiB: 3}\nkeys: {objects: 9, skew: 1.1}\nconnections: reuse 7\nin_flight: 1\nack_timeout: 5s\nretries: {within: 30s}\ncatch_up: 1.25\nmix:", true, false)
}

// Every class that there is is described.
func TestEveryClassIsDescribed(t *testing.T) {
	for _, name := range LoadClasses {
		if classDescriptions[name] == "" {
			t.Errorf("%s has no description", name)
		}
	}
	if len(classDescriptions) != len(LoadClasses) {
		t.Errorf("%d descriptions of %d classes", len(classDescriptions), len(LoadClasses))
	}
}
