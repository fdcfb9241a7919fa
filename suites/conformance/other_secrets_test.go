package conformance_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

// optional are the scenarios that need a secret which a target may lack.
var optional = map[string]string{
	"sig.rotation-old-key":    "needs the secret from before the last change that still counts (target.secrets.previous, --previous-secret)",
	"sig.rotation-both":       "needs the secret from before the last change that still counts (target.secrets.previous, --previous-secret)",
	"sig.rotation-revoked":    "needs the secret that counts no more (target.secrets.revoked, --revoked-secret)",
	"auth.other-endpoint-key": "needs the secret of another endpoint (target.secrets.other, --other-secret)",
}

// A receiver whose other secrets nobody tells us is not the worse for it.
func TestSecretsThatAreNotGiven(t *testing.T) {
	s := settings[0]
	for _, tt := range []struct {
		name, rejects string
		must          []string
		want          int
	}{
		{"by default", target.RejectsByStatus, nil, reports.ExitConformant},
		{"where auth.* and sig.* have to be observed", target.RejectsSilently, nil, reports.ExitConformant},
		{"where one is asked for by its name", target.RejectsByStatus, []string{"sig.rotation-revoked"}, reports.ExitIncomplete},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, r := serve(t, s)
			tgt, err := target.New(target.Settings{URL: url, Scheme: s.scheme, Secret: s.secret})
			if err != nil {
				t.Fatal(err)
			}
			tgt.Rejects = tt.rejects
			report, err := conformance.Grade(t.Context(), conformance.Config{
				Target: tgt, MustObserve: tt.must, Effects: r.Count,
				Only: []string{"auth.wrong-key", "auth.other-endpoint-key", "sig.rotation-*"},
			})
			if err != nil {
				t.Fatal(err)
			}
			if report.ExitCode != tt.want {
				t.Errorf("exit %d: %v", report.ExitCode, report.ExitReasons)
			}
			for _, x := range report.Scenarios {
				if want, ok := optional[x.ID]; ok && (x.Verdict != reports.NotObserved || x.Reason != want) {
					t.Errorf("%s is %s: %s", x.ID, x.Verdict, x.Reason)
				}
			}
		})
	}
}

// What a scheme does not have is said before what the target lacks.
func TestRotationOfAListThatIsNone(t *testing.T) {
	s := settings[2]
	url, _ := serve(t, s)
	plan, err := conformance.NewPlan(conformance.Config{URL: url, Scheme: s.scheme, Secret: s.secret, Only: []string{"sig.rotation-both"}})
	if err != nil {
		t.Fatal(err)
	}
	if p := plan.Planned[0]; p.Decision != conformance.NotApplicable || p.Reason != "github has no list of signatures" {
		t.Errorf("%s: %s", p.Decision, p.Reason)
	}
}

// A receiver whose secret is GitHub's published example accepts what is signed
// with it, as it should. That is worth a word.
func TestPublishedSecretThatIsTheReceiversOwn(t *testing.T) {
	s := settings[2]
	url, r := serve(t, s)
	c := s.config(url, r)
	c.Only = []string{"auth.known-weak-keys"}
	var transcript bytes.Buffer
	c.Transcript = &transcript
	report, err := conformance.Grade(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	x := report.Scenarios[0]
	if x.Verdict != reports.Pass || len(x.Findings) != 1 {
		t.Fatalf("%s: %s, %+v", x.Verdict, x.Reason, x.Findings)
	}
	f := x.Findings[0]
	if f.Severity != reports.Info || !strings.HasPrefix(f.Message, "not sent: a secret of the receiver's is the published one of https://docs.github.com/") {
		t.Errorf("%s: %s", f.Severity, f.Message)
	}
	if bytes.Contains(transcript.Bytes(), []byte(s.secret)) {
		t.Error("the transcript holds the secret")
	}
}

// The other secrets are written down as little as the current one.
func TestOtherSecretsAreWrittenNowhere(t *testing.T) {
	for _, s := range settings {
		t.Run(s.String(), func(t *testing.T) {
			url, r := serve(t, s, "echoes-input", "leaks-secret")
			c := s.config(url, r)
			var transcript bytes.Buffer
			c.Transcript = &transcript
			c.Only = []string{"auth.wrong-key", "auth.other-endpoint-key", "sig.rotation-*", "leak.*"}
			report, err := conformance.Grade(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			written, err := reports.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			previous, revoked, other := s.otherSecrets()
			for _, secret := range []string{previous, revoked, other} {
				for how, text := range spellings(setting{s.scheme, secret}) {
					if bytes.Contains(written, []byte(text)) || bytes.Contains(transcript.Bytes(), []byte(text)) {
						t.Errorf("a secret is written down: %s", how)
					}
				}
			}
			if s.scheme == "cloudevents" && !bytes.Contains(transcript.Bytes(), []byte("[redacted:secret:revoked:text]")) {
				t.Error("no marker says that a revoked token was sent")
			}
		})
	}
}
