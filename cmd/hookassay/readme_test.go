package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeExcerpt: what README.md shows of the demo is what the demo prints,
// but for figures that differ from run to run.
func TestReadmeExcerpt(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(b), "<!-- excerpt -->\n```\n")
	excerpt, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatal("README.md has no excerpt")
	}
	var out, progress bytes.Buffer
	if code := Main([]string{"demo", "--quiet"}, &out, &progress); code != 0 {
		t.Fatalf("the demo ends with %d\n%s%s", code, out.String(), progress.String())
	}
	printed := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		printed[figures(line)] = true
	}
	for line := range strings.Lines(excerpt) {
		if !printed[figures(line)] {
			t.Errorf("the demo does not print: %s", line)
		}
	}
}

// varying are durations, seeds, and how many copies of a race win.
var varying = regexp.MustCompile(`\d+\.\d+ s|--seed \d+|processed \d+ times`)

func figures(line string) string {
	return varying.ReplaceAllString(strings.TrimRight(line, "\n"), "#")
}
