package load

import (
	"bufio"
	"bytes"
	"io"
)

const (
	maxHead    = 64 << 10 // bytes of all heads of one answer
	maxBody    = 64 << 10 // bytes of the body that are read; then the connection is dropped
	maxInterim = 8        // 1xx answers before the final one

	maxRetryAfter = 64 // bytes of the header's value: a date has 29
)

// An answer is what is kept of one: its status, when the receiver asks to be
// asked again, and whether the connection can be used again.
type answer struct {
	status     int
	retryAfter string
	keep       bool
}

// head is what the framing of an answer says.
type head struct {
	status  int
	length  int64 // −1: not given
	coded   bool  // there is a Transfer-Encoding
	chunked bool
	close   bool
	retry   string // Retry-After
}

// readAnswer reads one answer to its end, or to maxBody (RFC 9112). It keeps
// no more of it, because the verdict needs no more.
func readAnswer(in *bufio.Reader) (answer, error) {
	budget := maxHead
	for range maxInterim + 1 {
		h, err := readHead(in, &budget)
		switch {
		case err != nil:
			return answer{}, err
		case h.status == 101:
			return answer{status: h.status}, nil
		case h.status < 200:
			continue
		}
		keep, err := h.discardBody(in)
		return answer{h.status, h.retry, err == nil && keep && !h.close && in.Buffered() == 0}, err
	}
	return answer{}, errTooLarge
}

func readHead(in *bufio.Reader, budget *int) (head, error) {
	if err := looksLikeHTTP(in); err != nil {
		return head{}, err
	}
	line, err := readLine(in, budget)
	if err != nil {
		return head{}, err
	}
	h, ok := parseStatus(line)
	if !ok {
		return h, errGarbage
	}
	for {
		line, err := readLine(in, budget)
		if err != nil {
			return h, err
		}
		if len(line) == 0 {
			return h, nil
		}
		if !h.field(line) {
			return h, errGarbage
		}
	}
}

const httpStart = "HTTP/1."

// looksLikeHTTP spares the wait for a line's end from a peer that speaks
// something else.
func looksLikeHTTP(in *bufio.Reader) error {
	if _, err := in.Peek(1); err != nil {
		return err
	}
	start, err := in.Peek(min(in.Buffered(), len(httpStart)))
	if err != nil {
		return err
	}
	if !bytes.HasPrefix([]byte(httpStart), start) {
		return errGarbage
	}
	return nil
}

// readLine reads a line without its end. Of one that is longer than the buffer
// only the beginning is returned: enough to know a field's name.
func readLine(in *bufio.Reader, budget *int) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	*budget -= len(line)
	if err == bufio.ErrBufferFull {
		line = bytes.Clone(line)
		for err == bufio.ErrBufferFull && *budget > 0 {
			var more []byte
			more, err = in.ReadSlice('\n')
			*budget -= len(more)
		}
	}
	if *budget <= 0 {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, unexpected(err)
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

// parseStatus reads "HTTP/1.1 200 OK".
func parseStatus(line []byte) (head, bool) {
	h := head{length: -1}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte(httpStart)) || line[8] != ' ' {
		return h, false
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return h, false
		}
		h.status = 10*h.status + int(c-'0')
	}
	h.close = line[7] != '1' // HTTP/1.0 keeps a connection only when asked to
	return h, h.status >= 100 && (len(line) == 12 || line[12] == ' ')
}

// field takes in a header field, if it says where the answer ends.
func (h *head) field(line []byte) bool {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(name) == 0 {
		return false
	}
	value = bytes.TrimSpace(value)
	switch {
	case equalFold(name, "content-length"):
		n, ok := parseLength(value)
		if !ok || h.length >= 0 && n != h.length {
			return false
		}
		h.length = n
	case equalFold(name, "retry-after") && len(value) <= maxRetryAfter:
		h.retry = string(value)
	case equalFold(name, "transfer-encoding"):
		h.coded, h.chunked = true, equalFold(value, "chunked")
	case equalFold(name, "connection"):
		for token := range bytes.SplitSeq(value, []byte(",")) {
			h.close = h.close || equalFold(bytes.TrimSpace(token), "close")
		}
	}
	return true
}

func equalFold(b []byte, text string) bool {
	return len(b) == len(text) && bytes.EqualFold(b, []byte(text))
}

func parseLength(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// discardBody reads the body. It reports whether it was read to its end, and
// the next answer can follow.
func (h head) discardBody(in *bufio.Reader) (bool, error) {
	switch {
	case h.status == 204 || h.status == 304:
		return true, nil
	case h.chunked:
		whole, err := discardChunks(in)
		return whole && h.length < 0, err // both framings at once: who knows where it ends
	case h.length >= 0 && !h.coded:
		_, err := in.Discard(int(min(h.length, maxBody)))
		return h.length <= maxBody, unexpected(err)
	}
	_, err := io.CopyN(io.Discard, in, maxBody)
	if err == io.EOF {
		err = nil // the end of the connection is the end of the body
	}
	return false, err
}

func discardChunks(in *bufio.Reader) (bool, error) {
	budget := maxBody
	for {
		line, err := readLine(in, &budget)
		if err == errTooLarge {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		size, ok := parseChunkSize(line)
		switch {
		case !ok:
			return false, errGarbage
		case size == 0:
			return discardTrailer(in, &budget)
		case size >= budget:
			_, err := in.Discard(budget)
			return false, unexpected(err)
		}
		budget -= size
		if _, err := in.Discard(size); err != nil {
			return false, unexpected(err)
		}
		if end, err := readLine(in, &budget); err != nil && err != errTooLarge {
			return false, err
		} else if len(end) > 0 {
			return false, errGarbage
		}
	}
}

func discardTrailer(in *bufio.Reader, budget *int) (bool, error) {
	for {
		line, err := readLine(in, budget)
		if err == errTooLarge {
			return false, nil
		}
		if err != nil || len(line) == 0 {
			return err == nil, err
		}
	}
}

// parseChunkSize reads hexadecimal digits up to an extension. What is larger
// than the bound is as good as the bound.
func parseChunkSize(line []byte) (int, bool) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	digits = bytes.TrimRight(digits, " \t")
	if len(digits) == 0 || len(digits) > 16 {
		return 0, false
	}
	size := 0
	for _, c := range digits {
		var d byte
		switch {
		case '0' <= c && c <= '9':
			d = c - '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			d = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		size = min(16*size+int(d), 2*maxBody)
	}
	return size, true
}

// unexpected marks an end of input where more had to come.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
