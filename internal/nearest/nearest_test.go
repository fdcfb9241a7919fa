package nearest

import "testing"

func TestUnknown(t *testing.T) {
	many := []string{"aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg", "hhhh", "iiii", "jjjj", "kkkk", "llll", "mmmm"}
	for _, tt := range []struct {
		name  string
		valid []string
		want  string
	}{
		{"gihtub", []string{"cloudevents", "github"}, `unknown thing "gihtub"; did you mean "github"?`},
		{"GITHUB", []string{"cloudevents", "github"}, `unknown thing "GITHUB"; did you mean "github"?`},
		{"cloud", []string{"clown", "cloudevents"}, `unknown thing "cloud"; did you mean "cloudevents"?`},
		{"titel", []string{"tile", "title"}, `unknown thing "titel"; did you mean "tile"?`},
		{"zzzzzzzz", []string{"one", "two"}, `unknown thing "zzzzzzzz"; there are one, two`},
		{"", []string{"one", "two"}, `unknown thing ""; there are one, two`},
		{"zzzz zzzz", many, `unknown thing "zzzz zzzz"`},
		{"zzzz zzzz", many[:12], `unknown thing "zzzz zzzz"; there are aaaa, bbbb, cccc, dddd, eeee, ffff, gggg, hhhh, iiii, jjjj, kkkk, llll`},
		{"x", nil, `unknown thing "x"`},
	} {
		if got := Unknown("thing", tt.name, tt.valid).Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// Of names equally near the first is taken, so that a message is always the same.
func TestNameTakesTheFirstOfEquals(t *testing.T) {
	for range 20 {
		if got := Name("cat", []string{"car", "bat", "cut"}); got != "car" {
			t.Fatalf("nearest to cat is %s", got)
		}
	}
}
