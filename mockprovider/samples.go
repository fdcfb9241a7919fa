package mockprovider

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// maxSample bounds one sample file.
const maxSample = 4 << 20

// Samples are the user's own events, for receivers that validate what they
// are sent. Values at the places named are made fresh for every event;
// everything else is sent as it stands in the file.
type Samples struct {
	ID      string            // JSON pointer of the event's id; may be empty where the id is a header
	Type    string            // JSON pointer of the type; empty: the file's name without its ending
	Set     map[string]string // JSON pointer → text with placeholders: fresh business keys
	Free    []string          // JSON pointers under which extra fields may be put
	Handled []string          // types that have an effect; empty: all
	files   []sample
	poison  *sample // whose processing always fails
}

type sample struct {
	name, typ string
	body      []byte
	info      os.FileInfo
}

// Load reads the files that match the pattern. A sample with "livemode": true
// is refused unless live is set: it might move real money.
func (s *Samples) Load(pattern string, live bool) error {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return fmt.Errorf("events.files %q: %w", pattern, err)
	}
	if len(names) == 0 {
		return fmt.Errorf("events.files %q matches no file", pattern)
	}
	for _, name := range names {
		if err := s.load(name, live); err != nil {
			return err
		}
	}
	return s.checkHandled()
}

// LoadPoison reads the sample whose processing always fails. It is sent only
// where event.poison asks for it: should it be among those of Load, it is taken
// out there.
func (s *Samples) LoadPoison(name string, live bool) error {
	poison, err := s.read(name, live)
	if err != nil {
		return err
	}
	s.files = slices.DeleteFunc(s.files, func(f sample) bool { return os.SameFile(f.info, poison.info) })
	if len(s.files) == 0 {
		return errors.New("events.files holds nothing but the poison event")
	}
	s.poison = &poison
	return s.checkHandled()
}

func (s *Samples) load(name string, live bool) error {
	one, err := s.read(name, live)
	if err == nil {
		s.files = append(s.files, one)
	}
	return err
}

func (s *Samples) read(name string, live bool) (sample, error) {
	info, err := os.Stat(name)
	if err != nil {
		return sample{}, err
	}
	if info.Size() > maxSample {
		return sample{}, fmt.Errorf("%s: %d bytes, more than the %d a sample may have", name, info.Size(), maxSample)
	}
	body, err := os.ReadFile(name)
	if err != nil {
		return sample{}, err
	}
	if !gjson.ValidBytes(body) {
		return sample{}, fmt.Errorf("%s: not JSON", name)
	}
	if gjson.GetBytes(body, "livemode").Bool() && !live {
		return sample{}, fmt.Errorf(`%s: "livemode" is true: refused away from loopback`, name)
	}
	typ := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if s.Type != "" {
		v, err := getJSON(body, s.Type)
		if err != nil {
			return sample{}, fmt.Errorf("events.type: %w", err)
		}
		if v.Type != gjson.String {
			return sample{}, fmt.Errorf("%s: no text at %s (events.type)", name, s.Type)
		}
		typ = v.String()
	}
	return sample{name, typ, body, info}, nil
}

func (s *Samples) checkHandled() error {
	for _, h := range s.Handled {
		if !slices.ContainsFunc(s.files, func(f sample) bool { return f.typ == h }) {
			return fmt.Errorf("events.handled names %q, but no sample has that type", h)
		}
	}
	return nil
}

// types lists the samples' types, handled ones first.
func (s *Samples) types() []string {
	all := slices.Clone(s.Handled)
	for _, f := range s.files {
		if !slices.Contains(all, f.typ) {
			all = append(all, f.typ)
		}
	}
	return all
}

// of is the sample of the type, or the first one where the type has none.
func (s *Samples) of(typ string) sample {
	return s.files[max(0, slices.IndexFunc(s.files, func(f sample) bool { return f.typ == typ }))]
}

// fill makes the body of the event from the sample.
func (s *Samples) fill(from sample, e Event, u unique) ([]byte, error) {
	body, err := slices.Clone(from.body), error(nil)
	for _, pointer := range slices.Sorted(maps.Keys(s.Set)) {
		if body, err = setJSON(body, pointer, placeholderValue(u.fill(s.Set[pointer], e), s.Set[pointer])); err != nil {
			return nil, fmt.Errorf("events.set: %w", err)
		}
	}
	if s.ID != "" {
		if body, err = setJSON(body, s.ID, e.ID); err != nil {
			return nil, fmt.Errorf("events.id: %w", err)
		}
	}
	if s.Type != "" && from.typ != e.Type {
		if body, err = setJSON(body, s.Type, e.Type); err != nil {
			return nil, fmt.Errorf("events.type: %w", err)
		}
	}
	return body, nil
}

// placeholderValue keeps a lone {now_unix} or {number} a number, as it is in
// the payloads of providers.
func placeholderValue(filled, template string) any {
	if template == "{now_unix}" || template == "{number}" {
		return gjson.Parse(filled).Int()
	}
	return filled
}
