package wire

import (
	"net/http"
	"strconv"
	"strings"
)

// Field is one header field; order and spelling reach the wire.
type Field struct{ Name, Value string }

// Message is an ordinary HTTP/1 request. Nothing is checked or escaped, and
// only framing is added, so that what is malformed is so on purpose.
type Message struct {
	Method string
	Target string  // "/path?query", or whatever the request line shall hold
	Proto  string  // empty: HTTP/1.1
	Fields []Field // Host among them
	Body   []byte  // before transfer coding

	// Chunks, if not nil, sends the body in chunks of these sizes; what is
	// left over becomes one more chunk. Sizes below 1 are passed over.
	Chunks []int

	Trailer []Field // sent behind the last chunk; only with Chunks
}

// Head returns the request line and the fields, the empty line included.
// Transfer-Encoding is added with Chunks, unless it is among Fields; else
// Content-Length for a body and for methods that expect one, unless it or
// Transfer-Encoding is among Fields.
func (m Message) Head() []byte { return m.appendHead(nil) }

// Bytes returns the whole message as it is sent.
func (m Message) Bytes() []byte {
	b := m.appendHead(make([]byte, 0, 512+len(m.Body)))
	if m.Chunks == nil {
		return append(b, m.Body...)
	}
	return m.appendChunks(b)
}

// Request returns the message as a Request of one write.
func (m Message) Request() Request {
	return Request{Method: m.Method, Writes: []Write{{Bytes: m.Bytes()}}}
}

func (m Message) appendHead(b []byte) []byte {
	proto := m.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	b = append(b, m.Method+" "+m.Target+" "+proto+"\r\n"...)
	hasLength, hasCoding := false, false
	for _, f := range m.Fields {
		b = append(b, f.Name+": "+f.Value+"\r\n"...)
		hasLength = hasLength || strings.EqualFold(f.Name, "Content-Length")
		hasCoding = hasCoding || strings.EqualFold(f.Name, "Transfer-Encoding")
	}
	switch {
	case hasCoding:
	case m.Chunks != nil:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case hasLength:
	case len(m.Body) > 0 || expectsContent(m.Method):
		b = append(b, "Content-Length: "+strconv.Itoa(len(m.Body))+"\r\n"...)
	}
	return append(b, "\r\n"...)
}

// expectsContent: RFC 9110, section 8.6, asks for Content-Length: 0 there.
func expectsContent(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

func (m Message) appendChunks(b []byte) []byte {
	rest := m.Body
	for _, size := range append(m.Chunks[:len(m.Chunks):len(m.Chunks)], len(rest)) {
		size = min(size, len(rest))
		if size < 1 {
			continue
		}
		b = strconv.AppendInt(b, int64(size), 16)
		b = append(b, "\r\n"...)
		b = append(b, rest[:size]...)
		b = append(b, "\r\n"...)
		rest = rest[size:]
	}
	b = append(b, "0\r\n"...)
	for _, f := range m.Trailer {
		b = append(b, f.Name+": "+f.Value+"\r\n"...)
	}
	return append(b, "\r\n"...)
}
