package load

import "math"

// trend is a straight line's slope, as ± half of its 95 % interval.
type trend struct{ slope, half float64 }

// fewestPoints is how many a trend is read from at least.
const fewestPoints = 5

// fitTrend fits a line by least squares to at least fewestPoints, at ascending
// x. What is left of a queue resembles what was left before, so that its points
// count for less than as many independent ones: residuals are taken for an
// autoregression of first order, and for a random walk where they cannot be
// told from one (Perron and Yabu, https://doi.org/10.1016/j.jeconom.2009.03.011).
func fitTrend(x, y []float64) trend {
	ones := make([]float64, len(x))
	for i := range ones {
		ones[i] = 1
	}
	line, rest := leastSquares(ones, x, y)
	if line.half == 0 {
		return line
	}
	memory := memoryOf(rest)
	if memory > 1-1/math.Sqrt(float64(len(x))) {
		return walk(x, y)
	}
	line, _ = leastSquares(lessMemory(ones, memory), lessMemory(x, memory), lessMemory(y, memory))
	return line
}

// memoryOf is how much residuals resemble those before them: their correlation,
// less its bias where points are few, and 1.5 standard errors more. Without
// those, an interval of few points that do resemble each other is too narrow.
func memoryOf(rest []float64) float64 {
	var with, of float64
	for i := 1; i < len(rest); i++ {
		with += rest[i] * rest[i-1]
		of += rest[i-1] * rest[i-1]
	}
	n := float64(len(rest))
	memory := min(1, max(0, (n*with/of+2)/(n-4)))
	return memory + 1.5*math.Sqrt((1-memory*memory)/n)
}

// lessMemory takes from each value what the one before it explains (Prais and
// Winsten).
func lessMemory(v []float64, memory float64) []float64 {
	out := make([]float64, len(v))
	out[0] = v[0] * math.Sqrt(1-memory*memory)
	for i := 1; i < len(v); i++ {
		out[i] = v[i] - memory*v[i-1]
	}
	return out
}

// leastSquares fits y = a·level + b·x and returns b with the residuals.
func leastSquares(level, x, y []float64) (trend, []float64) {
	var ll, lx, xx, ly, xy float64
	for i := range y {
		ll += level[i] * level[i]
		lx += level[i] * x[i]
		xx += x[i] * x[i]
		ly += level[i] * y[i]
		xy += x[i] * y[i]
	}
	det := ll*xx - lx*lx
	a, b := (xx*ly-lx*xy)/det, (ll*xy-lx*ly)/det
	rest, sum := make([]float64, len(y)), 0.0
	for i := range y {
		rest[i] = y[i] - a*level[i] - b*x[i]
		sum += rest[i] * rest[i]
	}
	free := len(y) - 2
	return trend{b, studentT(free) * math.Sqrt(sum/float64(free)*ll/det)}, rest
}

// walk is the drift of a random walk: only its ends tell it.
func walk(x, y []float64) trend {
	last := len(x) - 1
	span := x[last] - x[0]
	drift, sum := (y[last]-y[0])/span, 0.0
	for i := range last {
		step := x[i+1] - x[i]
		off := y[i+1] - y[i] - drift*step
		sum += off * off / step
	}
	free := last - 1
	return trend{drift, studentT(free) * math.Sqrt(sum/float64(free)/span)}
}

// studentT is the 97.5 % point of Student's distribution, for at least three
// degrees of freedom to 0.2 % (Abramowitz and Stegun 26.7.5,
// https://personal.math.ubc.ca/~cbm/aands/page_949.htm).
func studentT(free int) float64 {
	v := 1 / float64(free)
	return 1.95996 + v*(2.37227+v*(2.82250+v*(2.55585+v*1.58947)))
}
