package mockprovider

import (
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestSchemesAreValid(t *testing.T) {
	all, err := loadSchemes()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"cloudevents", "github", "standard-webhooks"}; !slices.Equal(SchemeNames(), want) {
		t.Errorf("schemes are %v, want %v", SchemeNames(), want)
	}
	for name, s := range all {
		entry := "schemes/" + name + ".yaml"
		if _, err := files.ReadFile(entry); err != nil {
			t.Errorf("scheme %s does not stand in a file of its name: %v", name, err)
		}
		if u, err := url.Parse(s.Source); err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("%s: source %q is no page that somebody can open", name, s.Source)
		}
		if slices.Contains(s.Events, s.UnknownType) || s.UnknownType == "" {
			t.Errorf("%s: the unknown type %q is a known one", name, s.UnknownType)
		}
		for _, pointer := range slices.Concat(s.Free, []string{s.Type.Body, s.Time.Body, s.ID.Body}) {
			if _, err := pointerPath(pointer); pointer != "" && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSchemeCheckRefuses(t *testing.T) {
	good := func() *Scheme {
		return &Scheme{
			Name: "github", Title: "t", Source: "s", Secrets: []SecretForm{FormUTF8},
			ID: Identity{Form: "{uuid}"}, Retry: RetrySame, Events: []string{"push"},
			Timestamp: &Timestamp{Unit: "s"},
			Signatures: []SignatureHeader{{Header: "h", Versions: []Version{
				{Name: "sha256", Algorithm: "hmac-sha256", Encoding: "hex", Secret: FormUTF8},
			}}},
		}
	}
	if err := good().check(); err != nil {
		t.Fatalf("the scheme that the others are one step from: %v", err)
	}
	for _, tt := range []struct {
		name  string
		spoil func(*Scheme)
		want  string
	}{
		{"no name", func(s *Scheme) { s.Name = "" }, "name, title and source are needed"},
		{"no title", func(s *Scheme) { s.Title = "" }, "name, title and source are needed"},
		{"no source", func(s *Scheme) { s.Source = "" }, "name, title and source are needed"},
		{"nothing authenticates", func(s *Scheme) { s.Signatures = nil }, "neither signatures nor bearer: nothing authenticates a delivery"},
		{"ids repeat", func(s *Scheme) { s.ID.Form = "msg" }, "id.form has neither {unique} nor {uuid}: ids would repeat"},
		{"retry", func(s *Scheme) { s.Retry = "never" }, `retry is "never"; it is fresh or same`},
		{"no events", func(s *Scheme) { s.Events = nil }, "events is empty: nothing to send"},
		{"no template", func(s *Scheme) { s.Events = []string{"push", "fork"} }, `event "fork" has no template: open templates/github/fork.json: file does not exist`},
		{"form of secret", func(s *Scheme) { s.Secrets = append(s.Secrets, "pem") }, `unknown form of secret "pem"`},
		{"unit", func(s *Scheme) { s.Timestamp.Unit = "seconds" }, `timestamp.unit is "seconds"; it is s or ms`},
		{"algorithm", func(s *Scheme) { s.Signatures[0].Versions[0].Algorithm = "md5" }, `unknown algorithm "md5"`},
		{"encoding", func(s *Scheme) { s.Signatures[0].Versions[0].Encoding = "base32" }, `unknown encoding "base32"`},
		{"secret of a version", func(s *Scheme) { s.Signatures[0].Versions[0].Secret = FormWhsk }, `version sha256 is made with a secret of form "whsk", which is not among secrets`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := good()
			tt.spoil(s)
			if err := s.check(); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestFindScheme(t *testing.T) {
	for name, want := range map[string]string{
		"gihtub":           `unknown scheme "gihtub"; did you mean "github"?`,
		"standardwebhooks": `unknown scheme "standardwebhooks"; did you mean "standard-webhooks"?`,
		"Cloud-Events":     `unknown scheme "Cloud-Events"; did you mean "cloudevents"?`,
		"stripe":           `unknown scheme "stripe"; there are cloudevents, github, standard-webhooks`,
		"":                 `unknown scheme ""; there are cloudevents, github, standard-webhooks`,
	} {
		if s, err := FindScheme(name); s != nil || err == nil || err.Error() != want {
			t.Errorf("got  %v, %v\nwant %s", s, err, want)
		}
	}
}

// A feature that nothing has, or nothing lacks, would hide every scenario that
// needs it, or none.
func TestFeaturesTellSchemesApart(t *testing.T) {
	own := kits(t)[0]
	own.maker = NewMaker(own.composer.Scheme, &Samples{}, 1, "n")
	all := append(kits(t), own)
	for feature := range Features {
		with, without := 0, 0
		for _, k := range all {
			if k.composer.Scheme.Has(feature, k.composer.Secret) || k.maker.Has(feature) {
				with++
			} else {
				without++
			}
		}
		if with == 0 {
			t.Errorf("nothing has %q", feature)
		}
		if without == 0 && feature != "id" && feature != "type-body" && feature != "free-fields" {
			t.Errorf("everything has %q", feature)
		}
	}
	for _, k := range all {
		if k.composer.Scheme.Has("telepathy", k.composer.Secret) || k.maker.Has("telepathy") {
			t.Errorf("%s has a feature that does not exist", k.name)
		}
	}
	for _, f := range Faults() {
		for _, need := range f.Needs {
			if _, ok := Features[need]; !ok {
				t.Errorf("fault %s needs %q, which is no feature", f.Name, need)
			}
		}
	}
}

func TestDurationText(t *testing.T) {
	for in, want := range map[string]time.Duration{"300ms": 300 * time.Millisecond, "2m": 2 * time.Minute, "-25h": -25 * time.Hour} {
		var d, again Duration
		if err := d.UnmarshalText([]byte(in)); err != nil || time.Duration(d) != want {
			t.Errorf("%s is %v, %v; want %v", in, d, err, want)
		}
		written, _ := d.MarshalText()
		if err := again.UnmarshalText(written); err != nil || again != d {
			t.Errorf("%s is written as %s and read again as %v, %v", in, written, again, err)
		}
	}
	var d Duration
	if err := d.UnmarshalText([]byte("5")); err == nil || err.Error() != `"5" is no duration (write 300ms, 5s, 2m)` {
		t.Errorf("a number without unit: %v", err)
	}
}
