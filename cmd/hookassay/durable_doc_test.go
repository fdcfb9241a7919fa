package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/scenarios"
)

// TestDurableReceiverPage: the page names scenarios and flaws that there are, and
// every flaw of the design that it explains.
func TestDurableReceiverPage(t *testing.T) {
	b, err := os.ReadFile("../../docs/durable-receiver.md")
	if err != nil {
		t.Fatal(err)
	}
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	var flaws, needy []string
	for _, f := range receiver.Flaws() {
		flaws = append(flaws, f.Name)
		if len(f.Needs()) > 0 {
			needy = append(needy, f.Name)
		}
	}
	named := 0
	for _, part := range regexp.MustCompile(`(?s)\*Finds it:\*.*?\n\n`).FindAllString(string(b), -1) {
		for _, name := range regexp.MustCompile("`([a-z][a-z0-9.-]+)`").FindAllStringSubmatch(part, -1) {
			named++
			isScenario := strings.Contains(name[1], ".")
			if isScenario && !slices.Contains(c.IDs(), name[1]) {
				t.Errorf("there is no scenario %s", name[1])
			}
			if !isScenario && !slices.Contains(flaws, name[1]) {
				t.Errorf("there is no flaw %s", name[1])
			}
		}
	}
	if named < len(needy) {
		t.Fatalf("only %d names are read from the page", named)
	}
	for _, name := range needy {
		if !strings.Contains(string(b), "`"+name+"`") {
			t.Errorf("the page does not tell of %s", name)
		}
	}
}
