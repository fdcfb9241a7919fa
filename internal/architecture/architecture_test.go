// Package architecture keeps the arrows between the packages and what must
// never be imported. docs/architecture.md draws them.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/hookassay/hookassay/"

// arrows says which packages of the module each room may import. Rooms point
// down only; a room may import itself and its own sub-packages, and internal
// packages that no arrow names are for everybody.
var arrows = map[string][]string{
	"cmd":                {"suites", "scenarios", "mockprovider", "reports", "internal/receiver"},
	"suites/specs":       {"suites/conformance", "suites/load", "suites/target", "suites/transcript", "scenarios", "mockprovider", "reports"},
	"suites/conformance": {"suites/target", "suites/transcript", "scenarios", "mockprovider", "reports"},
	"suites/load":        {"suites/target", "suites/transcript", "scenarios", "mockprovider", "reports"},
	"suites/target":      {"suites/transcript", "scenarios", "mockprovider", "reports"},
	"suites/transcript":  {"mockprovider"},
	"scenarios":          {"mockprovider"},
	"mockprovider":       {},
	"reports":            {},
	"internal/receiver":  {},
}

// nevers are packages of others with the only rooms that may import them.
var nevers = map[string][]string{
	"github.com/onsi/ginkgo/":    {"suites/specs", "examples"},
	"github.com/onsi/gomega":     {"suites/specs", "examples"},
	"github.com/tsenart/vegeta/": {"suites/load", "internal/peers"}, // which measures us beside it
	"github.com/jackc/pgx/":      {"cmd", "internal/postgres"},
	"modernc.org/sqlite":         {"cmd", "internal/receiver"},
	"github.com/prometheus/":     {"cmd"},
}

// shared are internal packages for everybody; they import nothing of ours.
var shared = []string{"internal/jsontext", "internal/nearest", "internal/strictyaml"}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < len(arrows) {
		t.Fatalf("go list names only %d packages", len(all))
	}
	return all
}

// room is the room a package stands in: the longest one that is its prefix.
func room(path string) string {
	best := ""
	for name := range arrows {
		if (path == name || strings.HasPrefix(path, name+"/")) && len(name) > len(best) {
			best = name
		}
	}
	return best
}

func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		from := room(path)
		seen[from] = true
		if slices.Contains(shared, path) {
			for _, imp := range p.Imports {
				if rest, ours := strings.CutPrefix(imp, module); ours && !slices.Contains(shared, rest) {
					t.Errorf("%s is for everybody and imports %s", path, rest)
				}
			}
			continue
		}
		if from == "" {
			if !strings.HasPrefix(path, "internal/") && !strings.HasPrefix(path, "examples/") {
				t.Errorf("%s stands in no room", path)
			}
			continue
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module)
			if !ours || slices.Contains(shared, to) || room(to) == from {
				continue
			}
			if !allowed(arrows[from], to) {
				t.Errorf("%s imports %s: no arrow leads from %s there", path, to, from)
			}
		}
	}
	for name := range arrows {
		if !seen[name] {
			t.Errorf("the room %s is empty", name)
		}
	}
}

func allowed(rooms []string, path string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool { return path == r || strings.HasPrefix(path, r+"/") })
}

func TestNevers(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		for prefix, rooms := range nevers {
			for _, imp := range p.Imports {
				if strings.HasPrefix(imp, prefix) && !allowed(rooms, path) {
					t.Errorf("%s imports %s: only %s may", path, imp, strings.Join(rooms, ", "))
				}
			}
		}
		if path == "internal/receiver" {
			for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
				if strings.HasPrefix(imp, module+"mockprovider") {
					t.Errorf("%s imports %s: it must not share a signer or verifier with the producer", path, imp)
				}
			}
		}
	}
}

// TestLibraryIsLean: whoever grades a receiver in a Go test links no Ginkgo, no
// Gomega, no Vegeta, no database, no Prometheus.
func TestLibraryIsLean(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", module+"suites/conformance").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for prefix := range nevers {
			if strings.HasPrefix(dep, prefix) {
				t.Errorf("suites/conformance links %s", dep)
			}
		}
	}
}

// TestTopLevel keeps the top level to what it is meant to hold.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	meant := []string{"go.mod", "go.sum", "suites", "scenarios", "mockprovider", "reports", "cmd", "Makefile", "README.md",
		"internal", "docs", "examples", "LICENSE"}
	made := []string{"bin", "hookassay-out"} // by make build and by runs; git ignores them
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(meant, e.Name()) && !slices.Contains(made, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}
