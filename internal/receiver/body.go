package receiver

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	bodyLimit     = 1 << 20
	unboundedBody = 64 << 20 // what unbounded-body still survives
	cappedBody    = 16 << 10
	kept          = 64 << 10 // a buffer that grew beyond is not reused
	drainTimeout  = 200 * time.Millisecond
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readBody reads the whole body, at most bodyLimit bytes. A body that declares
// more is refused unread.
func (r *Receiver) readBody(w http.ResponseWriter, d *delivery) *answer {
	limit := int64(bodyLimit)
	if r.flaws.has("unbounded-body") {
		limit = unboundedBody
	}
	if r.flaws.has("limit-100-kib") {
		limit = 100 << 10
	}
	if d.req.ContentLength > limit {
		closeAfter(w)
		return r.overLimit()
	}
	body := io.Reader(http.MaxBytesReader(w, d.req.Body, limit))
	if r.flaws.has("body-capped") {
		body = io.LimitReader(body, cappedBody)
	}
	if d.req.ContentLength < 0 && r.flaws.has("chunked-ignored") {
		body = http.NoBody
	}
	d.buffer = buffers.Get().(*bytes.Buffer)
	d.buffer.Reset()
	if r.flaws.has("one-read") {
		body = &oneRead{body}
	}
	_, err := d.buffer.ReadFrom(body)
	d.body = r.asRead(d.buffer.Bytes())
	if err != nil {
		return r.unreadable(w, d, err)
	}
	return nil
}

// oneRead is the flaw one-read: what comes first is taken for all there is.
type oneRead struct{ src io.Reader }

func (o *oneRead) Read(p []byte) (int, error) {
	if o.src == nil {
		return 0, io.EOF
	}
	n, err := o.src.Read(p)
	if n > 0 || err != nil {
		o.src = nil
	}
	return n, err
}

// asRead is where some receivers change a body before they verify it.
func (r *Receiver) asRead(body []byte) []byte {
	if r.flaws.has("trims-body") {
		body = bytes.TrimSpace(body)
	}
	if r.flaws.has("utf8-lossy") {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return body
}

// unreadable is the answer to a body that ended in an error. What is left of
// it would be read as the next request, so the connection ends too.
func (r *Receiver) unreadable(w http.ResponseWriter, d *delivery, err error) *answer {
	if r.flaws.has("partial-body-processed") && d.name == CloudEvents && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)) {
		d.cutOff = true
		return nil
	}
	closeAfter(w)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return r.overLimit()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return tooSlow
	}
	return badRequest
}

// overLimit is the answer to a body that is larger than this receiver takes.
func (r *Receiver) overLimit() *answer {
	if r.flaws.has("too-large-crash") {
		return crashed
	}
	return tooLarge
}

// closeAfter closes the connection after the answer. Left to itself net/http
// would wait for more of the body before it answers, as long as a whole request
// may take.
func closeAfter(w http.ResponseWriter) {
	w.Header()["Connection"] = closing
	// HTTP/2 and recorders need and support neither.
	c := http.NewResponseController(w)
	_ = c.EnableFullDuplex()
	_ = c.SetReadDeadline(time.Now().Add(drainTimeout))
}

// release gives the body's buffer back.
func (d *delivery) release() {
	if d.buffer != nil && d.buffer.Cap() <= kept {
		buffers.Put(d.buffer)
	}
}
