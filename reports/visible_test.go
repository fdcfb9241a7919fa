package reports

import "testing"

func TestVisible(t *testing.T) {
	tests := []struct{ in, visible, oneLine string }{
		{"plain − text", "plain − text", "plain − text"},
		{"a\r\nb\nc\n", "a\nb\nc\n", "a b c"},
		{"a\rb\tc", `a\rb\tc`, `a\rb\tc`},
		{"\x1b[31mred\x07", `\x1b[31mred\x07`, `\x1b[31mred\x07`},
		{"\xff\x00", `\xff\x00`, `\xff\x00`},
		{"\u202Eevil\u200b\uFEFF", `\u202eevil\u200b\ufeff`, `\u202eevil\u200b\ufeff`},
		{"\U000E0001", `\U000e0001`, `\U000e0001`},
		{"\uFFFD", "\uFFFD", "\uFFFD"},
		{"\u0085\uFFFE", `\u0085\ufffe`, `\u0085\ufffe`},
	}
	for _, test := range tests {
		if got := visible(test.in); got != test.visible {
			t.Errorf("visible(%q) is %q, want %q", test.in, got, test.visible)
		}
		if got := oneLine(test.in); got != test.oneLine {
			t.Errorf("oneLine(%q) is %q, want %q", test.in, got, test.oneLine)
		}
	}
}
