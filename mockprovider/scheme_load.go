package mockprovider

import (
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/internal/strictyaml"
)

//go:embed schemes/*.yaml templates
var files embed.FS

// maxScheme bounds the file of a user's scheme, in bytes.
const maxScheme = 1 << 20

// FindScheme returns the built-in scheme of that name; the error names the
// nearest one. A name that ends in ".yaml" is a file of the user's own: the
// templates of its events are templates/EVENT.json beside it.
func FindScheme(name string) (*Scheme, error) {
	all, err := loadSchemes()
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".yaml") {
		return readScheme(name, all)
	}
	if s, ok := all[name]; ok {
		return s, nil
	}
	return nil, nearest.Unknown("scheme", name, SchemeNames())
}

// SchemeNames lists the built-in schemes in alphabetical order.
func SchemeNames() []string {
	all, _ := loadSchemes() // the embedded schemes are valid: a test loads them
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var loadSchemes = sync.OnceValues(func() (map[string]*Scheme, error) {
	names, err := fs.Glob(files, "schemes/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]*Scheme{}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		folder := "templates/" + strings.TrimSuffix(strings.TrimPrefix(name, "schemes/"), ".yaml")
		s, err := parseScheme("mockprovider/"+name, text, func(event string) ([]byte, error) {
			return files.ReadFile(folder + "/" + event + ".json")
		})
		if err != nil {
			return nil, err
		}
		all[s.Name] = s
	}
	return all, nil
})

// readScheme reads a scheme of the user's own. It must not pass for a built-in
// one, whose scenarios rest on sources that do not speak of it.
func readScheme(file string, builtIn map[string]*Scheme) (*Scheme, error) {
	text, err := strictyaml.ReadBounded(file, maxScheme)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(filepath.Dir(file), "templates")
	s, err := parseScheme(file, text, func(event string) ([]byte, error) {
		return strictyaml.ReadBounded(filepath.Join(folder, event+".json"), maxSample)
	})
	if err != nil {
		return nil, err
	}
	if _, taken := builtIn[s.Name]; taken {
		return nil, fmt.Errorf("%s: name %q is that of a built-in scheme", file, s.Name)
	}
	return s, nil
}

// parseScheme reads a scheme and the templates of its events. Errors begin
// with the file's name.
func parseScheme(file string, text []byte, template func(event string) ([]byte, error)) (*Scheme, error) {
	doc, err := strictyaml.Parse(file, text)
	if err != nil {
		return nil, err
	}
	s := &Scheme{templates: map[string]string{}}
	if err := doc.Decode(doc.Body, s); err != nil {
		return nil, err
	}
	for _, event := range s.Events {
		if strings.ContainsAny(event, `/\`) {
			return nil, fmt.Errorf("%s: event %q is no name of a file", file, event)
		}
		b, err := template(event)
		if err != nil {
			return nil, fmt.Errorf("%s: event %q has no template: %w", file, event, err)
		}
		s.templates[event] = strings.TrimSpace(string(b))
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}
