package load

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/suites/target"
)

const secret = "whsec_aG9va2Fzc2F5IHRlc3RzIHRoZSByZWNlaXZlcg=="

var secrets = map[string]string{
	receiver.StandardWebhooks: secret,
	receiver.GitHub:           "a secret of tests",
	receiver.CloudEvents:      "token-of-tests",
	receiver.Stripe:           "whsec_of_tests",
}

func TestMain(m *testing.M) {
	if os.Getenv(benchReceiver) != "" {
		if err := endpoint.Serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// receive starts the reference receiver of Standard Webhooks and returns a
// target for it, with a probe of its effects.
func receive(t testing.TB, flaws ...string) *target.Target {
	t.Helper()
	return receiveScheme(t, receiver.StandardWebhooks, flaws...)
}

func receiveScheme(t testing.TB, scheme string, flaws ...string) *target.Target {
	t.Helper()
	return receiveAs(t, scheme, receiver.Config{Flaws: flaws})
}

// receiveAs starts the reference receiver as it is configured, with the scheme's secret.
func receiveAs(t testing.TB, scheme string, cfg receiver.Config) *target.Target {
	t.Helper()
	cfg.Secrets = map[string][]string{scheme: {secrets[scheme]}}
	r, err := receiver.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("serve: %v", err)
		}
	})
	tgt := aimScheme(t, "http://"+l.Addr().String()+"/webhooks", scheme)
	tgt.Probes = []target.Probe{target.Func(r.Count)}
	return tgt
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func aim(t testing.TB, url string) *target.Target {
	t.Helper()
	return aimScheme(t, url, receiver.StandardWebhooks)
}

func aimScheme(t testing.TB, url, scheme string) *target.Target {
	t.Helper()
	tgt, err := target.New(target.Settings{URL: url, Scheme: scheme, Secret: secrets[scheme]})
	if err != nil {
		t.Fatal(err)
	}
	return tgt
}
