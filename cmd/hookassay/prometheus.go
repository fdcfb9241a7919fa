package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"

	"github.com/hookassay/hookassay/suites/load"
)

// A scrapePage serves what is known of a load run under /metrics, until it is
// closed.
type scrapePage struct {
	addr     string // host:port that it listens on
	measured measured
	server   *http.Server
	served   chan struct{} // closed when the server has ended
}

// Who scrapes slowly, or never reads an answer, holds none of the run's locks,
// and no connection for long.
const (
	scrapeConnections = 16
	scrapesAtOnce     = 4
	scrapeTimeout     = 10 * time.Second
)

// serveScrapes listens on addr, host:port with the port as a number; 0 takes a
// free one.
func serveScrapes(addr string) (*scrapePage, error) {
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil || host == "" {
		return nil, fmt.Errorf("--prometheus %q: write host:port, such as 127.0.0.1:9464", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--prometheus: %w", err)
	}
	p := &scrapePage{addr: l.Addr().String(), served: make(chan struct{})}
	registry := prometheus.NewRegistry()
	registry.MustRegister(&p.measured)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: scrapesAtOnce,
		DisableCompression:  true, // a page is small, and the processor is the run's
	}))
	p.server = &http.Server{
		Handler: mux, MaxHeaderBytes: 16 << 10,
		ReadTimeout: scrapeTimeout, WriteTimeout: scrapeTimeout, IdleTimeout: time.Minute,
	}
	go func() {
		defer close(p.served)
		_ = p.server.Serve(netutil.LimitListener(l, scrapeConnections)) // ends when it is closed
	}()
	return p, nil
}

func (p *scrapePage) url() string { return "http://" + p.addr + "/metrics" }

// keep takes the state that is shown from now on.
func (p *scrapePage) keep(s load.Status) { p.measured.now.Store(&s) }

// close lets a scrape under way end, shortly.
func (p *scrapePage) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := p.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = p.server.Close()
	}
	<-p.served
	return err
}
