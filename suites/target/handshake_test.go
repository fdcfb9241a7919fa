package target_test

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/suites/target"
)

const origin = "eventemitter.example"

// asked is a target whose receiver answers OPTIONS with these headers, at an
// address that is not loopback by its name.
func asked(t *testing.T, status int, headers [][2]string) (*target.Target, *http.Request) {
	t.Helper()
	seen := &http.Request{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = *r.Clone(t.Context())
		for _, h := range headers {
			w.Header().Add(h[0], h[1])
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	tgt := newTarget(t, "http://receiver.example/hooks?tenant=7")
	tgt.Resolve, tgt.Origin = srv.Listener.Addr().String(), origin
	return tgt, seen
}

func TestAskRate(t *testing.T) {
	allowed := [2]string{"WebHook-Allowed-Origin", origin}
	rate := func(text string) [2]string { return [2]string{"WebHook-Allowed-Rate", text} }
	for _, c := range []struct {
		name    string
		status  int
		headers [][2]string
		want    int
		says    string
	}{
		{"granted", 200, [][2]string{allowed, rate("120")}, 120, ""},
		{"granted less", 200, [][2]string{allowed, rate("5")}, 5, ""},
		{"granted to everybody", 204, [][2]string{{"WebHook-Allowed-Origin", "*"}, rate(" 7 ")}, 7, ""},
		{"no limit", 200, [][2]string{allowed, rate("*")}, target.NoRateLimit, ""},
		{"the status says nothing", 405, [][2]string{allowed, rate("120")}, 120, ""},
		{"names in any case", 200, [][2]string{{"webhook-allowed-origin", "EventEmitter.example"}, {"webhook-allowed-rate", "120"}}, 120, ""},
		{"more than can be sent", 200, [][2]string{allowed, rate(strings.Repeat("9", 40))}, 1_000_000_000, ""},
		{"withheld, as for a permission that comes later", 200, nil, 0, "without WebHook-Allowed-Origin, which is no permission"},
		{"a rate alone", 200, [][2]string{rate("120")}, 0, "without WebHook-Allowed-Origin"},
		{"an origin alone", 200, [][2]string{allowed}, 0, "WebHook-Allowed-Rate is missing"},
		{"another origin", 200, [][2]string{{"WebHook-Allowed-Origin", "other.example"}, rate("120")}, 0, `allows the origin "other.example", not ` + origin},
		{"a list of origins", 200, [][2]string{{"WebHook-Allowed-Origin", origin + ", *"}, rate("120")}, 0, "allows the origin"},
		{"two origins", 200, [][2]string{allowed, {"WebHook-Allowed-Origin", "*"}, rate("120")}, 0, "2 values of WebHook-Allowed-Origin"},
		{"two rates", 200, [][2]string{allowed, rate("1"), rate("2")}, 0, "2 values of WebHook-Allowed-Rate"},
		{"rate 0", 200, [][2]string{allowed, rate("0")}, 0, `WebHook-Allowed-Rate is "0": neither a positive number nor *`},
		{"rate 000", 200, [][2]string{allowed, rate("000")}, 0, "neither a positive number"},
		{"negative", 200, [][2]string{allowed, rate("-5")}, 0, "neither a positive number"},
		{"signed", 200, [][2]string{allowed, rate("+5")}, 0, "neither a positive number"},
		{"a fraction", 200, [][2]string{allowed, rate("1.5")}, 0, "neither a positive number"},
		{"garbage", 200, [][2]string{allowed, rate("as much as you like")}, 0, "neither a positive number"},
		{"other digits", 200, [][2]string{allowed, rate("١٢")}, 0, "neither a positive number"},
		{"the secret", 200, [][2]string{allowed, rate(secret)}, 0, "neither a positive number"},
		{"long garbage", 200, [][2]string{allowed, rate(strings.Repeat("x", 9000))}, 0, `xxx…": neither`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tgt, seen := asked(t, c.status, c.headers)
			tgt.Headers = []target.Header{{Name: "X-Edge", Value: "let me in"}}
			got, err := tgt.AskRate(t.Context(), 120)
			if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%d, %v; expected %d, %q", got, err, c.want, c.says)
			}
			if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 300) {
				t.Errorf("the error is no line that can be shown: %v", err)
			}
			if seen.Method != http.MethodOptions || seen.Host != "receiver.example" || seen.URL.RequestURI() != "/hooks?tenant=7" ||
				seen.Header.Get("WebHook-Request-Origin") != origin || seen.Header.Get("WebHook-Request-Rate") != "120" ||
				seen.Header.Get("X-Edge") != "let me in" {
				t.Errorf("asked %s %s of %s with %v", seen.Method, seen.URL, seen.Host, seen.Header)
			}
		})
	}
}

func TestAskRateWithoutAnAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = bufio.NewReader(c).ReadString('\n')
			_ = c.Close()
		}
	}()
	tgt := newTarget(t, "http://receiver.example/")
	tgt.Resolve, tgt.Origin = l.Addr().String(), origin
	if n, err := tgt.AskRate(t.Context(), 1); n != 0 || err == nil || !strings.Contains(err.Error(), "receiver.example did not answer OPTIONS: ") {
		t.Errorf("%d, %v", n, err)
	}
	tgt.Origin = ""
	if n, err := tgt.AskRate(t.Context(), 1); n != 0 || err == nil || !strings.Contains(err.Error(), "no origin") {
		t.Errorf("%d, %v", n, err)
	}
}
