package interop_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/internal/interop"
	"github.com/hookassay/hookassay/internal/interop/findings"
	"github.com/hookassay/hookassay/reports"
)

const page = "../../docs/real-receivers.md"

var update = flag.Bool("update", false, "write "+page)

// TestGraded grades every receiver with hookassay's command line and compares what
// it finds with testdata/findings, entry by entry, and with the page.
func TestGraded(t *testing.T) {
	all := make([]findings.Graded, len(interop.Receivers))
	t.Run("receivers", func(t *testing.T) { // which ends when the last of them is graded
		for i, receiver := range interop.Receivers {
			t.Run(receiver.Name, func(t *testing.T) {
				t.Parallel()
				all[i] = grade(t, receiver)
			})
		}
	})
	t.Run("page", func(t *testing.T) {
		if slices.ContainsFunc(all, func(g findings.Graded) bool { return g.Name == "" }) {
			t.Skip("not every receiver was graded")
		}
		var got bytes.Buffer
		if err := findings.WritePage(&got, all); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(page, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is not what the receivers give now; go test -run TestGraded -update . writes it\n%s",
				page, firstDifference(want, got.Bytes()))
		}
	})
}

// firstDifference shows the first line that two texts do not share.
func firstDifference(want, got []byte) string {
	a, b := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d is   %s\nwould be %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("it has %d lines, would have %d", len(a), len(b))
}

func grade(t *testing.T, receiver interop.Receiver) findings.Graded {
	file := "testdata/findings/" + receiver.Name + ".yaml"
	expected, err := findings.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	secret := receiver.Secret()
	url, effectsURL := interop.Start(t, receiver, secret)
	report := interop.Grade(t, receiver, url, effectsURL, secret)
	effects := readEffects(t, effectsURL)
	assertEffectsAreTrue(t, report, effects)
	graded := findings.Graded{
		Name: receiver.Name, Library: receiver.Library, Version: receiver.Version, Setup: receiver.Source, Note: receiver.Note,
		Start: interop.StartCommand(receiver), Command: interop.GradeCommand(receiver),
		Report: report, Expected: expected, Effects: effects,
	}
	for _, problem := range findings.Compare(report, expected) {
		t.Error(problem)
	}
	if missing := graded.Missing(); missing != "" {
		t.Errorf("%s lacks:\n%s", file, missing)
	}
	return graded
}

// assertEffectsAreTrue compares every count that the report rests on with the
// receiver's own. An effect that came too late for hookassay shows here.
func assertEffectsAreTrue(t *testing.T, report reports.Report, effects map[string]int) {
	t.Helper()
	compared := 0
	for _, s := range report.Scenarios {
		for _, f := range s.Findings {
			if e := f.Evidence.Effects; e != nil {
				compared++
				if e.Seen != effects[e.EventID] {
					t.Errorf("%s: hookassay saw %d effects of %s, there were %d", s.ID, e.Seen, e.EventID, effects[e.EventID])
				}
			}
		}
	}
	if compared == 0 {
		t.Error("no finding rests on an effect; duplicates at least should")
	}
}
