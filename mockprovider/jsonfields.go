package mockprovider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A jsonField is one value of a JSON text with its place, in bytes.
type jsonField struct {
	pointer string // RFC 6901
	name    string // of the member, as a JSON text; "" in a list
	kind    byte   // the value's first character; 0 for a number's
	depth   int
	from    int // where its name begins, or the value in a list
	at, end int // the value
}

// jsonFields lists the values inside a JSON text, those nearest to its root
// first. The text itself is none of them.
func jsonFields(body []byte) ([]jsonField, error) {
	w := fieldWalk{body: body, dec: json.NewDecoder(bytes.NewReader(body))}
	w.dec.UseNumber()
	if err := w.value(jsonField{}); err != nil {
		return nil, err
	}
	slices.SortStableFunc(w.found, func(a, b jsonField) int { return a.depth - b.depth })
	return w.found, nil
}

// fieldWalk keeps its own order: parents before their children.
type fieldWalk struct {
	body  []byte
	dec   *json.Decoder
	found []jsonField
}

// next is where the next token begins.
func (w *fieldWalk) next() int {
	rest := w.body[w.dec.InputOffset():]
	return len(w.body) - len(bytes.TrimLeft(rest, " \t\r\n,:"))
}

// value reads one value. The field says where it stands.
func (w *fieldWalk) value(f jsonField) error {
	f.at = w.next()
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	mine := len(w.found)
	w.found = append(w.found, f)
	switch token {
	case json.Delim('{'):
		err = w.members(f)
	case json.Delim('['):
		err = w.items(f)
	}
	if err != nil {
		return err
	}
	f.end = int(w.dec.InputOffset())
	if first := w.body[f.at]; strings.IndexByte(`{["tfn`, first) >= 0 {
		f.kind = first
	}
	w.found[mine] = f
	if f.depth == 0 {
		w.found = w.found[1:]
	}
	return nil
}

func (w *fieldWalk) members(f jsonField) error {
	for w.dec.More() {
		from := w.next()
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return fmt.Errorf("a member's name is %v", token)
		}
		escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		raw := string(w.body[from:w.dec.InputOffset()])
		err = w.value(jsonField{pointer: f.pointer + "/" + escaped, name: raw, depth: f.depth + 1, from: from})
		if err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

func (w *fieldWalk) items(f jsonField) error {
	for i := 0; w.dec.More(); i++ {
		item := jsonField{pointer: f.pointer + "/" + strconv.Itoa(i), depth: f.depth + 1, from: w.next()}
		if err := w.value(item); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

// put writes another value in the field's place.
func (f jsonField) put(body []byte, raw string) []byte {
	return slices.Concat(body[:f.at], []byte(raw), body[f.end:])
}

// cut takes the member or item out, with the comma that goes with it.
func (f jsonField) cut(body []byte) []byte {
	before, behind := bytes.TrimRight(body[:f.from], " \t\r\n"), bytes.TrimLeft(body[f.end:], " \t\r\n")
	if rest, ok := bytes.CutPrefix(behind, []byte(",")); ok {
		return slices.Concat(body[:f.from], bytes.TrimLeft(rest, " \t\r\n"))
	}
	return slices.Concat(bytes.TrimSuffix(before, []byte(",")), body[f.end:])
}

// twice writes the member a second time, right behind, with another value.
func (f jsonField) twice(body []byte, raw string) []byte {
	again := "," + raw
	if f.name != "" {
		again = "," + f.name + ":" + raw
	}
	return slices.Concat(body[:f.end], []byte(again), body[f.end:])
}

// rename gives the member another name, written as a JSON text.
func (f jsonField) rename(body []byte, name string) []byte {
	return slices.Concat(body[:f.from], []byte(name), body[f.from+len(f.name):])
}
