package endpoint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// The paths.
const (
	Verifying = "/webhooks"
	Open      = "/open"
	Spread    = "/spread"
	Stalling  = "/stalling"
	seenPath  = "/seen"
)

// SecretEnv is the environment variable that holds the secret, "whsec_…".
const SecretEnv = "HOOKASSAY_BENCH_SECRET"

const maxBody = 1 << 20

// Serve prints the address it listens on and serves until its standard input
// ends.
func Serve() error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv(SecretEnv), "whsec_"))
	if err != nil || len(key) == 0 {
		return fmt.Errorf("%s holds no secret", SecretEnv)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	server := &http.Server{Handler: newHandler(key), ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	_, _ = io.Copy(io.Discard, os.Stdin) // its end is the signal, not its content
	if err := server.Close(); err != nil {
		return err
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHandler serves every path, with books of its own.
func newHandler(key []byte) http.Handler {
	var (
		b     books
		delay = delays{begun: time.Now()}
		mux   = http.NewServeMux()
	)
	take := func(path string, accept func(*http.Request, []byte) bool, wait func(read time.Time)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			read := time.Now()
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil || !accept(r, body) {
				b.refuse()
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			wait(read)
			w.WriteHeader(http.StatusAccepted)
			b.accept(read, time.Now())
		})
	}
	anything := func(*http.Request, []byte) bool { return true }
	take(Verifying, func(r *http.Request, body []byte) bool { return verified(key, r.Header, body) }, func(time.Time) {})
	take(Open, anything, func(time.Time) {})
	take(Spread, anything, delay.spread)
	take(Stalling, anything, delay.stalling)
	mux.HandleFunc("GET "+seenPath, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(b.close()) // whoever asked is gone, if it fails
	})
	return mux
}

// verified is https://github.com/standard-webhooks/standard-webhooks, for one
// symmetric signature. Who asks twice is not its matter.
func verified(key []byte, h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", h.Get("webhook-id"), h.Get("webhook-timestamp"))
	mac.Write(body)
	signature, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(h.Get("webhook-signature"), "v1,"))
	return err == nil && hmac.Equal(signature, mac.Sum(nil))
}
