package load

import (
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	tests := []struct {
		text string
		want machine
	}{
		{"cpu  10 1 20 500 60 3 4 5 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n", machine{busy: 43, total: 603}},
		{"cpu  0 0 0 0 0 0 0 0 0 0\n", machine{}},
		{"cpu0 10 1 20 500 60 3 4 5 7 0\n", machine{}},
		{"cpu  10 1 x 500 60 3 4 5 7 0\n", machine{}},
		{"cpu  10 1 20\n", machine{}},
		{"", machine{}},
	}
	for _, tt := range tests {
		if got := parseStat(tt.text); got != tt.want {
			t.Errorf("%q: %+v", tt.text, got)
		}
	}
}

// Work of this process is work of the machine's.
func TestReadMachine(t *testing.T) {
	from := readMachine()
	if from.total == 0 {
		t.Skip("this kernel does not say what its processors do")
	}
	deadline := time.Now().Add(20 * time.Second)
	for to := from; to.busy == from.busy; to = readMachine() {
		if time.Now().After(deadline) {
			t.Fatal("20 s of work were not seen")
		}
	}
}
