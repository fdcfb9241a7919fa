package load

import (
	"runtime/debug"
	"testing"
)

func TestCollectLess(t *testing.T) {
	for _, test := range []struct {
		name         string
		env          string
		before, want int
	}{
		{"the runtime's own", "", 100, sparing},
		{"less often already", "", 900, 900},
		{"never", "", -1, -1},
		{"a user who wants it so", "100", 100, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("GOGC", test.env)
			defer debug.SetGCPercent(debug.SetGCPercent(test.before))
			restore := collectLess()
			if during := percent(); during != test.want {
				t.Errorf("%d percent during the run, want %d", during, test.want)
			}
			restore()
			if after := percent(); after != test.before {
				t.Errorf("%d percent after it, want %d", after, test.before)
			}
		})
	}
}

// percent reads what can only be set.
func percent() int {
	p := debug.SetGCPercent(-1)
	debug.SetGCPercent(p)
	return p
}
