package load

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestReadAnswer(t *testing.T) {
	long := strings.Repeat("x", maxBody)
	tests := []struct {
		name, text string
		status     int
		keep       bool
		err        error
	}{
		{"empty body", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, true, nil},
		{"length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", 200, true, nil},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, true, nil},
		{"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", 200, true, nil},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", 204, true, nil},
		{"not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", 304, true, nil},
		{"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, true, nil},
		{"switching", "HTTP/1.1 101 Switching Protocols\r\n\r\n", 101, false, nil},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", 200, true, nil},
		{"both framings", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 200, false, nil},
		{"coding unknown", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", 200, false, nil},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nhello", 200, false, nil},
		{"asked to close", "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 0\r\n\r\n", 200, false, nil},
		{"old version", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, false, nil},
		{"same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, true, nil},
		{"more follows", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n", 200, false, nil},
		{"long line", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 20_000) + "\r\nContent-Length: 0\r\n\r\n", 200, true, nil},
		{"long body", "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n" + long + "x", 200, false, nil},
		{"just fitting body", "HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n" + long, 200, true, nil},
		{"long chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n" + long, 200, false, nil},
		{"many chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", 20_000), 200, false, nil},
		{"endless trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("a: b\r\n", 20_000), 200, false, nil},

		{"nothing", "", 0, false, io.EOF},
		{"cut off in the head", "HTTP/1.1 200 OK\r\nContent-Le", 0, false, io.ErrUnexpectedEOF},
		{"cut off in the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 200, false, io.ErrUnexpectedEOF},
		{"cut off in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", 200, false, io.ErrUnexpectedEOF},
		{"cut off before a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, false, io.ErrUnexpectedEOF},
		{"bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 200, false, errGarbage},
		{"bad chunk end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 200, false, errGarbage},
		{"TLS alert", "\x15\x03\x01\x00\x02\x02\x46", 0, false, errGarbage},
		{"another protocol", "220 mail ESMTP\r\n", 0, false, errGarbage},
		{"HTTP/2", "HTTP/2 200\r\n\r\n", 0, false, errGarbage},
		{"bad status", "HTTP/1.1 2x0 OK\r\n\r\n", 0, false, errGarbage},
		{"status too long", "HTTP/1.1 2000 OK\r\n\r\n", 0, false, errGarbage},
		{"status too small", "HTTP/1.1 099 OK\r\n\r\n", 0, false, errGarbage},
		{"no field name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", 0, false, errGarbage},
		{"no colon", "HTTP/1.1 200 OK\r\nabc\r\n\r\n", 0, false, errGarbage},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", 0, false, errGarbage},
		{"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", 0, false, errGarbage},
		{"endless head", "HTTP/1.1 200 OK\r\n" + strings.Repeat("a: b\r\n", 20_000), 0, false, errTooLarge},
		{"endless line", "HTTP/1.1 200 OK\r\na: " + strings.Repeat("b", 100_000), 0, false, errTooLarge},
		{"endless interim answers", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100), 0, false, errTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAnswer(bufio.NewReader(strings.NewReader(tt.text)))
			if got != (answer{status: tt.status, keep: tt.keep}) || !errors.Is(err, tt.err) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// What net/http takes for an answer, and we do too, has the same status, and
// where the connection is kept nothing is left behind.
func FuzzReadAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"HTTP/1.1 100 C\r\n\r\nHTTP/1.0 500 x\r\nConnection: close\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in := bufio.NewReader(bytes.NewReader(text))
		got, err := readAnswer(in)
		if err == nil && (got.status < 100 || got.status > 999) {
			t.Errorf("status %d", got.status)
		}
		if got.keep && in.Buffered() > 0 {
			t.Errorf("kept with %d bytes left", in.Buffered())
		}
		theirs, theirErr := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), &http.Request{Method: http.MethodPost})
		if err == nil && theirErr == nil && theirs.StatusCode >= 200 && theirs.StatusCode != got.status {
			t.Errorf("status %d, net/http reads %d", got.status, theirs.StatusCode)
		}
	})
}
