package transcript

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hookassay/hookassay/mockprovider"
)

// most bounds the bodies that the tests keep.
const most = 500

func sensitive(as, value string) mockprovider.Sensitive {
	return mockprovider.Sensitive{Kind: "secret", Place: "current", As: as, Value: value}
}

func TestRedactText(t *testing.T) {
	signature := mockprovider.Sensitive{Kind: "expected-signature", Place: "X-Sig", As: "hex", Value: "c0ffee00"}
	for _, tt := range []struct {
		name, text, want string
		values           []mockprovider.Sensitive
	}{
		{"one", "key=abcd;", "key=[redacted:secret:current:text];", []mockprovider.Sensitive{sensitive("text", "abcd")}},
		{"everywhere", "abcd abcdabcd", "[redacted:secret:current:text] [redacted:secret:current:text][redacted:secret:current:text]", []mockprovider.Sensitive{sensitive("text", "abcd")}},
		{"none", "abc d", "abc d", []mockprovider.Sensitive{sensitive("text", "abcd")}},
		{
			"the longest first, whatever the order", "whsec_abcd abcd", "[redacted:secret:current:text] [redacted:secret:current:base64]",
			[]mockprovider.Sensitive{sensitive("base64", "abcd"), sensitive("text", "whsec_abcd")},
		},
		{
			"the longest first, where a shorter begins earlier", "xyabcdef", "xy[redacted:secret:current:text]",
			[]mockprovider.Sensitive{sensitive("hex", "yab"), sensitive("text", "abcdef")},
		},
		{
			"of several kinds", "c0ffee00/abcd", "[redacted:expected-signature:X-Sig:hex]/[redacted:secret:current:text]",
			[]mockprovider.Sensitive{sensitive("text", "abcd"), signature},
		},
		{
			"a secret that is a word of the markers", "abcdef secret", "[redacted:secret:current:text] [redacted:secret:current:text]",
			[]mockprovider.Sensitive{sensitive("text", "secret"), sensitive("text", "abcdef"), sensitive("text", "redacted")},
		},
		{"the empty value", "abc", "abc", []mockprovider.Sensitive{sensitive("text", "")}},
		{"hex in letters of either case", "xC0fFee/c0ffeeC0FFEE é", "x[redacted:secret:current:hex]/[redacted:secret:current:hex][redacted:secret:current:hex] é", []mockprovider.Sensitive{sensitive("hex", "c0ffee"), sensitive("hex", "C0FFEE")}},
		{"other texts in the case they have", "ABCD abcd", "ABCD [redacted:secret:current:text]", []mockprovider.Sensitive{sensitive("text", "abcd")}},
		{"beside letters whose small form is longer", "\u212a\u0130C0FFEE", "\u212a\u0130[redacted:secret:current:hex]", []mockprovider.Sensitive{sensitive("hex", "c0ffee")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := NewRedactor(tt.values).Text(tt.text); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestUnfinishedHexInLettersOfEitherCase(t *testing.T) {
	r := NewRedactor([]mockprovider.Sensitive{sensitive("hex", "c0ffee00"), sensitive("text", "words")})
	for end, want := range map[string]int{"xC0fF": 4, "xc0ffee0": 7, "xC0FFEE00": 0, "xWOR": 0, "xwor": 3} {
		if got := r.Unfinished([]byte(end)); got != want {
			t.Errorf("%s ends in %d bytes of a secret, not %d", end, want, got)
		}
	}
}

func TestMarkersTellKindAndPlace(t *testing.T) {
	v := sensitive("base64", "abcd")
	if got := Marker(v); got != "[redacted:secret:current:base64]" || !strings.HasPrefix(got, MarkerPrefix("secret")) {
		t.Errorf("marker %s, prefix %s", got, MarkerPrefix("secret"))
	}
	if strings.HasPrefix(Marker(v), MarkerPrefix("expected-signature")) {
		t.Error("the kinds cannot be told apart")
	}
}

func TestWithAddsAndLeavesAlone(t *testing.T) {
	r := NewRedactor([]mockprovider.Sensitive{sensitive("text", "abcd")})
	more := r.With([]mockprovider.Sensitive{sensitive("text", "xxabcdxx")})
	if got := more.Text("xxabcdxx abcd"); strings.Contains(got, "abcd") || strings.Contains(got, "xx") {
		t.Errorf("with more: %s", got)
	}
	if got := r.Text("xxabcdxx"); got != "xx[redacted:secret:current:text]xx" {
		t.Errorf("the first redactor changed: %s", got)
	}
	if r.With(nil) != r {
		t.Error("with nothing more it is another redactor")
	}
}

func TestRedactBody(t *testing.T) {
	secret := "a secret of some length"
	r := NewRedactor([]mockprovider.Sensitive{sensitive("text", secret)})
	marker := Marker(sensitive("text", secret))
	for _, tt := range []struct {
		name, body, want string
		base64           bool
	}{
		{"text", "say " + secret, "say " + marker, false},
		{"nothing", "", "", false},
		{"no UTF-8", "\xff" + secret + "\xfe", "\xff" + marker + "\xfe", true},
		{"just short enough", strings.Repeat("x", most), strings.Repeat("x", most), false},
		{"too long", strings.Repeat("x", most+1), strings.Repeat("x", most), false},
		{"much too long", strings.Repeat("x", 5*most), strings.Repeat("x", most), false},
		{"much too long, cut inside a character", strings.Repeat("x", most-1) + strings.Repeat("é", most), strings.Repeat("x", most-1), false},
		{"much too long, no UTF-8", strings.Repeat("\xff", 5*most), strings.Repeat("\xff", most), true},
		{"cut inside a character", strings.Repeat("x", most-1) + "é", strings.Repeat("x", most-1), false},
		{"cut inside a longer character", strings.Repeat("x", most-3) + "🔑", strings.Repeat("x", most-3), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, isBase64 := r.Body([]byte(tt.body), most)
			if got := plainText(t, text, isBase64); got != tt.want || isBase64 != tt.base64 {
				t.Errorf("base64 %v, %.80q; want %v, %.80q", isBase64, got, tt.base64, tt.want)
			}
		})
	}
}

func plainText(t *testing.T, text string, isBase64 bool) string {
	t.Helper()
	if !isBase64 {
		return text
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Wherever the secret stands about the cut, no part of it is kept.
func TestCutLeavesNoHalfOfASecret(t *testing.T) {
	secret := "0123456789abcdefghijklmnopqrstuvwxyz"
	r := NewRedactor([]mockprovider.Sensitive{sensitive("text", secret)})
	for _, c := range []struct{ filler, behind string }{
		{"X", ""}, {"\xff", ""}, {"X", strings.Repeat("Y", 80)}, {"\xff", strings.Repeat("Y", 80)}, {"X", secret}, {secret, ""},
	} {
		for before := most - len(secret) - 2; before <= most+len(secret)+2; before++ {
			filled := strings.Repeat(c.filler, before)[:before/len(c.filler)*len(c.filler)]
			text, isBase64 := r.Body([]byte(filled+secret+c.behind), most)
			got := plainText(t, text, isBase64)
			if strings.Contains(got, secret[:3]) || len(got) > most {
				t.Fatalf("with %d bytes before it %d are kept, and at the end %q", before, len(got), got[len(got)-40:])
			}
		}
	}
}

// For random bodies with secrets in any of their spellings, what is kept
// contains none of them.
func TestNothingSensitiveIsKept(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 400 {
		var values []mockprovider.Sensitive
		for i, form := range []mockprovider.SecretForm{mockprovider.FormWhsec, mockprovider.FormWhsk, mockprovider.FormUTF8, mockprovider.FormToken} {
			random := sha256.Sum256(fmt.Appendf(nil, "%d/%d", round, i))
			values = append(values, mockprovider.SecretFromBytes(form, random).Sensitive("current")...)
		}
		values = append(values, mockprovider.SensitiveText("X-Edge", `pa"ss/w&rd é`+fmt.Sprint(round))...)
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		var body bytes.Buffer
		for range 1 + r.IntN(40) {
			body.WriteString(noise(r))
			body.WriteString(values[r.IntN(len(values))].Value)
		}
		body.WriteString(noise(r))
		limit := []int{most, 100 * most}[r.IntN(2)]
		text, isBase64 := NewRedactor(values).Body(body.Bytes(), limit)
		kept := plainText(t, text, isBase64)
		if !utf8.ValidString(text) || isBase64 == utf8.ValidString(kept) {
			t.Fatalf("round %d: base64 %v of %q", round, isBase64, kept)
		}
		for _, v := range values {
			if strings.Contains(kept, v.Value) || strings.Contains(text, v.Value) {
				t.Fatalf("round %d: %s is kept of\n%q\nin\n%q", round, v.As, body.Bytes(), kept)
			}
		}
		if limit > body.Len() && !strings.Contains(kept, MarkerPrefix("secret")) {
			t.Fatalf("round %d: nothing tells that a secret stood there: %q", round, kept)
		}
	}
}

// noise is text of any kind, sometimes not UTF-8.
func noise(r *rand.Rand) string {
	alphabet := []string{"a", "Z", "0", "/", "+", "=", `\`, `"`, "é", "🔑", "\n", "[redacted:", "]", "%2F"}
	if r.IntN(8) == 0 {
		return "\xff\x00"
	}
	var b strings.Builder
	for range r.IntN(30) {
		b.WriteString(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}
