package receiver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const poisonTimeout = 5 * time.Second

// poison is the flaw connection-poisoned: the rejected body stays on the
// connection, and what comes next is read as its continuation, which is no
// request. It reports false when the connection cannot be had, as in HTTP/2.
func (r *Receiver) poison(w http.ResponseWriter, a *answer) bool {
	r.taken.Add(1)
	defer r.taken.Done()
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	defer conn.Close()
	stop := context.AfterFunc(r.ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	conn.SetDeadline(time.Now().Add(poisonTimeout))
	if _, err := conn.Write(rawAnswer(a, "keep-alive")); err != nil {
		return true
	}
	if _, err := buffered.ReadByte(); err == nil {
		// The sender may be gone by now, which is all the same.
		_, _ = conn.Write(rawAnswer(badRequest, "close"))
		// Unread bytes would turn the close into a reset that overtakes the answer.
		conn.SetDeadline(time.Now().Add(drainTimeout))
		_, _ = io.CopyN(io.Discard, buffered, bodyLimit)
	}
	return true
}

func rawAnswer(a *answer, connection string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	b.WriteString(strings.Join([]string{
		"Content-Type: application/json",
		fmt.Sprintf("Content-Length: %d", len(a.body)),
		"Connection: " + connection,
	}, "\r\n"))
	b.WriteString("\r\n\r\n" + a.body)
	return b.Bytes()
}
