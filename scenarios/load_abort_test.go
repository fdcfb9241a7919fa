package scenarios

import (
	"strings"
	"testing"
	"time"
)

func TestParseAbort(t *testing.T) {
	tests := []struct {
		text, says string
		lasts      time.Duration
	}{
		{"genuine: errors > 50% for 5s", "genuine: errors > 50% for 5s", 5 * time.Second},
		{"  genuine :errors>50%   for  1m ", "genuine: errors > 50% for 1m0s", time.Minute},
		{"genuine: errors >= 10", "genuine: errors >= 10 for 1s", time.Second},
		{"genuine: p99(response) > 2s for 10s", "genuine: p99(response) > 2s for 10s", 10 * time.Second},
		{"forged: accepted > 0", "forged: accepted > 0 for 1s", time.Second},
		{"genuine: accepted < 10% for 3s", "genuine: accepted < 10% for 3s", 3 * time.Second},
		{"genuine: accepted = 0 for 1h", "genuine: accepted = 0 for 1h0m0s", time.Hour},
	}
	for _, tt := range tests {
		a, err := ParseAbort(tt.text)
		if err != nil || a.String() != tt.says || a.For != tt.lasts {
			t.Errorf("%q: %s, %v", tt.text, a, err)
		}
		if again, err := ParseAbort(a.String()); err != nil || again != a {
			t.Errorf("%q: written as %q, read as %q, %v", tt.text, a, again, err)
		}
	}
}

func TestBadAborts(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `write "genuine: p99(response) <= 250ms"`},
		{"for 5s", "write"},
		{"genuine: errors > 50% for 500ms", "for is whole seconds, from 1s to 1h0m0s"},
		{"genuine: errors > 50% for 1500ms", "for is whole seconds"},
		{"genuine: errors > 50% for 2h", "for is whole seconds"},
		{"genuine: errors > 50% for ever", "for is whole seconds"},
		{"genuine: errors > 50% for", `"50% for" is no limit`},
		{"genuine: errrs > 1", `unknown metric "errrs"; did you mean "errors"?`},
		{"genuin: errors > 1", `unknown class "genuin"; did you mean "genuine"?`},
		{"genuine: p99(respons) > 1s", `unknown clock "respons"; did you mean "response"?`},
		{"lost > 0", "what can be told while the run goes on"},
		{"genuine: mean(effect_lag) > 1s", "what can be told while the run goes on"},
		{"genuine: errors < 1%", "it would end a run in which all is well"},
		{"genuine: max(service) <= 1s", "it would end a run in which all is well"},
		{"genuine: errors = 0", "it would end a run in which all is well"},
	}
	for _, tt := range tests {
		if a, err := ParseAbort(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %s, %v\nwant %s", tt.text, a, err, tt.want)
		}
		if _, err := readLoad(t, "objectives:", "abort: ['"+tt.text+"']\nobjectives:"); err == nil || !strings.HasPrefix(err.Error(), "own.yaml:6:9: ") {
			t.Errorf("%q in a file: %v", tt.text, err)
		}
	}
	if _, err := readLoad(t, "objectives:", "abort: ['stale: errors > 1']\nobjectives:"); err == nil ||
		!strings.Contains(err.Error(), `own.yaml:6:9: own: abort "stale: errors > 1 for 1s": the mix has no stale deliveries`) {
		t.Error(err)
	}
}

// Whatever is taken is written so that it is taken again, as the same.
func FuzzParseAbort(f *testing.F) {
	for _, text := range []string{"genuine: errors > 50% for 5s", "forged: accepted > 0", "genuine: p99.9(service)>=1h2m for 1m", "a: b > c for d", "genuine: errors > 1e3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAbort(text)
		if err != nil {
			return
		}
		if again, err := ParseAbort(a.String()); err != nil || again != a {
			t.Errorf("%q: written as %q, read as %q, %v", text, a, again, err)
		}
		if a.For < time.Second || a.If.Class == "" {
			t.Errorf("%q is %+v", text, a)
		}
	})
}
