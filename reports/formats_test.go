package reports

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"testing"
)

func TestFormats(t *testing.T) {
	if want := []string{"terminal", "json", "junit"}; !slices.Equal(Formats(), want) {
		t.Errorf("formats %v, want %v", Formats(), want)
	}
	files := map[string]string{"terminal": "failing.txt", "json": "failing.json", "junit": "failing.xml"}
	for _, name := range Formats() {
		var b bytes.Buffer
		if err := Render(&b, name, sampleReports()["failing"]); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("testdata/" + files[name])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("Render writes %s otherwise than its own function", name)
		}
	}
}

func TestRenderNamesTheNearest(t *testing.T) {
	for name, want := range map[string]string{
		"jsn":   `unknown format "jsn"; did you mean "json"?`,
		"JUnit": `unknown format "JUnit"; did you mean "junit"?`,
		"term":  `unknown format "term"; did you mean "terminal"?`,
		"sheet": `unknown format "sheet"; there are terminal, json, junit`,
	} {
		if err := Render(&bytes.Buffer{}, name, Report{}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRenderTellsWriteErrors(t *testing.T) {
	for _, name := range Formats() {
		if err := Render(full{}, name, sampleReports()["load"]); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := Detail(full{}, toleranceInfo(), TerminalOptions{}); !errors.Is(err, errFull) {
		t.Errorf("Detail: error %v", err)
	}
}
