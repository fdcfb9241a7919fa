package wire

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Limits bound an exchange. A field that is zero takes its default.
type Limits struct {
	Dial        time.Duration // connecting and TLS handshake
	Total       time.Duration // of one Do, connecting included
	HeaderBytes int64         // of all heads of one answer, interim ones included
	BodyBytes   int64         // of the decoded body that are kept
	Interim     int           // 1xx answers before the final one
}

// DefaultLimits returns the limits used where none are given.
func DefaultLimits() Limits {
	return Limits{
		Dial:        5 * time.Second,
		Total:       15 * time.Second,
		HeaderBytes: 64 << 10,
		BodyBytes:   64 << 10,
		Interim:     8,
	}
}

func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	if l.Dial <= 0 {
		l.Dial = d.Dial
	}
	if l.Total <= 0 {
		l.Total = d.Total
	}
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = d.HeaderBytes
	}
	if l.BodyBytes <= 0 {
		l.BodyBytes = d.BodyBytes
	}
	if l.Interim <= 0 {
		l.Interim = d.Interim
	}
	return l
}

// Client knows where to connect and how. It keeps no connections and may be
// used concurrently.
type Client struct {
	Address string      // "host:port"; IPv6 in brackets
	Resolve string      // if not empty, "ip:port" to connect to instead; TLS still checks the host of Address
	TLS     *tls.Config // nil: plain; an empty ServerName is taken from Address
	Limits  Limits
}

// Do sends one request on a fresh connection and closes it.
func (c *Client) Do(ctx context.Context, req Request) Result {
	ctx, cancel := context.WithTimeout(ctx, c.Limits.orDefaults().Total)
	defer cancel()
	conn, res := c.Dial(ctx)
	if conn == nil {
		res.BytesTotal = req.size()
		return res
	}
	defer conn.Close()
	return conn.Do(ctx, req)
}

// Dial makes a connection for several requests. The Conn is nil if that
// failed; then the Result says why.
func (c *Client) Dial(ctx context.Context) (*Conn, Result) {
	limits := c.Limits.orDefaults()
	ctx, cancel := context.WithTimeout(ctx, limits.Dial)
	defer cancel()

	raw, res := c.connect(ctx)
	if raw == nil {
		return nil, res
	}
	if c.TLS == nil {
		return newConn(raw, raw, limits, res), res
	}
	secure, err := c.handshake(ctx, raw, "http/1.1")
	if err != nil {
		raw.Close()
		return nil, res.ended(handshakeFailure(ctx, err))
	}
	res.Ready = time.Now()
	return newConn(raw, secure, limits, res), res
}

// connect makes the TCP connection. It is nil if that failed; then the Result
// says why.
func (c *Client) connect(ctx context.Context) (net.Conn, Result) {
	address := c.Address
	if c.Resolve != "" {
		address = c.Resolve
	}
	var dialer net.Dialer
	res := Result{Dialed: time.Now()}
	raw, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, res.ended(connectFailure(ctx, err))
	}
	res.Connected, res.Remote = time.Now(), raw.RemoteAddr().String()
	if local, ok := raw.LocalAddr().(*net.TCPAddr); ok {
		res.LocalPort = local.Port
	}
	if c.TLS == nil {
		res.Ready = res.Connected
	}
	return raw, res
}

// handshake offers only protocol: a peer left to choose may take HTTP/2,
// which would not understand our bytes.
func (c *Client) handshake(ctx context.Context, raw net.Conn, protocol string) (*tls.Conn, error) {
	cfg := c.TLS.Clone()
	cfg.NextProtos = []string{protocol}
	if cfg.ServerName == "" {
		host, _, err := net.SplitHostPort(c.Address)
		if err != nil {
			return nil, err
		}
		cfg.ServerName = host
	}
	if deadline, ok := ctx.Deadline(); ok {
		raw.SetDeadline(deadline)
	}
	secure := tls.Client(ownDeadlines{raw}, cfg)
	return secure, secure.HandshakeContext(ctx)
}

// ownDeadlines keeps crypto/tls from moving our deadlines: its close-notify
// would otherwise wait five seconds for a peer that does not read.
type ownDeadlines struct{ net.Conn }

func (ownDeadlines) SetDeadline(time.Time) error      { return nil }
func (ownDeadlines) SetReadDeadline(time.Time) error  { return nil }
func (ownDeadlines) SetWriteDeadline(time.Time) error { return nil }
