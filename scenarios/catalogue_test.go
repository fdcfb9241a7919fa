package scenarios

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write catalogue.json and other generated files anew")

// The JSON form is what the program reads; the YAML is what people write.
func TestCatalogueIsCurrent(t *testing.T) {
	c, err := Compile()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("catalogue.json", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("catalogue.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("catalogue.json is older than catalogue/*.yaml: run `make generate`")
	}
}
