package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// http2Server serves HTTP/2 only, over TLS or in the clear.
func http2Server(t *testing.T, secure bool, h http.HandlerFunc) (*httptest.Server, Client) {
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = quiet
	srv.Config.Protocols = new(http.Protocols)
	var client Client
	if secure {
		srv.Config.Protocols.SetHTTP2(true)
		srv.EnableHTTP2 = true
		srv.StartTLS()
		pool := x509.NewCertPool()
		pool.AddCert(srv.Certificate())
		client.TLS = &tls.Config{RootCAs: pool}
	} else {
		srv.Config.Protocols.SetUnencryptedHTTP2(true)
		srv.Start()
	}
	t.Cleanup(srv.Close)
	return srv, client
}

type seenRequest struct {
	Proto, Method, Host, Path, Body string
	Length                          int64
	Header                          http.Header
}

func TestHTTP2(t *testing.T) {
	for _, secure := range []bool{true, false} {
		t.Run(map[bool]string{true: "TLS", false: "prior knowledge"}[secure], func(t *testing.T) {
			t.Parallel()
			srv, client := http2Server(t, secure, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusAccepted)
				json.NewEncoder(w).Encode(seenRequest{r.Proto, r.Method, r.Host, r.RequestURI, string(body), r.ContentLength, r.Header})
			})
			fields := []Field{{"Host", "receiver.test"}, {"Connection", "keep-alive"}, {"Transfer-Encoding", "chunked"}, {"X-A", "1"}, {"x-a", "2"}}
			for _, body := range []string{"", "some body"} {
				got := client.HTTP2(within(t), srv.URL+"/hook?a=b", Message{Method: "POST", Fields: fields, Body: []byte(body)})
				if got.Outcome != Answered || got.Status != 202 || got.Proto != "HTTP/2.0" || !got.BodyComplete || got.EarlyAnswer || !inOrder(got) || !slices.Equal(got.Interim, []int{103}) {
					t.Fatalf("got %v", got)
				}
				checkTimes(t, got)
				var seen seenRequest
				if err := json.Unmarshal(got.Body, &seen); err != nil {
					t.Fatal(err)
				}
				if seen.Proto != "HTTP/2.0" || seen.Method != "POST" || seen.Host != "receiver.test" || seen.Path != "/hook?a=b" || seen.Body != body || seen.Length != int64(len(body)) {
					t.Errorf("server saw %+v", seen)
				}
				delete(seen.Header, "Content-Length") // some come with it, some without
				if len(seen.Header) != 1 || !slices.Equal(seen.Header["X-A"], []string{"1", "2"}) {
					t.Errorf("server saw fields %v", seen.Header)
				}
			}
		})
	}
}

func TestHTTP2Servers(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		body    int
		limits  Limits
		want    Result
	}{
		{name: "endless body", handler: func(w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := io.WriteString(w, "12345678"); err != nil {
					return
				}
			}
		}, limits: Limits{BodyBytes: 5}, want: Result{Outcome: Answered, Status: 200, Body: []byte("12345"), BodyTruncated: true}},
		{name: "early answer", handler: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(413) }, body: 20 << 20,
			want: Result{Outcome: Answered, Status: 413, Body: []byte(""), BodyComplete: true, EarlyAnswer: true}},
		{name: "head over the limit", handler: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("~", 900)) // "~" is not shortened by Huffman coding
			w.Header().Set("Y", strings.Repeat("~", 900))
		}, limits: Limits{HeaderBytes: 1000}, want: Result{Outcome: TooLarge, Detail: "head over the limit"}},
		{name: "header bomb", handler: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("~", 100_000))
		}, limits: Limits{HeaderBytes: 1000}, want: Result{Outcome: Garbage, Detail: "HTTP/2 protocol error"}},
		{name: "endless 1xx", handler: func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				w.WriteHeader(103)
				time.Sleep(time.Millisecond)
			}
		}, limits: Limits{Interim: 2}, want: Result{Outcome: TooLarge, Detail: "too many interim answers", Interim: []int{103, 103}}},
		{name: "stream reset", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, body: 10,
			want: Result{Outcome: WasReset, Detail: "stream reset by the peer"}},
		{name: "stream reset in the body", handler: func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "ok")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, want: Result{Outcome: WasReset, Detail: "stream reset by the peer", Status: 200, Body: []byte("ok")}},
		{name: "silent", handler: func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, limits: Limits{Total: 200 * time.Millisecond},
			want: Result{Outcome: Timeout, Detail: "deadline passed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, client := http2Server(t, true, tt.handler)
			client.Limits = tt.limits
			got := client.HTTP2(within(t), srv.URL, Message{Method: "POST", Body: make([]byte, tt.body)})
			checkResult(t, got, tt.want)
		})
	}
}

// TestHTTP2Peers: peers that do not speak it.
func TestHTTP2Peers(t *testing.T) {
	tests := []struct {
		name    string
		peer    func(net.Conn)
		outcome Outcome
		detail  string
	}{
		{"HTTP/1", answering("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), Garbage, "not HTTP/2, perhaps HTTP/1"},
		{"garbage", answering("\x00\x00\x00\x05\x00\x00\x00\x00\x00"), Garbage, "HTTP/2 protocol error"},
		{"HTTP/1, at once", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			c.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, c)
		}, Garbage, "not HTTP/2, perhaps HTTP/1"},
		{"closes", func(c net.Conn) { c.(*net.TCPConn).CloseWrite(); io.Copy(io.Discard, c) }, WasClosed, "closed by the peer"},
		{"resets", func(c net.Conn) { readHead(c); reset(c) }, WasReset, "reset by the peer"},
		{"goes away", goingAway("\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b"), WasClosed, "closed by the peer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := Client{Limits: Limits{Total: 3 * time.Second}}
			got := client.HTTP2(within(t), "http://"+peer(t, tt.peer), Message{Method: "POST", Body: []byte("x")})
			if got.Outcome != tt.outcome || got.Detail != tt.detail {
				t.Errorf("got %v", got)
			}
		})
	}
}

const preface = int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))

// nextRequest reads frames up to a HEADERS frame and returns its stream.
func nextRequest(conn net.Conn) ([]byte, error) {
	for {
		var head [9]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return nil, err
		}
		io.CopyN(io.Discard, conn, int64(head[0])<<16|int64(head[1])<<8|int64(head[2]))
		if head[3] == 1 {
			return head[5:], nil
		}
	}
}

// goingAway writes frames once there is a request.
func goingAway(frames string) func(net.Conn) {
	return func(conn net.Conn) {
		io.CopyN(io.Discard, conn, preface)
		nextRequest(conn)
		io.WriteString(conn, frames)
		io.Copy(io.Discard, conn)
	}
}

// TestHTTP2SendsOnce: net/http would send a refused stream again, and give a
// receiver a duplicate nobody planned.
func TestHTTP2SendsOnce(t *testing.T) {
	for _, body := range []string{"", "body"} {
		var connections, streams atomic.Int32
		address := peer(t, func(conn net.Conn) {
			connections.Add(1)
			conn.Write([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00")) // SETTINGS
			io.CopyN(io.Discard, conn, preface)
			for {
				stream, err := nextRequest(conn)
				if err != nil {
					return
				}
				streams.Add(1)
				conn.Write(append(append([]byte("\x00\x00\x04\x03\x00"), stream...), 0, 0, 0, 7)) // RST_STREAM, REFUSED_STREAM
			}
		})
		got := (&Client{}).HTTP2(within(t), "http://"+address, Message{Method: "POST", Body: []byte(body)})
		if got.Outcome != WasReset {
			t.Errorf("body %q: %v", body, got)
		}
		if connections.Load() != 1 || streams.Load() != 1 {
			t.Errorf("body %q: %d connections, %d streams", body, connections.Load(), streams.Load())
		}
	}
}

func TestHTTP2Refusals(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	srv, cfg := tlsServer(t, func(*httptest.Server) {}) // HTTP/1 only
	without, cfgWithout := tlsServer(t, func(srv *httptest.Server) {
		srv.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return &tls.Config{Certificates: srv.TLS.Certificates}, nil // no ALPN at all
		}}
	})
	modern, _ := http2Server(t, true, nil)
	open := peer(t, answering(""))
	tests := []struct {
		name    string
		ctx     context.Context
		client  Client
		url     string
		msg     Message
		outcome Outcome
		detail  string
	}{
		{"no HTTP/2 there", within(t), Client{TLS: cfg}, srv.URL, Message{Method: "POST"}, TLSFailed, "alert of the peer: tls: no application protocol"},
		{"no ALPN there", within(t), Client{TLS: cfgWithout}, without.URL, Message{Method: "POST"}, TLSFailed, "HTTP/2 not negotiated"},
		{"unknown authority", within(t), Client{}, modern.URL, Message{Method: "POST"}, TLSFailed, "certificate of an unknown authority"},
		{"not a URL", within(t), Client{}, "ftp://x", Message{Method: "POST"}, Unsendable, "not an http or https URL"},
		{"not a method", within(t), Client{}, "http://" + open, Message{Method: "P T"}, Unsendable, "not a valid request"},
		{"not a field", within(t), Client{}, "http://" + open, Message{Method: "POST", Fields: []Field{{"a", "b\r\nc"}}}, Unsendable, "not a valid request"},
		{"nobody", within(t), Client{Address: "127.0.0.1:1"}, "http://receiver.test/", Message{Method: "POST"}, Refused, "connection refused"},
		{"cancelled", canceled, Client{}, "http://" + open, Message{Method: "POST"}, Canceled, "cancelled while connecting"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.client.HTTP2(tt.ctx, tt.url, tt.msg)
			if got.Outcome != tt.outcome || got.Detail != tt.detail {
				t.Errorf("got %v", got)
			}
		})
	}
}
