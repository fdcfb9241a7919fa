package serve_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

func TestReadyLineReadsBack(t *testing.T) {
	const base, effects = "http://127.0.0.1:8080", "http://127.0.0.1:8081/effects"
	var gotBase, gotEffects string
	if _, err := fmt.Sscanf(fmt.Sprintf(serve.ReadyLine, base, effects), serve.ReadyLine, &gotBase, &gotEffects); err != nil {
		t.Fatal(err)
	}
	if gotBase != base || gotEffects != effects {
		t.Errorf("read back %q and %q, want %q and %q", gotBase, gotEffects, base, effects)
	}
}

func TestHTTPAnswersWhatItTookBeforeItEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url, served := start(t, ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		w.WriteHeader(http.StatusAccepted)
	}))
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Errorf("status = %d, want %d", response.StatusCode, http.StatusAccepted)
	}
	assertEnded(t, served)
}

func TestHTTPEndsDespiteARequestThatNeverEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url, served := start(t, ctx, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		io.Copy(io.Discard, r.Body) // blocks until the connection is dropped
	}))
	conn, err := net.Dial("tcp", url[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
	assertEnded(t, served)
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read %d bytes and %v from the dropped connection", n, err)
	}
}

func start(t *testing.T, ctx context.Context, handler http.Handler) (url string, served <-chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.HTTP(ctx, listener, handler) }()
	return serve.Setup{Listener: listener}.URL(), ended
}

func assertEnded(t *testing.T, served <-chan error) {
	t.Helper()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("served with %v, want a clean end", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the server did not end")
	}
}
