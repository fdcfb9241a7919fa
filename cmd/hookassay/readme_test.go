package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeExcerpts: what README.md shows of the demo is what the demo prints,
// but for figures that differ from run to run.
func TestReadmeExcerpts(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	excerpts := regexp.MustCompile("(?s)<!-- excerpt -->\n```\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(excerpts) < 2 {
		t.Fatalf("README.md has %d excerpts, of at least 2", len(excerpts))
	}
	var out, progress bytes.Buffer
	if code := Main([]string{"demo", "--quiet"}, &out, &progress); code != 0 {
		t.Fatalf("the demo ends with %d\n%s%s", code, out.String(), progress.String())
	}
	printed := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		printed[figures(line)] = true
	}
	for _, excerpt := range excerpts {
		for line := range strings.Lines(excerpt[1]) {
			if !printed[figures(line)] {
				t.Errorf("the demo does not print: %s", line)
			}
		}
	}
}

// varying are durations, seeds, how many copies of a race win, and how many
// deliveries a seed makes of a class.
var varying = regexp.MustCompile(`\d+\.\d+ s|--seed \d+|processed \d+ times|was 0 of \d+|\d+ events acknowledged: \d+`)

func figures(line string) string {
	return varying.ReplaceAllString(strings.TrimRight(line, "\n"), "#")
}
