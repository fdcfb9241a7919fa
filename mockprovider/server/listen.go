package server

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// A Service is an API that listens.
type Service struct {
	*API
	url, token string
	server     *http.Server
	done       chan struct{}
}

// maxConnections bounds what hostile callers can hold open.
const maxConnections = 128

// Listen serves the list on address, "host:port". Without a token it makes one
// for this run; see Environment.
func Listen(address, token string) (*Service, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("events API: %w", err)
	}
	if token == "" {
		token = random(32)
	}
	s := &Service{
		API: New(random(4), token), token: token,
		url: "http://" + l.Addr().String() + "/events", done: make(chan struct{}),
	}
	s.server = &http.Server{
		Handler: s.API, MaxHeaderBytes: 16 << 10, ErrorLog: stdlog.New(io.Discard, "", 0),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
	}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(netutil.LimitListener(l, maxConnections)) // ends with Close
	}()
	return s, nil
}

// URL is where the list is.
func (s *Service) URL() string { return s.url }

// Token is what callers send. It is secret.
func (s *Service) Token() string { return s.token }

// Environment tells a receiver that we start where the list is and the token,
// as HOOKASSAY_EVENTS_URL and HOOKASSAY_EVENTS_TOKEN.
func (s *Service) Environment() []string {
	return []string{"HOOKASSAY_EVENTS_URL=" + s.url, "HOOKASSAY_EVENTS_TOKEN=" + s.token}
}

// Close stops listening and ends what is under way.
func (s *Service) Close() error {
	err := s.server.Close()
	<-s.done
	s.StopReplays()
	return err
}

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
