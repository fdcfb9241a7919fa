package mockprovider

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the head of the finished message: its request line, and fields that
// stand there twice, in odd spellings or in odd sizes.
var headFaults = []Fault{
	{
		Name: "request.target", Stage: StageSealed, Param: ParamText,
		Doc:   "the request line has another target; {path}, {PATH} (in capitals), {last} (its last segment), {parent} (what stands before) and {host} are the genuine one's",
		apply: func(d *Draft, p Param) error { d.message.Target = d.retarget(p.Text); return nil },
	},
	{
		Name: "request.proto", Stage: StageSealed, Param: ParamText,
		Doc:   "the request line names another version of HTTP",
		apply: func(d *Draft, p Param) error { d.message.Proto = p.Text; return nil },
	},
	{
		Name: "header.add", Stage: StageSealed, Param: ParamMap,
		Doc: "one more line of each header stands behind the others, with {id}, {canary}, {now} and {length}",
		apply: func(d *Draft, p Param) error {
			more, err := d.lines(p.Map)
			d.message.Fields = append(d.message.Fields, more...)
			return err
		},
	},
	{
		Name: "header.first", Stage: StageSealed, Param: ParamMap,
		Doc: "one more line of each header stands before the others, with {id}, {canary}, {now} and {length}",
		apply: func(d *Draft, p Param) error {
			more, err := d.lines(p.Map)
			d.message.Fields = append(more, d.message.Fields...)
			return err
		},
	},
	{
		Name: "header.underscore", Stage: StageSealed, Param: ParamMap,
		Doc: "a twin of each header is sent whose name has _ for -, which CGI and WSGI take for the same name",
		apply: func(d *Draft, p Param) error {
			more, err := d.lines(p.Map)
			for i := range more {
				twin := strings.ReplaceAll(more[i].Name, "-", "_")
				if twin == more[i].Name {
					return fmt.Errorf("header %s: %w", twin, errNothing)
				}
				more[i].Name = twin
			}
			d.message.Fields = append(d.message.Fields, more...)
			return err
		},
	},
	{
		Name: "header.fold", Stage: StageSealed, Param: ParamList,
		Doc: "the headers stand in folded lines (obs-fold) of another one, which makes them part of its value",
		apply: func(d *Draft, p Param) error {
			folded := ""
			err := d.alterEach(p.List, func(f wire.Field) []wire.Field {
				folded += "\r\n " + f.Name + ": " + f.Value
				return nil
			})
			d.message.Fields = append(d.message.Fields, wire.Field{Name: "X-Hookassay-Folded", Value: "1" + folded})
			return err
		},
	},
	{
		Name: "header.space", Stage: StageSealed, Param: ParamList,
		Doc: "blanks and tabs stand around the headers' values",
		apply: func(d *Draft, p Param) error {
			return d.alterEach(p.List, func(f wire.Field) []wire.Field {
				return []wire.Field{{Name: f.Name, Value: " \t" + f.Value + "\t "}}
			})
		},
	},
	{
		Name: "header.size", Stage: StageSealed, Param: ParamText,
		Doc:   "one more header has a value of so many bytes",
		check: func(p Param) error { _, err := countOf(p.Text, maxHead); return err },
		apply: func(d *Draft, p Param) error {
			n, err := countOf(p.Text, maxHead)
			d.message.Fields = append(d.message.Fields, wire.Field{Name: "X-Hookassay-Filler", Value: strings.Repeat("x", n)})
			return err
		},
	},
	{
		Name: "header.many", Stage: StageSealed, Param: ParamText,
		Doc:   "so many more headers, each of another name, are sent",
		check: func(p Param) error { _, err := countOf(p.Text, maxFields); return err },
		apply: func(d *Draft, p Param) error {
			n, err := countOf(p.Text, maxFields)
			for i := range n {
				d.message.Fields = append(d.message.Fields, wire.Field{Name: "X-Hookassay-" + strconv.Itoa(i), Value: "1"})
			}
			return err
		},
	},
}

const (
	maxHead   = 1 << 20 // bytes
	maxFields = 10_000
)

// countOf parses a number from 1 to most.
func countOf(text string, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%q is no number from 1 to %d", text, most)
	}
	return n, nil
}

// retarget fills the template of a request target. The query stays behind it.
func (d *Draft) retarget(template string) string {
	path, query, asked := strings.Cut(d.message.Target, "?")
	last := path[strings.LastIndex(path, "/")+1:]
	target := strings.NewReplacer(
		"{path}", path, "{PATH}", strings.ToUpper(path), "{last}", url.PathEscape(last),
		"{parent}", strings.TrimSuffix(path, "/"+last), "{host}", d.field("Host"),
	).Replace(template)
	if asked {
		target += "?" + query
	}
	return target
}

// lines makes one more line of each header. One that names the event says by
// which other id a receiver could know it.
func (d *Draft) lines(pairs []Pair) ([]wire.Field, error) {
	now := ""
	if d.c.Scheme.Timestamp != nil {
		now = d.c.Scheme.Timestamp.text(d.at)
	}
	fill := strings.NewReplacer(
		"{id}", d.event.ID, "{canary}", d.event.Canary, "{now}", now,
		"{length}", strconv.Itoa(len(d.message.Body)),
	)
	var more []wire.Field
	for _, p := range pairs {
		names := d.names(p.Key)
		if len(names) == 0 {
			return nil, fmt.Errorf("header %s: %w", p.Key, errNothing)
		}
		for _, n := range names {
			value := fill.Replace(p.Value)
			more = append(more, wire.Field{Name: n, Value: value})
			if equalName(n, d.c.Scheme.ID.Header) {
				d.knownAs = value
			}
		}
	}
	return more, nil
}
