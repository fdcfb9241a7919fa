package reports

import "fmt"

// answeredAs is what a scenario comes to whose delivery was answered so.
func answeredAs(id, symptom, message, observed, expected string) Scenario {
	s := graded(id, "MUST", Fail, "What "+id+" asks for holds")
	s.Reason, s.Fix = message, "Mend "+id+"."
	s.Findings = []Finding{{Fingerprint: symptom, Symptom: symptom, Severity: Fail, Message: message, Observed: observed, Expected: expected}}
	return s
}

// unlikeRun has symptoms that do not show alike in all scenarios.
func unlikeRun() Report {
	const accepted, survived = "answered 2xx", "an answer"
	var all []Scenario
	for i := range 12 {
		all = append(all, answeredAs(fmt.Sprintf("raw.body-%d", i+1), "refused", "answered 401", "answered 401", accepted))
	}
	all = append(all, answeredAs("raw.path", "refused", "answered 404", "answered 404", accepted))
	for i, how := range []string{"garbage", "closed", "closed"} {
		text := "left without an answer (" + how + ")"
		all = append(all, answeredAs(fmt.Sprintf("wire.odd-%d", i+1), "unanswered", text, "no answer ("+how+")", survived))
	}
	for i, n := range []int{2, 3} {
		s := answeredAs(fmt.Sprintf("idem.dup-%d", i+1), "repeated", "processed more than once", fmt.Sprintf("processed %d times", n), "processed exactly once")
		s.Findings[0].Also = fmt.Sprintf("the same of %d more of the 16: 3, 4", n)
		all = append(all, s)
	}
	alone := answeredAs("ack.slow", "slow", "no answer came", "", "")
	alone.Findings[0].Also = "the same of 1 more of the 4: 3"
	r := sampleRun(append(all, alone))
	Conclude(&r, nil)
	return r
}

// interruptedRun proved one failure before it was interrupted.
func interruptedRun() Report {
	all := append(passing("ctl.accept"), forged("auth.no-signature", "MUST", "A delivery without a signature is refused"))
	for i := range 14 {
		s := graded(fmt.Sprintf("raw.body-%d", i+1), "MUST", Error, "It is accepted")
		s.Interrupted, s.Reason = true, "the run was interrupted before this scenario was played to its end"
		if i > 10 {
			s.Reason = fmt.Sprintf("step %d was not played", i)
		}
		all = append(all, s)
	}
	for _, missing := range [][2]string{{"idem.dup-late", "process.clock"}, {"auth.other-key", "target.secrets.other"}, {"idem.dup-horizon", "process.clock"}} {
		s := graded(missing[0], "BASE", NotObserved, "It is done once")
		s.Reason, s.Setting, s.Ungiven = "needs what is missing ("+missing[1]+")", missing[1]+" in the target file", true
		all = append(all, s)
	}
	r := sampleRun(all)
	r.Interrupted = true
	Conclude(&r, nil)
	return r
}
