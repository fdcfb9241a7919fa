package reports

import (
	"strings"
	"testing"
)

func TestTimeline(t *testing.T) {
	windows := func(p99 ...float64) (out []Window) {
		for i, v := range p99 {
			out = append(out, Window{Second: i, P99: v, Backlog: -1})
		}
		return out
	}
	tests := []struct {
		name    string
		in      []Window
		backlog bool
		want    string
	}{
		{"too short", windows(1, 2), false, ""},
		{"nothing happened", windows(0, 0, 0), true, ""},
		{"a second drawn out", windows(1, 40, 120, 60), false, `
over time; a second is 4 columns
p99 ms      120 |         ####
                |         ####::::
                | ....############
                +-+-------+-------
                  0s      2s`},
		{"two lanes", []Window{{Second: 0, Sent: 5}, {Second: 1, Sent: 10, Errors: 1}, {Second: 2, Sent: 10}}, false, `
over time; a second is 4 columns
sent/s       10 |     ########
                | ::::########
                | ############
wrong/s       1 |     ####
                |     ####
                |     ####
                +-+-------+---
                  0s      2s`},
		{"folded to its highest", append(windows(make([]float64, 29)...), Window{Second: 29, P99: 6}), false, `
over time; each column is the highest of 2 seconds
p99 ms     6.00 |               #
                |               #
                |               #
                +-+---------+----
                  0s        20s`},
		{"a backlog that was not observed is no row", []Window{{Backlog: 3}, {}, {P99: 1}}, false, `
over time; a second is 4 columns
p99 ms     1.00 |         ####
                |         ####
                |         ####
                +-+-------+---
                  0s      2s`},
		{"one that was is", []Window{{Backlog: 3}, {}, {}}, true, `
over time; a second is 4 columns
backlog       3 | ####
                | ####
                | ####
                +-+-------+---
                  0s      2s`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(timeline(test.in, test.backlog, 36), "\n")
			if got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// Whatever somebody else's report holds, its chart is drawn.
func TestTimelineOfNonsense(t *testing.T) {
	for _, w := range []Window{{Sent: -5}, {Sent: 1 << 62, P99: 1e300}, {P99: -1e300, Backlog: -7}} {
		for _, width := range []int{-1, 0, 36, 500} {
			timeline([]Window{w, w, w, {P99: 1}}, true, width)
		}
	}
}
