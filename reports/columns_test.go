package reports

import (
	"slices"
	"strings"
	"testing"
)

func TestAlign(t *testing.T) {
	tests := []struct{ name, left, right, want string }{
		{"the same", "GET / HTTP/1.1\nA: 1\n\nbody", "GET / HTTP/1.1\nA: 1\n\nbody",
			"GET / HTTP/1.1|GET / HTTP/1.1\nA: 1|A: 1\n|\nbody|body"},
		{"first lines and bodies differ", "GET / HTTP/1.1\n\na", "PUT / HTTP/1.1\n\nb", "GET / HTTP/1.1!PUT / HTTP/1.1\n|\na!b"},
		{"a header is missing", "GET /\nSig: 1\nB: 2", "GET /\nB: 2", "GET /|GET /\nSig: 1!-\nB: 2|B: 2"},
		{"a header is added", "GET /\nB: 2", "GET /\nSig: 1\nSig: 2\nB: 2", "GET /|GET /\n-!Sig: 1\n-!Sig: 2\nB: 2|B: 2"},
		{"names in another case", "GET /\nsig: 1", "GET /\nSig: 1", "GET /|GET /\nsig: 1!Sig: 1"},
		{"no answer", "200 OK\nA: 1", "reset", "200 OK!reset\nA: 1!-"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var rows []string
			for _, p := range align(strings.Split(test.left, "\n"), strings.Split(test.right, "\n")) {
				left, right, sign := p.left, p.right, "!"
				if !p.hasLeft {
					left = "-"
				}
				if !p.hasRight {
					right = "-"
				}
				if p.same() {
					sign = "|"
				}
				rows = append(rows, left+sign+right)
			}
			if got := strings.Join(rows, "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestCells(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  []string
	}{
		{"", 4, []string{""}},
		{"abcd", 4, []string{"abcd"}},
		{"abcde", 4, []string{"abcd", "e"}},
		{"日本語", 4, []string{"日本", "語"}},
		{"日本", 1, []string{"日", "本"}},
	}
	for _, test := range tests {
		if got := cells(test.in, test.width); !slices.Equal(got, test.want) {
			t.Errorf("cells(%q, %d) is %q, want %q", test.in, test.width, got, test.want)
		}
	}
}

func TestMessageLinesAreBounded(t *testing.T) {
	got := messageLines(strings.Repeat("x\n", 100_000))
	if len(got) != mostLines+1 || got[mostLines] != "(cut)" {
		t.Errorf("%d lines, the last is %q", len(got), got[len(got)-1])
	}
}

func TestAround(t *testing.T) {
	long := strings.Repeat("a", 50) + "X" + strings.Repeat("b", 50)
	tests := []struct {
		in    string
		n     int
		width int
		want  string
		at    int // column of byte n
	}{
		{"", 0, 20, "(nothing)", 0},
		{"short", 3, 20, "short", 3},
		{"Åé☕X", 7, 20, "Åé☕X", 4},
		{long, 50, 20, "...aaaaaaXbbbbbbb...", 9},
		{long, 2, 20, "aaaaaaaaaaaaaaaaa...", 2},
		{long, 101, 20, "...bbbbbb", 9},
	}
	for _, test := range tests {
		if got, at := around(test.in, test.n, test.width); got != test.want || at != test.at {
			t.Errorf("around(%q, %d) is %q, column %d; want %q, column %d", test.in, test.n, got, at, test.want, test.at)
		}
	}
}
