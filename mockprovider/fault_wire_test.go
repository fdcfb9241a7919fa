package mockprovider

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// wireCases are the faults of the head, the coding, the framing and the pace.
var wireCases = []faultCase{
	{use: text("request.target", "http://{host}{path}"), changes: []string{"target"}, holds: requestLine("POST", "http://127.0.0.1:8080/webhooks?tenant=7")},
	{use: text("request.target", "/{PATH}"), changes: []string{"target"}, holds: requestLine("POST", "//WEBHOOKS?tenant=7")},
	{use: text("request.target", "{parent}/x/{last}/"), changes: []string{"target"}, holds: requestLine("POST", "/x/webhooks/?tenant=7")},
	{use: text("request.proto", "HTTP/1.0"), changes: []string{"proto"}, holds: sends("POST /webhooks?tenant=7 HTTP/1.0\r\n")},
	{use: pairsOf("header.add", "Content-Type", "text/plain"), changes: []string{"header content-type", "order"}, holds: lastIs("Content-Type", "text/plain")},
	{use: pairsOf("header.add", "X-New", "{canary}|{length}"), changes: []string{"header x-new"}, holds: func(k kit, g, f Delivery) error {
		return headerIs("X-New", fmt.Sprintf("%s|%d", f.Event.Canary, len(g.Message.Body)))(k, f, f)
	}},
	{use: pairsOf("header.first", "Host", "other.example"), changes: []string{"header host", "order"}, holds: headerIs("Host", "other.example")},
	{use: pairsOf("header.underscore", "Content-Type", "text/plain"), changes: []string{"header content_type"}, holds: headerIs("Content_Type", "text/plain")},
	{use: list("header.fold", "Content-Type"), changes: []string{"header content-type", "header x-hookassay-folded"}, holds: sends("X-Hookassay-Folded: 1\r\n Content-Type: application/")},
	{use: list("header.space", "Content-Type"), changes: []string{"header content-type"}, holds: sends("Content-Type:  \tapplication/")},
	{use: text("header.size", "1000"), changes: []string{"header x-hookassay-filler"}, holds: headerIs("X-Hookassay-Filler", strings.Repeat("x", 1000))},
	{use: text("header.many", "2"), changes: []string{"header x-hookassay-0", "header x-hookassay-1"}},

	{use: plain("body.gzip"), changes: []string{"header content-encoding", "{signed-body}"}, holds: inflates(func(g Delivery) []byte { return g.Message.Body })},
	{use: plain("body.gzip-after"), changes: []string{"header content-encoding", "body"}, wrong: true, holds: inflates(func(g Delivery) []byte { return g.Message.Body })},
	{use: text("body.gzip-bomb", "100000"), changes: []string{"header content-encoding", "{signed-body}"}, holds: inflates(func(Delivery) []byte { return bytes.Repeat([]byte{' '}, 100000) })},

	{use: text("wire.framing", "two-lengths"), changes: []string{"header content-length"}, holds: framed("", `Content-Length: %d`+"\r\n"+`Content-Length: `)},
	{use: text("wire.framing", "length-plus"), changes: []string{"header content-length"}, holds: framed("", "Content-Length: +%d\r\n")},
	{use: text("wire.framing", "length-minus"), changes: []string{"header content-length"}, holds: framed("", "Content-Length: -%d\r\n")},
	{use: text("wire.framing", "length-hex"), changes: []string{"header content-length"}, holds: framed("", "Content-Length: 0x%x\r\n")},
	{use: text("wire.framing", "both"), changes: []string{"bytes", "header content-length", "header transfer-encoding"}, holds: framed("%x\r\n", "Transfer-Encoding: chunked\r\nContent-Length: ")},
	{use: text("wire.framing", "unknown-coding"), changes: coding, holds: framed("%x\r\n", "Transfer-Encoding: xchunked\r\n")},
	{use: text("wire.framing", "coding-after"), changes: coding, holds: framed("%x\r\n", "Transfer-Encoding: chunked, identity\r\n")},
	{use: text("wire.framing", "chunk-hex"), changes: coding, holds: framed("0x%x\r\n", "Transfer-Encoding: chunked\r\n")},
	{use: text("wire.framing", "chunk-overflow"), changes: coding, holds: framed("1%016x\r\n", "Transfer-Encoding: chunked\r\n")},
	{use: text("wire.framing", "chunk-minus"), changes: coding, holds: framed("-%x\r\n", "Transfer-Encoding: chunked\r\n")},
	{use: text("wire.framing", "chunk-feed"), changes: coding, holds: framed("%x\n", "Transfer-Encoding: chunked\r\n")},
	{use: text("wire.framing", "chunk-extension"), changes: coding, holds: framed(`%x;hookassay="a; b";c`+"\r\n", "Transfer-Encoding: chunked\r\n")},
	{use: plain("wire.line-feeds"), changes: []string{"bytes"}, holds: sends(" HTTP/1.1\nHost: 127.0.0.1:8080\n")},
	{use: list("wire.trailer", "Content-Type"), changes: []string{"chunks", "header content-type", "trailer"}, holds: sends("\r\n0\r\nContent-Type: application/")},
	{use: pairsOf("wire.trailer-add", "X-New", "1"), changes: []string{"chunks", "trailer"}, holds: sends("\r\n0\r\nX-New: 1\r\n\r\n")},

	{use: text("wire.pace", "100/10ms"), changes: []string{"pace"}, holds: paced},
	{use: plain("wire.expect"), changes: []string{"header expect", "pace"}, holds: sends("Expect: 100-continue\r\n")},
	{use: text("wire.flood-chunked", "524288"), wrong: true, changes: []string{"body", "bytes", "header transfer-encoding"}, holds: func(_ kit, _, f Delivery) error {
		if sent, want := len(bytesOf(f)), len(f.Message.Head())+2*(len("40000\r\n")+256<<10+2); sent != want {
			return fmt.Errorf("%d bytes go out, want %d", sent, want)
		}
		return nil
	}},
	{use: text("wire.stall", "head/20s"), changes: []string{"bytes", "patience"}, holds: stops(func(head, _ int) int { return head / 2 })},
	{use: text("wire.stall", "body/1m"), changes: []string{"bytes", "patience"}, holds: stops(func(head, body int) int { return head + body/2 })},
	{use: text("wire.hang-up-after-body", "close"), changes: []string{"end"}, holds: stops(func(head, body int) int { return head + body })},
	{use: text("wire.hang-up-after-body", "reset"), changes: []string{"end"}, holds: stops(func(head, body int) int { return head + body })},
	{use: text("wire.slow-read", "200"), changes: []string{"reading"}, holds: func(_ kit, _, f Delivery) error {
		if f.Request.ReadRate != 200 {
			return fmt.Errorf("read at %d bytes a second", f.Request.ReadRate)
		}
		return nil
	}},
	{use: text("wire.cut-head", "reset"), changes: []string{"bytes", "end"}, holds: stops(func(head, _ int) int { return head / 2 })},
}

var coding = []string{"bytes", "header transfer-encoding"}

func bytesOf(d Delivery) (sent []byte) {
	for _, w := range d.Request.Writes {
		sent = append(sent, w.Bytes...)
	}
	return sent
}

func sends(part string) func(kit, Delivery, Delivery) error {
	return func(_ kit, _, f Delivery) error {
		if sent := bytesOf(f); !bytes.Contains(sent, []byte(part)) {
			return fmt.Errorf("%q is not in %q", part, sent)
		}
		return nil
	}
}

// framed holds a head, with the body's length filled in, and the line before the
// body against what is sent.
func framed(size, head string) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		n := len(g.Message.Body)
		fill := func(format string) string {
			if strings.Contains(format, "%") {
				return fmt.Sprintf(format, n)
			}
			return format
		}
		if err := sends(fill(head))(k, g, f); err != nil {
			return err
		}
		return sends("\r\n\r\n"+fill(size)+string(g.Message.Body))(k, g, f)
	}
}

func lastIs(name, want string) func(kit, Delivery, Delivery) error {
	return func(_ kit, _, f Delivery) error {
		if last := f.Message.Fields[len(f.Message.Fields)-1]; last.Name != name || last.Value != want {
			return fmt.Errorf("the last header is %v", last)
		}
		return nil
	}
}

func inflates(want func(genuine Delivery) []byte) func(kit, Delivery, Delivery) error {
	return func(_ kit, g, f Delivery) error {
		r, err := gzip.NewReader(bytes.NewReader(f.Message.Body))
		if err != nil {
			return err
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want(g)) {
			return fmt.Errorf("becomes %.80q, %v", got, err)
		}
		return nil
	}
}

func paced(_ kit, _, f Delivery) error {
	for _, w := range f.Request.Writes[1:] {
		if w.Pause != 10*time.Millisecond || len(w.Bytes) > 100 || len(w.Bytes) == 0 {
			return fmt.Errorf("a write of %d bytes after %v", len(w.Bytes), w.Pause)
		}
	}
	return nil
}

func stops(at func(head, body int) int) func(kit, Delivery, Delivery) error {
	return func(_ kit, g, f Delivery) error {
		want := at(len(g.Message.Head()), len(g.Message.Body))
		if sent := bytesOf(f); len(sent) != want {
			return fmt.Errorf("%d bytes are sent, want %d", len(sent), want)
		}
		return nil
	}
}

func TestWireFaultUseCheck(t *testing.T) {
	for _, tt := range []struct {
		use  FaultUse
		want string
	}{
		{text("wire.framing", "bth"), `fault wire.framing: unknown framing "bth"; did you mean "both"?`},
		{text("wire.pace", "64"), `fault wire.pace: "64"; write bytes and pause, such as 64/100ms`},
		{text("wire.pace", "0/1s"), `fault wire.pace: "0/1s"; write bytes and pause, such as 64/100ms`},
		{text("wire.stall", "tail/1s"), `fault wire.stall: "tail/1s"; write head or body and how long to wait, such as head/20s, up to 2m0s`},
		{text("wire.stall", "head/3m"), `fault wire.stall: "head/3m"; write head or body and how long to wait, such as head/20s, up to 2m0s`},
		{text("wire.cut-head", "fin"), `fault wire.cut-head: ending "fin"; there are half-close, close, reset`},
		{text("wire.hang-up-after-body", "rset"), `fault wire.hang-up-after-body: unknown ending "rset"; did you mean "reset"?`},
		{text("wire.slow-read", "0"), `fault wire.slow-read: "0" is no number from 1 to 1048576`},
		{text("wire.flood-chunked", "-1"), `fault wire.flood-chunked: "-1" is no number from 1 to 1073741824`},
		{text("header.size", "0"), `fault header.size: "0" is no number from 1 to 1048576`},
		{text("body.gzip-bomb", "1GB"), `fault body.gzip-bomb: "1GB" is no number of bytes from 1 to 268435456`},
	} {
		if err := tt.use.Check(); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

// An id that stands in the message twice is looked up under the one that is not
// the event's: its effect is what would give a receiver away.
func TestSentIDIsTheOtherOne(t *testing.T) {
	k := newKit(t, "standard-webhooks", FormWhsec)
	for _, fault := range []string{"header.add", "header.first", "header.underscore"} {
		d := k.mustDeliver(t, pairsOf(fault, "{id}", "{id}-twin"))
		if d.SentID != d.Event.ID+"-twin" {
			t.Errorf("%s: sent as %s", fault, d.SentID)
		}
	}
}

// Every framing of every genuine message says what it deviates in.
func TestFramingsAreDescribed(t *testing.T) {
	for name, f := range framings {
		if use := text("wire.framing", name); use.Explain() != f.words || f.words == "" {
			t.Errorf("%s is explained as %q", name, use.Explain())
		}
		tried := func(c faultCase) bool { return c.use.Param.Text == name }
		if !slices.ContainsFunc(wireCases, tried) {
			t.Errorf("%s is not tried", name)
		}
	}
}
