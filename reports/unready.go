package reports

// Unready is what the preflight found that keeps everything from being graded.
// That effects cannot be seen does not: answers are graded all the same.
func Unready(preflight []Check) (Check, bool) {
	for _, c := range preflight {
		if c.Verdict == Blocked && c.Name != "effect-visible" {
			return c, true
		}
	}
	return Check{}, false
}

// ungraded reports whether nothing came to a result, because the preflight did
// not hold. Then there is one thing to be told, and no scenario to tell of.
func (r Report) ungraded() bool {
	_, unready := Unready(r.Preflight)
	return unready && !r.assessed() && len(r.Load) == 0
}

func (r Report) assessed() bool { return r.Counts.Pass+r.Counts.Warn+r.Counts.Fail+r.Counts.Info > 0 }
