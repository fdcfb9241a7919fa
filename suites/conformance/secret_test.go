package conformance_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// spellings are the ways in which a secret could stand in a file.
func spellings(s setting) map[string]string {
	all := map[string]string{"as it is": s.secret}
	key := []byte(s.secret)
	if _, rest, ok := strings.Cut(s.secret, "_"); ok && s.scheme == "standard-webhooks" {
		all["without prefix"] = rest
		key, _ = base64.StdEncoding.DecodeString(rest) // it was accepted as a secret
		all["key"] = string(key)
	}
	all["base64"] = base64.StdEncoding.EncodeToString(key)
	all["base64url"] = base64.RawURLEncoding.EncodeToString(key)
	all["hex"] = hex.EncodeToString(key)
	all["url"] = url.QueryEscape(s.secret)
	return all
}

// TestSecretsAreWrittenNowhere grades a receiver that tells its secret.
func TestSecretsAreWrittenNowhere(t *testing.T) {
	for _, s := range settings {
		t.Run(s.String(), func(t *testing.T) {
			target, r := serve(t, s, "leaks-secret", "echoes-input")
			var transcript, ids bytes.Buffer
			report, err := conformance.Grade(t.Context(), conformance.Config{
				URL: target, Scheme: s.scheme, Secret: s.secret, Transcript: &transcript, IDs: &ids,
				Effects: r.Count,
				Only:    []string{"auth.*", "leak.*", "ctl.*"},
			})
			if err != nil {
				t.Fatal(err)
			}
			written, err := reports.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			for what, file := range map[string][]byte{"transcript": transcript.Bytes(), "report": written, "ids": ids.Bytes()} {
				for how, text := range spellings(s) {
					if bytes.Contains(file, []byte(text)) {
						t.Errorf("the %s holds the secret: %s", what, how)
					}
				}
			}
			if !bytes.Contains(transcript.Bytes(), []byte("[redacted:secret:current:")) {
				t.Error("no marker says that the receiver told its secret")
			}
			for _, x := range report.Scenarios {
				if x.ID == "leak.refusal" && x.Verdict != reports.Fail {
					t.Errorf("leak.refusal is %s: %s", x.Verdict, x.Reason)
				}
			}
		})
	}
}
