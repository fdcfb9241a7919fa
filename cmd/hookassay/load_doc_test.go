package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

const loadPage = "../../docs/load.md"

func readPage(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(loadPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fenced are the page's blocks of a language.
func fenced(page, language string) (blocks []string) {
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// TestLoadPageYAML: what the page shows of the language can be loaded: whole
// scenarios, and keys and schedules, one a line, in place of the first scenario's.
func TestLoadPageYAML(t *testing.T) {
	var whole string
	keys, schedules := 0, 0
	for _, block := range fenced(readPage(t), "yaml") {
		switch {
		case strings.HasPrefix(block, "name:"):
			whole = block
			tryScenario(t, whole)
		case strings.HasPrefix(block, "- "): // of CI
		case strings.HasPrefix(block, "constant:"):
			for line := range strings.Lines(block) {
				schedules++
				tryScenario(t, replaced(whole, "schedule", "schedule: {"+uncommented(line)+"}\n"))
			}
		default:
			for line := range strings.Lines(block) {
				keys++
				key, _, _ := strings.Cut(line, ":")
				tryScenario(t, replaced(whole, key, line))
			}
		}
	}
	if whole == "" || schedules < 7 || keys < 8 {
		t.Fatalf("%d schedules and %d keys were read from the page", schedules, keys)
	}
}

func uncommented(line string) string {
	line, _, _ = strings.Cut(line, "#")
	return strings.TrimSpace(line)
}

// replaced puts other lines in the place of a key's, or behind all.
func replaced(scenario, key, with string) string {
	of := regexp.MustCompile(`(?m)^` + key + `:.*\n(?:[ -].*\n)*`)
	return of.ReplaceAllString(scenario, "") + with
}

func tryScenario(t *testing.T, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := scenarios.LoadScenarioFile(file); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestLoadPageIsWhole: the page tells of every key, schedule, class, metric and
// scenario that there is.
func TestLoadPageIsWhole(t *testing.T) {
	page := readPage(t)
	var schema struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(scenarios.LoadSchemaJSON(), &schema); err != nil {
		t.Fatal(err)
	}
	told := func(kind, name, text string) {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not tell of the %s %s", kind, name)
		}
	}
	keys := 0
	for _, def := range schema.Defs { // of the scenario, its schedules and what else has keys
		for key := range def.Properties {
			keys++
			told("key", key, key+":")
		}
	}
	for _, class := range scenarios.LoadClasses {
		told("class", class, "| `"+class+"` |")
	}
	for _, name := range scenarios.LoadNames() {
		told("scenario", name, "| `"+name+"` |")
	}
	for metric := range scenarios.Metrics {
		_, clock, timed := strings.Cut(strings.TrimSuffix(metric, ")"), "(")
		if timed {
			metric = "p99(" + clock + ")"
		}
		told("metric", metric, "`"+metric+"`")
	}
	if keys < 30 || len(scenarios.Metrics) < 10 {
		t.Fatalf("%d keys, %d metrics", keys, len(scenarios.Metrics))
	}
}

// TestLoadPageCommands: the page's commands and flags exist.
func TestLoadPageCommands(t *testing.T) {
	root := newRoot(io.Discard, io.Discard)
	page := strings.ReplaceAll(strings.ReplaceAll(readPage(t), "\\\n", " "), "\n", " \n")
	commands := regexp.MustCompile("hookassay ((?:load|run|report|receiver|judge|schema)(?: [^`\n#|>]*)?)").FindAllStringSubmatch(page, -1)
	flags := 0
	for _, m := range commands {
		cmd, rest, err := root.Find(strings.Fields(m[1]))
		if err != nil {
			t.Errorf("%s: %v", m[0], err)
			continue
		}
		for _, word := range rest {
			if long, isFlag := strings.CutPrefix(word, "--"); isFlag {
				flags++
				if cmd.Flags().Lookup(long) == nil {
					t.Errorf("%s: there is no --%s", m[0], long)
				}
			}
		}
	}
	if len(commands) < 8 || flags < 8 {
		t.Fatalf("only %d commands with %d flags are read from the page", len(commands), flags)
	}
}

// TestLoadPageExcerpt: the report that the page shows a part of is kept, and the
// page shows what would be printed of it.
func TestLoadPageExcerpt(t *testing.T) {
	f, err := os.Open("testdata/load-page/report.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := reports.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := reports.Terminal(&out, report, reports.TerminalOptions{}); err != nil {
		t.Fatal(err)
	}
	printed := slices.Collect(strings.Lines(out.String()))
	_, rest, _ := strings.Cut(readPage(t), "<!-- excerpt -->\n")
	shown := fenced(rest, "")
	if len(shown) == 0 {
		t.Fatal("the page has no excerpt")
	}
	for line := range strings.Lines(shown[0]) {
		if !slices.Contains(printed, line) {
			t.Errorf("the report does not print: %s", line)
		}
	}
	for _, command := range []string{"--flaw queue-unbounded", fmt.Sprintf("load %s", report.Load[0].Name)} {
		if !strings.Contains(readPage(t), command) {
			t.Errorf("the page does not say %s", command)
		}
	}
}
