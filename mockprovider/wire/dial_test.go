package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestDialFailures(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	tests := []struct {
		name    string
		client  Client
		outcome Outcome
		detail  string
	}{
		{"nobody listens", Client{Address: nobody}, Refused, "connection refused"},
		{"resolved to nobody", Client{Address: "receiver.test:80", Resolve: nobody}, Refused, "connection refused"},
		{"no port", Client{Address: "127.0.0.1"}, Unreachable, "cannot connect"},
		{"port out of range", Client{Address: "127.0.0.1:99999"}, Unreachable, "cannot connect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.client.Do(within(t), get())
			if got.Outcome != tt.outcome || got.Detail != tt.detail || got.Dialed.IsZero() || !got.Connected.IsZero() || !got.Ready.IsZero() || got.Done.IsZero() || got.BytesTotal == 0 {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestDialFailureWords(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		err  error
		want failure
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true, Name: "x"}}, failure{Unreachable, "name not found"}},
		{&net.DNSError{IsTemporary: true}, failure{Unreachable, "name resolution failed"}},
		{&net.DNSError{IsTimeout: true}, failure{Timeout, "deadline passed while connecting"}},
		{outOf(syscall.EMFILE), failure{Unsendable, "too many open files"}},
		{outOf(syscall.ENFILE), failure{Unsendable, "too many open files in system"}},
		{outOf(syscall.EADDRNOTAVAIL), failure{Unsendable, "cannot assign requested address"}},
		{outOf(syscall.ENOBUFS), failure{Unsendable, "no buffer space available"}},
		{&net.DNSError{Err: "dial udp 192.0.2.1:53: socket: too many open files", Name: "x"}, failure{Unsendable, "too many open files"}},
		{outOf(syscall.EHOSTUNREACH), failure{Unreachable, "no route to host"}},
	}
	for _, tt := range tests {
		if got := connectFailure(ctx, tt.err); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.err, got, tt.want)
		}
	}
}

func outOf(errno syscall.Errno) error {
	return &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", errno)}
}

func TestIPv6(t *testing.T) {
	address := peerAt(t, "[::1]:0", answering("HTTP/1.1 204 No Content\r\n\r\n"))
	got := (&Client{Address: address}).Do(within(t), get())
	if got.Outcome != Answered || got.Remote != address || got.LocalPort == 0 || !inOrder(got) {
		t.Errorf("got %v", got)
	}
}

func tlsServer(t *testing.T, change func(*httptest.Server)) (*httptest.Server, *tls.Config) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Write(body)
	}))
	srv.Config.ErrorLog = quiet
	change(srv)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	return srv, &tls.Config{RootCAs: pool}
}

func TestTLS(t *testing.T) {
	plain := func(*httptest.Server) {}
	wantsCertificate := func(srv *httptest.Server) { srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert} }
	tests := []struct {
		name    string
		server  func(*httptest.Server)
		client  func(*Client)
		outcome Outcome
		detail  string
	}{
		{"good", plain, func(*Client) {}, Answered, ""},
		{"HTTP/2 is on offer too", func(srv *httptest.Server) { srv.EnableHTTP2 = true }, func(c *Client) { c.TLS.NextProtos = []string{"h2"} }, Answered, ""},
		{"resolved elsewhere", plain, func(c *Client) { c.Address, c.Resolve = "example.com:443", c.Address }, Answered, ""},
		{"unknown authority", plain, func(c *Client) { c.TLS.RootCAs = x509.NewCertPool() }, TLSFailed, "certificate of an unknown authority"},
		{"other name", plain, func(c *Client) { c.TLS.ServerName = "receiver.test" }, TLSFailed, "certificate for another name"},
		{"expired", plain, func(c *Client) { c.TLS.Time = func() time.Time { return time.Now().AddDate(200, 0, 0) } }, TLSFailed, "certificate expired or not yet valid"},
		{"version", func(srv *httptest.Server) { srv.TLS = &tls.Config{MinVersion: tls.VersionTLS13} }, func(c *Client) { c.TLS.MaxVersion = tls.VersionTLS12 }, TLSFailed, "alert of the peer: tls: protocol version not supported"},
		{"client certificate missing", wantsCertificate, func(*Client) {}, TLSFailed, "alert of the peer: tls: certificate required"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, cfg := tlsServer(t, tt.server)
			client := Client{Address: srv.Listener.Addr().String(), TLS: cfg}
			tt.client(&client)
			got := client.Do(within(t), post(100_000))
			if got.Outcome != tt.outcome || got.Detail != tt.detail || got.Connected.IsZero() {
				t.Errorf("got %s %q, want %s %q", got.Outcome, got.Detail, tt.outcome, tt.detail)
			}
			if tt.outcome == Answered && !inOrder(got) {
				t.Errorf("dialled %v, connected %v, ready %v, started %v", got.Dialed, got.Connected, got.Ready, got.Started)
			}
			if tt.outcome == Answered && (got.Proto != "HTTP/1.1" || !got.BodyTruncated || got.EarlyAnswer) {
				t.Errorf("got %v", got)
			}
		})
	}
}

// inOrder reports whether all that connecting takes has its time.
func inOrder(r Result) bool {
	return !r.Dialed.IsZero() && !r.Connected.Before(r.Dialed) && !r.Ready.Before(r.Connected) && !r.Started.Before(r.Ready)
}

// TestTLSPeers: what may go wrong around the handshake.
func TestTLSPeers(t *testing.T) {
	tests := []struct {
		name    string
		peer    func(net.Conn)
		outcome Outcome
		detail  string
	}{
		{"speaks plain HTTP", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad\r\n\r\n"); io.Copy(io.Discard, c) }, TLSFailed, "peer does not speak TLS"},
		{"closes", func(c net.Conn) { c.Read(make([]byte, 2000)) }, TLSFailed, "closed during the handshake"},
		{"resets", func(c net.Conn) { c.Read(make([]byte, 1)); reset(c) }, TLSFailed, "reset during the handshake"},
		{"says nothing", func(c net.Conn) { io.Copy(io.Discard, c) }, Timeout, "deadline passed during the TLS handshake"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := Client{Address: peer(t, tt.peer), TLS: &tls.Config{}, Limits: Limits{Dial: 300 * time.Millisecond}}
			if got := client.Do(within(t), get()); got.Outcome != tt.outcome || got.Detail != tt.detail {
				t.Errorf("got %s %q", got.Outcome, got.Detail)
			}
		})
	}
}

// TestTLSEnds: the endings over TLS, as the peer sees them, and that a peer
// which stops reading does not hold us up.
func TestTLSEnds(t *testing.T) {
	srv, cfg := tlsServer(t, func(*httptest.Server) {}) // only for its certificate
	tests := []struct {
		name    string
		end     End
		outcome Outcome
		clean   bool
	}{
		{"half-close", HalfClose, Answered, true},
		{"close", Close, HungUp, true},
		{"reset", Reset, HungUp, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seen := make(chan captured, 1)
			client := Client{TLS: cfg, Address: peer(t, func(raw net.Conn) {
				conn := tls.Server(raw, &tls.Config{Certificates: srv.TLS.Certificates})
				b, err := io.ReadAll(conn)
				seen <- captured{b, err}
				io.WriteString(conn, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
			})}
			got := client.Do(within(t), Request{Writes: []Write{{Bytes: []byte("half")}, {Pause: 50 * time.Millisecond}}, End: tt.end})
			if got.Outcome != tt.outcome {
				t.Errorf("got %v", got)
			}
			if peer := <-seen; string(peer.bytes) != "half" || (peer.err == nil) != tt.clean {
				t.Errorf("peer saw %q, %v", peer.bytes, peer.err)
			}
		})
	}

	t.Run("peer stops reading", func(t *testing.T) {
		client := Client{TLS: cfg, Limits: Limits{Total: 400 * time.Millisecond}, Address: peer(t, func(raw net.Conn) {
			tls.Server(raw, &tls.Config{Certificates: srv.TLS.Certificates}).Handshake()
			time.Sleep(time.Second)
		})}
		begun := time.Now()
		if got := client.Do(within(t), post(20<<20)); got.Outcome != Timeout || got.BytesSent == 0 {
			t.Errorf("got %v", got)
		}
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
