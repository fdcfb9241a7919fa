package load

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The intervals hold the true slope as often as they say, and nearly so where
// what is left is a random walk.
func TestTrendCovers(t *testing.T) {
	const runs, slope = 2000, 3.0
	for _, points := range []int{5, 8, 15, 45} {
		for _, memory := range []float64{0, 0.5, 0.9, 1} {
			t.Run(fmt.Sprintf("%d points, memory %v", points, memory), func(t *testing.T) {
				random := rand.New(rand.NewPCG(1, uint64(points)))
				covered, sum := 0, 0.0
				for range runs {
					x, y := make([]float64, points), make([]float64, points)
					noise := random.NormFloat64()
					for i := range x {
						x[i], y[i] = float64(i), slope*float64(i)+noise
						noise = memory*noise + random.NormFloat64()
					}
					got := fitTrend(x, y)
					sum += got.slope
					if math.Abs(got.slope-slope) <= got.half {
						covered++
					}
				}
				least := map[float64]float64{0: 0.95, 0.5: 0.95, 0.9: 0.92, 1: 0.85}[memory]
				if share := float64(covered) / runs; share < least {
					t.Errorf("covered %.3f", share)
				}
				if mean := sum / runs; math.Abs(mean-slope) > 0.1 {
					t.Errorf("mean slope %v", mean)
				}
			})
		}
	}
}

func TestTrendOfALine(t *testing.T) {
	got := fitTrend([]float64{0, 1, 2.5, 3, 4, 6}, []float64{1, 3, 6, 7, 9, 13})
	if math.Abs(got.slope-2) > 1e-9 || got.half > 1e-6 {
		t.Errorf("%+v", got)
	}
	if got := fitTrend([]float64{0, 1, 2, 3, 4}, make([]float64, 5)); got != (trend{}) {
		t.Errorf("%+v", got)
	}
}

func TestStudentT(t *testing.T) { // https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm
	for free, want := range map[int]float64{3: 3.182, 4: 2.776, 5: 2.571, 10: 2.228, 30: 2.042, 100: 1.984} {
		if got := studentT(free); math.Abs(got/want-1) > 0.002 {
			t.Errorf("%d degrees: %v, not %v", free, got, want)
		}
	}
}
