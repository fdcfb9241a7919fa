package main

import (
	"bufio"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hookassay/hookassay/internal/receiver"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"hookassay": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestScripts plays testdata/script/*.txtar: the program as a user types it.
// Beside testscript's own commands there are
//
//	serve SCHEME [FLAW...]   starts the reference receiver; sets $URL, $EFFECTS, $SECRET
//	servetls SCHEME          the same over TLS and HTTP/2; writes its certificate to ca.pem
//	servekept SCHEME [FLAW...] the same, whose effects are rows of app.db and lines of app.log
//	servefickle              starts one that verifies nothing any more once it has refused something
//	servegranting RATE [ORIGIN] starts one of CloudEvents that grants a rate to an origin; sets $ADDRESS, $EFFECTS, $SECRET
//	owned [FLAW...]          writes hookassay.yaml of a receiver that hookassay starts; sets $ADDRESS, $WEBHOOK_SECRET
//	odd KIND                 starts a listener that misbehaves; sets $URL
//	exitcode N CMD...        runs a command that must end with that exit code
//	nosecret FILE...         fails when a file holds $SECRET
//	waitfor FILE TEXT        waits until the file holds the text
//	scrape FILE TEXT         waits until the metrics, whose address FILE holds, hold the text
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":    serveCmd,
			"servetls": serveTLSCmd,

			"servefickle": serveFickleCmd,
			"servekept":   serveKeptCmd,

			"servegranting": serveGrantingCmd,
			"owned":         ownedCmd,

			"odd":      oddCmd,
			"exitcode": exitCodeCmd,
			"nosecret": noSecretCmd,
			"waitfor":  waitForCmd,
			"scrape":   scrapeCmd,
		},
	})
}

var scriptSecrets = map[string]string{
	"standard-webhooks": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
	"github":            "It's a Secret to Everybody",
	"cloudevents":       "mF_9.B5f-4.1JqM-hookassay",
}

func serveCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: serve SCHEME [FLAW...]")
	}
	secret := scriptSecrets[args[0]]
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{args[0]: {secret}}, Flaws: args[1:],
		Origins: []string{"eventemitter.hookassay.example"},
	})
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	ts.Defer(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = r.Shutdown(ctx)
		<-served
	})
	ts.Setenv("URL", fmt.Sprintf("http://%s/webhooks", l.Addr()))
	ts.Setenv("EFFECTS", fmt.Sprintf("http://%s/effects", l.Addr()))
	ts.Setenv("SECRET", secret)
}

func serveTLSCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: servetls SCHEME")
	}
	secret := scriptSecrets[args[0]]
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{args[0]: {secret}}})
	ts.Check(err)
	srv := httptest.NewUnstartedServer(r)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	ts.Defer(func() { srv.Close(); r.Close() })
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), cert, 0o600))
	ts.Setenv("URL", srv.URL+"/webhooks")
	ts.Setenv("EFFECTS", srv.URL+"/effects")
	ts.Setenv("SECRET", secret)
}

func serveFickleCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: servefickle")
	}
	secret := scriptSecrets["standard-webhooks"]
	var receivers []*receiver.Receiver
	for _, flaws := range [][]string{nil, {"never-verifies"}} {
		r, err := receiver.New(receiver.Config{Secrets: map[string][]string{"standard-webhooks": {secret}}, Flaws: flaws})
		ts.Check(err)
		ts.Defer(func() { r.Close() })
		receivers = append(receivers, r)
	}
	var refused atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if refused.Load() {
			receivers[1].ServeHTTP(w, req)
			return
		}
		rec := httptest.NewRecorder()
		receivers[0].ServeHTTP(rec, req)
		refused.Store(rec.Code == http.StatusUnauthorized)
		w.WriteHeader(rec.Code)
	}))
	ts.Defer(srv.Close)
	ts.Setenv("URL", srv.URL+"/webhooks")
	ts.Setenv("SECRET", secret)
}

// odd listeners take connections and misbehave.
var odd = map[string]func(net.Conn){
	"silent": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
	"closes": func(c net.Conn) { _, _ = bufio.NewReader(c).ReadString('\n') },
	"garbage": func(c net.Conn) {
		_, _ = bufio.NewReader(c).ReadString('\n')
		_, _ = c.Write([]byte("220 mail.example ESMTP\r\n"))
	},
	"endless": func(c net.Conn) {
		_, _ = bufio.NewReader(c).ReadString('\n')
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		for _, err := c.Write(make([]byte, 4096)); err == nil; {
			_, err = c.Write(make([]byte, 4096))
		}
	},
	"endless-headers": func(c net.Conn) {
		_, _ = bufio.NewReader(c).ReadString('\n')
		_, err := c.Write([]byte("HTTP/1.1 200 OK\r\n"))
		for err == nil {
			_, err = c.Write([]byte("X-More: and more\r\n"))
		}
	},
	"redirects": func(c net.Conn) {
		if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		_, _ = c.Write([]byte("HTTP/1.1 307 Temporary Redirect\r\nLocation: https://elsewhere.example/hooks\r\nContent-Length: 0\r\n\r\n"))
	},
}

func oddCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || odd[args[0]] == nil {
		ts.Fatalf("usage: odd silent|closes|garbage|endless|endless-headers|redirects")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(30 * time.Second))
				odd[args[0]](c)
			}()
		}
	}()
	ts.Setenv("URL", fmt.Sprintf("http://%s/webhooks", l.Addr()))
	ts.Setenv("SECRET", scriptSecrets["standard-webhooks"])
}

func exitCodeCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exitcode N CMD...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s ended with %s, expected exit code %s", strings.Join(args[1:], " "), code, args[0])
	}
}

func noSecretCmd(ts *testscript.TestScript, _ bool, args []string) {
	secret := ts.Getenv("SECRET")
	_, encoded, _ := strings.Cut(secret, "_")
	for _, pattern := range args {
		names, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(names) == 0 {
			ts.Fatalf("no file matches %s", pattern)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			ts.Check(err)
			for _, s := range []string{secret, encoded} {
				if s != "" && strings.Contains(string(b), s) {
					ts.Fatalf("%s holds the secret", pattern)
				}
			}
		}
	}
}

func waitForCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: waitfor FILE TEXT")
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(b), args[1]) {
			return
		}
	}
	ts.Fatalf("%s did not come to hold %q", args[0], args[1])
}
