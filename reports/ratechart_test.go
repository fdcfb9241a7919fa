package reports

import (
	"strings"
	"testing"
	"time"
)

func TestRateChart(t *testing.T) {
	tests := []struct {
		name     string
		integral func(time.Duration) float64
		lasts    time.Duration
		want     []string
	}{
		{"constant", func(t time.Duration) float64 { return 200 * t.Seconds() }, 20 * time.Second, []string{
			"deliveries a second; each of the 20 columns is a mean",
			"    200 | ####################",
			"        | ####################",
			"        | ####################",
			"        | ####################",
			"    100 | ####################",
			"        | ####################",
			"        | ####################",
			"        | ####################",
			"      0 +---------------------",
			"          0s               20s",
		}},
		{"ramp", func(t time.Duration) float64 { return t.Seconds() * t.Seconds() / 2 }, 20 * time.Second, []string{
			"deliveries a second; each of the 20 columns is a mean",
			"   19.5 |                   ##",
			"        |                 ####",
			"        |              #######",
			"        |            #########",
			"   9.75 |          ###########",
			"        |       ##############",
			"        |     ################",
			"        | .###################",
			"      0 +---------------------",
			"          0s               20s",
		}},
		{"nothing", func(time.Duration) float64 { return 0 }, time.Second, nil},
	}
	for _, tt := range tests {
		got := RateChart(tt.integral, tt.lasts, 30)
		if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
	for _, row := range RateChart(func(t time.Duration) float64 { return t.Seconds() }, 168*time.Hour, 200) {
		if len(row) > rateGutter+rateWidest {
			t.Errorf("%d wide: %s", len(row), row)
		}
	}
	if rows := RateChart(func(t time.Duration) float64 { return t.Seconds() }, 3, 80); len(rows) == 0 {
		t.Error("three nanoseconds make no chart")
	}
}
