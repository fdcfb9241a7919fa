package main

import (
	"slices"
	"strings"
	"testing"
)

func TestReadReports(t *testing.T) {
	tests := []struct {
		name, reports string
		want          []string
		listened      bool
		wantErr       string
	}{
		{"events", "ready\n\"a\"\n\"\"\n\"a\\nb\"\n", []string{"a", "", "a\nb"}, true, ""},
		{"none", "ready\n", nil, true, ""},
		{"an early end", "", nil, false, ""},
		{"an event before it listens", "\"a\"\n", nil, false, "before it listened"},
		{"something else", "ready\n\"a\"\nhello\n", []string{"a"}, true, "hello"},
		{"a line without end", "ready\n\"" + strings.Repeat("a", maxLine) + "\"\n", nil, true, "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var ids []string
			calls := 0
			listened, err := readReports(strings.NewReader(tt.reports), func(id string) { ids = append(ids, id) }, func() { calls++ })
			if !slices.Equal(ids, tt.want) || listened != tt.listened || (calls == 1) != tt.listened {
				t.Errorf("ids = %q, listened = %t, ready called %d times; want %q, %t", ids, listened, calls, tt.want, tt.listened)
			}
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("error = %v, want one about %q", err, tt.wantErr)
			}
		})
	}
}
