package mockprovider

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSchemesAreValid(t *testing.T) {
	all, err := loadSchemes()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range all {
		entry := "schemes/" + name + ".yaml"
		if _, err := files.ReadFile(entry); err != nil {
			t.Errorf("scheme %s does not stand in a file of its name: %v", name, err)
		}
		if u, err := url.Parse(s.Source); err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("%s: source %q is no page that somebody can open", name, s.Source)
		}
		for _, pointer := range slices.Concat(s.Free, []string{s.Type.Body, s.Time.Body, s.ID.Body}) {
			if _, err := pointerPath(pointer); pointer != "" && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A feature that nothing has, or nothing lacks, would hide every scenario that
// needs it, or none.
func TestFeaturesTellSchemesApart(t *testing.T) {
	own := kits(t)[0]
	own.maker = NewMaker(own.composer.Scheme, &Samples{}, 1, "n")
	all := append(kits(t), own, ownKit(t))
	for feature := range Features {
		if Givable[feature] != "" { // the target's, not the scheme's
			continue
		}
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
		if without == 0 && !slices.Contains([]Feature{"type-body", "free-fields", "event-identity"}, feature) {
			t.Errorf("everything has %q", feature)
		}
	}
	for _, k := range all {
		if k.composer.Scheme.Has("telepathy", k.composer.Secret) || k.maker.Has("telepathy") {
			t.Errorf("%s has a feature that does not exist", k.name)
		}
	}
	for f := range Givable {
		if Features[f] == "" {
			t.Errorf("%q can be given and is no feature", f)
		}
	}
	for f, slot := range SecretSlots {
		if !strings.Contains(Givable[f], "target.secrets."+slot+", --"+slot+"-secret") {
			t.Errorf("%s: nobody is told how to give the secret", f)
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
