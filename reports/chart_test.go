package reports

import (
	"strings"
	"testing"
)

func TestChart(t *testing.T) {
	windows := func(p99 ...float64) (out []Window) {
		for i, v := range p99 {
			out = append(out, Window{Second: i, P99: v})
		}
		return out
	}
	tests := []struct {
		name string
		in   []Window
		want string
	}{
		{"too short", windows(1, 2), ""},
		{"nothing was answered", windows(0, 0, 0), ""},
		{"every second", windows(0, 1, 60, 120), `
p99 response, ms, one column a second
    120 |    #
        |    #
        |    #
   60.0 |   ##
        |   ##
        |  .##
      0 +-----
          0s 3s`},
		{"folded", append(windows(make([]float64, 25)...), Window{Second: 25, P99: 6}), `
p99 response, ms, the worst of 3 seconds a column
   6.00 |         #
        |         #
        |         #
   3.00 |         #
        |         #
        |         #
      0 +----------
          0s    25s`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(chart(test.in, 20), "\n")
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
