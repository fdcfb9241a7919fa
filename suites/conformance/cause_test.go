package conformance_test

import (
	"slices"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// TestCauses: twenty failures of one defect are one story. Each flaw has its
// name, what it explains and what it does not.
func TestCauses(t *testing.T) {
	for _, tt := range []struct {
		setting int
		flaws   []string
		causes  []string
		alone   []string // failures that are none of theirs
	}{
		{0, []string{"never-verifies"}, []string{"signatures are not verified at all"}, nil},
		{2, []string{"never-verifies"}, []string{"signatures are not verified at all"}, nil},
		{4, []string{"never-verifies"}, []string{"signatures are not verified at all"}, nil},
		{3, []string{"never-verifies"}, []string{"credentials are not verified at all"}, nil},
		{0, []string{"unsigned-accepted"}, nil, []string{"auth.no-signature"}},
		{0, []string{"reserialises"}, []string{"the signature is made over the body serialised again, not over the bytes received"}, nil},
		{0, []string{"no-timestamp-check"}, []string{"the age of a delivery is not looked at"}, nil},
		{0, []string{"effect-before-verify"}, []string{"the work is done before the delivery is verified"}, nil},
		{0, []string{"no-dedupe"}, []string{"nothing remembers which events were processed"}, nil},
		{0, []string{"dedupe-before-verify"}, nil, []string{"idem.forged-twin", "idem.stale-twin"}},
		{0, []string{"processes-twice"}, []string{"every event is processed more than once"}, nil},
		{0, []string{"stalls-rejections"}, []string{"what is refused gets no answer, only a closed connection"}, nil},
		{0, []string{"no-dedupe", "never-verifies"}, []string{"signatures are not verified at all", "nothing remembers which events were processed"}, nil},
	} {
		t.Run(settings[tt.setting].scheme+" "+tt.flaws[0], func(t *testing.T) {
			t.Parallel()
			url, r := serve(t, settings[tt.setting], tt.flaws...)
			report, err := conformance.Grade(t.Context(), conformance.Config{
				URL: url, Scheme: settings[tt.setting].scheme, Secret: settings[tt.setting].secret, Effects: effectsOf(r),
				Only:    []string{"auth.*", "ctl.*", "idem.*", "raw.*", "sig.*", "ts.*"},
				Exclude: []string{"ts.replay-after-window"}, // it waits for seconds
			})
			if err != nil {
				t.Fatal(err)
			}
			var names, explained, alone []string
			for _, c := range report.Causes {
				names, explained = append(names, c.Title), append(explained, c.Scenarios...)
			}
			for _, s := range report.Scenarios {
				if s.Verdict == reports.Fail && !slices.Contains(explained, s.ID) {
					alone = append(alone, s.ID)
				}
			}
			if !slices.Equal(names, tt.causes) || !slices.Equal(alone, tt.alone) {
				t.Errorf("causes %q\nbesides, %q failed", names, alone)
			}
		})
	}
}
