package load

import "math"

// interval is the 95 % confidence interval of the quantile q of n samples by
// order statistics, as their ranks: the number of samples below a quantile is
// binomial, whatever their distribution is
// (https://doi.org/10.1002/9781118594841, chapter 5). It takes samples for
// independent, and q for at least a half. False: there are too few; even the
// fastest or the slowest of them may lie on the wrong side.
func interval(n int64, q float64) (low, high int64, ok bool) {
	least, most := beyond(n, 1-q)
	low, high = n-most+1, n-least
	return low, high, least >= 0 && low >= 1
}

// exactly is up to how many expected samples beyond a quantile are added up one
// by one. Above, the normal distribution is as good, and nothing underflows.
const exactly = 500

// beyond bounds how many of n samples lie beyond a quantile that a share p of all
// exceeds: at most least, or at least most, are seen with a probability of up to
// 2.5 % each. Least is −1 where even none is likelier than that, and most is n+1
// where all are.
func beyond(n int64, p float64) (least, most int64) {
	const tail = 0.025
	mean := float64(n) * p
	if mean > exactly {
		const z = 1.959964
		spread := z * math.Sqrt(mean*(1-p))
		return int64(math.Ceil(mean-spread-0.5)) - 1, int64(math.Floor(mean+spread+0.5)) + 1
	}
	probability, sum := math.Pow(1-p, float64(n)), 0.0 // of exactly k, and of fewer
	least = -1
	for k := range n + 1 {
		if sum >= 1-tail {
			return least, k
		}
		if sum += probability; sum <= tail {
			least = k
		}
		probability *= float64(n-k) / float64(k+1) * p / (1 - p)
	}
	return least, n + 1
}
