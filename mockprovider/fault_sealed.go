package mockprovider

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the finished message: what somebody on the way, or without the
// key, can do to it.
var sealedFaults = []Fault{
	{
		Name: "signature.bitflip", Stage: StageSealed, Needs: []Feature{"signature"},
		Doc: "one character in the middle of the signature is another",
		apply: func(d *Draft, _ Param) error {
			return d.alterValue("{signatures}", func(v string) string { return flip(v, len(v)-8) })
		},
	},
	{
		Name: "signature.flip-last", Stage: StageSealed, Needs: []Feature{"signature"},
		Doc: "the last character of the signature is another, which stands for other bytes",
		apply: func(d *Draft, _ Param) error {
			return d.alterSignatures(func(v Version, text string) string { return flipLast(text, digits[v.Encoding]) })
		},
	},
	{
		Name: "signature.swap-case", Stage: StageSealed, Needs: []Feature{"signature"},
		Doc: "every letter of the signature is a capital where it was small, and small where it was a capital",
		apply: func(d *Draft, _ Param) error {
			return d.alterSignatures(func(_ Version, text string) string { return swapCase(text) })
		},
	},
	{
		Name: "body.tamper", Stage: StageSealed, Needs: []Feature{"body-covered"},
		Doc:   "a character of a text in the body, or of a number, is another than was signed; the JSON stays valid, and id, type and time stay as they are",
		apply: func(d *Draft, _ Param) error { return d.tamper() },
	},
	{
		Name: "body.invalid-utf8", Stage: StageSealed, Needs: []Feature{"body-covered"},
		Doc: "every U+FFFD that was signed is sent as the byte FF, which is no UTF-8",
		apply: func(d *Draft, _ Param) error {
			body := bytes.ReplaceAll(d.message.Body, []byte("\uFFFD"), []byte{0xff})
			if bytes.Equal(body, d.message.Body) {
				return errNothing
			}
			d.message.Body = body
			return nil
		},
	},
	{
		Name: "id.tamper", Stage: StageSealed, Needs: []Feature{"id-covered"},
		Doc: "the id is another than was signed",
		apply: func(d *Draft, _ Param) error {
			return d.alterValue("{id}", func(v string) string { return flip(v, len(v)-1) })
		},
	},
	{
		Name: "timestamp.tamper", Stage: StageSealed, Param: ParamText, Needs: []Feature{"timestamp"},
		Doc:   "the timestamp is moved after signing",
		check: func(p Param) error { _, err := time.ParseDuration(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			by, err := time.ParseDuration(p.Text)
			if err != nil {
				return err
			}
			return d.alterTimestamp(func(v string) string {
				n, _ := strconv.ParseInt(v, 10, 64) // ours
				if d.c.Scheme.Timestamp.Unit == "ms" {
					return strconv.FormatInt(n+by.Milliseconds(), 10)
				}
				return strconv.FormatInt(n+int64(by.Seconds()), 10)
			})
		},
	},
	{
		Name: "timestamp.remove", Stage: StageSealed, Needs: []Feature{"timestamp"},
		Doc:   "the timestamp is not sent: neither its header, nor its member of the signature header",
		apply: func(d *Draft, _ Param) error { return d.removeTimestamp() },
	},
	{
		Name: "header.remove", Stage: StageSealed, Param: ParamList,
		Doc: "the headers are not sent; {id} {timestamp} {type} {signature} {signatures} {credentials} stand for the scheme's own",
		apply: func(d *Draft, p Param) error {
			return d.alterEach(p.List, func(wire.Field) []wire.Field { return nil })
		},
	},
	{
		Name: "header.empty", Stage: StageSealed, Param: ParamList,
		Doc: "the headers are sent without a value",
		apply: func(d *Draft, p Param) error {
			return d.alterEach(p.List, func(f wire.Field) []wire.Field { return []wire.Field{{Name: f.Name}} })
		},
	},
	{
		Name: "header.upper", Stage: StageSealed, Param: ParamList,
		Doc: "the headers' names are written in capitals",
		apply: func(d *Draft, p Param) error {
			return d.alterEach(p.List, func(f wire.Field) []wire.Field {
				return []wire.Field{{Name: strings.ToUpper(f.Name), Value: f.Value}}
			})
		},
	},
	{
		Name: "header.set", Stage: StageSealed, Param: ParamMap,
		Doc: "the headers get the values given, with {secret}, {canary} and {id}; those that are missing are added",
		apply: func(d *Draft, p Param) error {
			fill := strings.NewReplacer("{secret}", d.c.Secret.text, "{canary}", d.event.Canary, "{id}", d.event.ID)
			for _, pair := range p.Map {
				if err := d.set(pair.Key, fill.Replace(pair.Value)); err != nil {
					return err
				}
			}
			return nil
		},
	},
	{
		Name: "request.method", Stage: StageSealed, Param: ParamText,
		Doc:   "the request has another method",
		apply: func(d *Draft, p Param) error { d.message.Method = p.Text; return nil },
	},
	{
		Name: "request.query", Stage: StageSealed, Param: ParamText,
		Doc: "the query is added to the request target, with {secret} and {canary}",
		apply: func(d *Draft, p Param) error {
			d.addQuery(strings.NewReplacer("{secret}", url.QueryEscape(d.c.Secret.text), "{canary}", d.event.Canary).Replace(p.Text))
			return nil
		},
	},
}

func (d *Draft) addQuery(query string) {
	mark := "?"
	if strings.Contains(d.message.Target, "?") {
		mark = "&"
	}
	d.message.Target += mark + query
}

func equalName(a, b string) bool { return strings.EqualFold(a, b) }

func (d *Draft) alterEach(names []string, change func(wire.Field) []wire.Field) error {
	for _, name := range names {
		if err := d.alter(name, change); err != nil {
			return err
		}
	}
	return nil
}

func (d *Draft) alterValue(name string, change func(string) string) error {
	return d.alter(name, func(f wire.Field) []wire.Field {
		return []wire.Field{{Name: f.Name, Value: change(f.Value)}}
	})
}

// set gives the header a value, where it stands or at the end.
func (d *Draft) set(name, value string) error {
	names := d.names(name)
	if len(names) == 0 {
		return fmt.Errorf("header %s: %w", name, errNothing)
	}
	for _, n := range names {
		found := false
		for i, f := range d.message.Fields {
			if equalName(f.Name, n) {
				d.message.Fields[i].Value, found = value, true
			}
		}
		if !found {
			d.message.Fields = append(d.message.Fields, wire.Field{Name: n, Value: value})
		}
	}
	return nil
}

// alterSignatures changes what stands behind the version's prefix in every
// signature header.
func (d *Draft) alterSignatures(change func(Version, string) string) error {
	changed := false
	for _, h := range d.c.Scheme.Signatures {
		v, ok := h.version(d.c.Secret.Form)
		if !ok {
			continue
		}
		err := d.alterValue(h.Header, func(value string) string {
			before, text, found := strings.Cut(value, v.Prefix)
			if !found {
				return value
			}
			return before + v.Prefix + change(v, text)
		})
		if err != nil && !errors.Is(err, errNothing) {
			return err
		}
		changed = changed || err == nil
	}
	if !changed {
		return fmt.Errorf("header {signatures}: %w", errNothing)
	}
	return nil
}

// alterTimestamp changes the timestamp where it stands.
func (d *Draft) alterTimestamp(change func(string) string) error {
	t := d.c.Scheme.Timestamp
	if t.Header != "" {
		return d.alterValue("{timestamp}", change)
	}
	return d.alterStamp(func(h SignatureHeader, text string) string { return d.c.Scheme.stamp(h, change(text)) })
}

func (d *Draft) removeTimestamp() error {
	t := d.c.Scheme.Timestamp
	if t.Header != "" {
		return d.alter("{timestamp}", func(wire.Field) []wire.Field { return nil })
	}
	return d.alterStamp(func(SignatureHeader, string) string { return "" })
}

// alterStamp puts something else for the member that holds the timestamp and
// the separator behind it.
func (d *Draft) alterStamp(change func(h SignatureHeader, text string) string) error {
	h, t := d.c.Scheme.Signatures[0], d.c.Scheme.Timestamp
	return d.alterValue(h.Header, func(value string) string {
		before, rest, found := strings.Cut(value, t.Member)
		text, after, more := strings.Cut(rest, h.Separator)
		if !found || !more {
			return value
		}
		return before + change(h, text) + after
	})
}
