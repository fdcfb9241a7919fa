package mockprovider

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// changes lists what differs between two deliveries, sorted: "method",
// "target", "proto", "body", "header NAME", "spelling NAME", "order", "chunks",
// "trailer", "bytes" (what is sent is not the message), "pace" (when it is),
// "end", "hang-up", "reading" (of the answer), "patience", "http2".
func changes(a, b Delivery) []string {
	var all []string
	note := func(name string, differs bool) {
		if differs {
			all = append(all, name)
		}
	}
	note("method", a.Message.Method != b.Message.Method)
	note("target", a.Message.Target != b.Message.Target)
	note("proto", a.Message.Proto != b.Message.Proto)
	note("trailer", !slices.Equal(a.Message.Trailer, b.Message.Trailer))
	note("pace", waits(a) != waits(b))
	note("patience", a.Patience != b.Patience)
	note("body", !bytes.Equal(a.Message.Body, b.Message.Body))
	note("chunks", !slices.Equal(a.Message.Chunks, b.Message.Chunks) || (a.Message.Chunks == nil) != (b.Message.Chunks == nil))
	note("bytes", altered(a) != altered(b))
	note("end", a.Request.End != b.Request.End)
	note("hang-up", a.Request.HangUp != b.Request.HangUp)
	note("reading", a.Request.ReadRate != b.Request.ReadRate)
	note("http2", a.HTTP2 != b.HTTP2)
	all = append(all, headerChanges(a.Message.Fields, b.Message.Fields)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// waits is how long a delivery's bytes are held back in all.
func waits(d Delivery) (sum time.Duration) {
	for _, w := range d.Request.Writes {
		sum += w.Pause + w.Await
	}
	return sum
}

// altered reports whether other bytes are sent than the message's.
func altered(d Delivery) bool {
	var sent []byte
	for _, w := range d.Request.Writes {
		sent = append(sent, w.Bytes...)
	}
	return !bytes.Equal(sent, d.Message.Bytes())
}

func headerChanges(a, b []wire.Field) []string {
	var all []string
	inA, inB := byName(a), byName(b)
	for name := range inA {
		if !slices.EqualFunc(inA[name], inB[name], func(x, y wire.Field) bool { return x.Value == y.Value }) {
			all = append(all, "header "+name)
		} else if !slices.Equal(inA[name], inB[name]) {
			all = append(all, "spelling "+name)
		}
	}
	for name := range inB {
		if inA[name] == nil {
			all = append(all, "header "+name)
		}
	}
	if !slices.Equal(order(a, inB), order(b, inA)) {
		all = append(all, "order")
	}
	return all
}

func byName(fields []wire.Field) map[string][]wire.Field {
	all := map[string][]wire.Field{}
	for _, f := range fields {
		name := strings.ToLower(f.Name)
		all[name] = append(all[name], f)
	}
	return all
}

// order lists the names that the other message has too.
func order(fields []wire.Field, other map[string][]wire.Field) []string {
	var names []string
	for _, f := range fields {
		if name := strings.ToLower(f.Name); other[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// expand turns what a table says is changed into what changes says: a role in
// braces becomes the scheme's headers; {proof} is what the secret makes. What
// changes before signing takes the signatures with it that cover it.
func (k kit) expand(what ...string) []string {
	d := &Draft{c: k.composer}
	var all []string
	for _, w := range what {
		kind, role := "header", w
		if before, after, ok := strings.Cut(w, " "); ok {
			kind, role = before, after
		}
		switch {
		case w == "{proof}" && k.composer.Scheme.Bearer != nil:
			all = append(all, "header "+strings.ToLower(k.composer.Scheme.Bearer.Header))
		case w == "{signed-body}":
			all = append(all, "body")
			all = append(all, k.signaturesOf("{body}")...)
		case w == "{signed-id}":
			all = append(all, k.expand("{id}")...)
			all = append(all, k.signaturesOf("{id}")...)
		case w == "{signed-timestamp}":
			all = append(all, k.expand("{timestamp}")...)
			all = append(all, k.signaturesOf("{timestamp}")...)
		case w == "{second-timestamp}": // of its own header, a line more
			if all = append(all, k.expand("{timestamp}")...); k.composer.Scheme.Timestamp.Header != "" {
				all = append(all, "order")
			}
		case w == "{timestamp}" && k.composer.Scheme.Has("timestamp-member", k.composer.Secret):
			all = append(all, k.expand("{signature}")...)
		case w == "{event-type}":
			all = append(all, k.expand("{type}")...)
			if k.composer.Scheme.Has("type-body", k.composer.Secret) {
				all = append(all, k.expand("{signed-body}")...)
			}
		case w == "{proof}":
			all = append(all, k.expand("{signatures}")...)
		case strings.HasPrefix(role, "{"):
			for _, n := range d.names(role) {
				all = append(all, fmt.Sprintf("%s %s", kind, strings.ToLower(n)))
			}
		default:
			all = append(all, w)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// signaturesOf are the headers whose signatures cover what the placeholder
// stands for.
func (k kit) signaturesOf(placeholder string) []string {
	var all []string
	for _, h := range k.composer.Scheme.Signatures {
		if strings.Contains(h.Content, placeholder) {
			all = append(all, "header "+strings.ToLower(h.Header))
		}
	}
	return all
}
