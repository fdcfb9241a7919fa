package target_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// sending is a sender with what it writes.
type sending struct {
	*target.Sender
	file, ids bytes.Buffer
}

func newSending(tgt *target.Target) *sending {
	s := &sending{}
	maker := mockprovider.NewMaker(tgt.Scheme, tgt.Samples, 1, "n")
	record := transcript.NewRecorder(&s.file)
	record.Add(transcript.Record{Run: &transcript.Run{Schema: transcript.Schema}})
	s.Sender = target.NewSender(tgt, maker, record, &s.ids)
	return s
}

// genuine is the delivery of the event of that key.
func (s *sending) genuine(t testing.TB, key string) mockprovider.Delivery {
	t.Helper()
	e, err := s.Maker.Make(mockprovider.EventSpec{Key: key, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Composer.Compose(e, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func serving(t *testing.T, h http.HandlerFunc) *target.Target {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return newTarget(t, srv.URL+"/hooks?tenant=7")
}

func TestSendRecordsWhatHappened(t *testing.T) {
	s := newSending(serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Path", r.URL.String())
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "\xff\x00") // the peer may have gone
	}))
	d := s.genuine(t, "a")
	e, err := s.Send(t.Context(), transcript.Exchange{Scenario: "x.y", Play: 1, Step: 2, Label: "l"}, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.Record.Records()
	if err != nil || len(records) != 2 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	got := *records[1].Exchange
	if a, b := asJSON(t, got), asJSON(t, e); a != b {
		t.Errorf("recorded  %s\nreturned %s", a, b)
	}
	if got.Scenario != "x.y" || got.Step != 2 || got.EventID != d.SentID || got.Outcome != "answered" || got.LocalPort == 0 || got.BytesSent == 0 {
		t.Errorf("%+v", got)
	}
	if raw, _ := base64.StdEncoding.DecodeString(got.Answer.Body); got.Answer.Status != 202 || !got.Answer.Base64 || string(raw) != "\xff\x00" {
		t.Errorf("%+v", got.Answer)
	}
	if !strings.HasPrefix(got.Request.Line, "POST /hooks?tenant=7 ") || got.Request.Body != string(d.Message.Body) || got.Request.Bytes != len(d.Message.Body) {
		t.Errorf("%+v", got.Request)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestIDsAreWrittenFirst: when the delivery arrives its id stands there, once.
func TestIDsAreWrittenFirst(t *testing.T) {
	var s *sending
	var missing atomic.Int64
	s = newSending(serving(t, func(_ http.ResponseWriter, r *http.Request) {
		if !strings.Contains(s.ids.String(), r.Header.Get("webhook-id")) {
			missing.Add(1)
		}
	}))
	a, b := s.genuine(t, "a"), s.genuine(t, "b")
	for _, d := range []mockprovider.Delivery{a, a, b, a} {
		if _, err := s.Send(t.Context(), transcript.Exchange{Scenario: "x.y"}, d, nil); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprintf("{\"id\":%q,\"scenario\":\"x.y\"}\n{\"id\":%q,\"scenario\":\"x.y\"}\n", a.SentID, b.SentID)
	if s.ids.String() != want || missing.Load() != 0 {
		t.Errorf("%d were sent before their id was written; the file is\n%s", missing.Load(), s.ids.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestNothingIsSentWithoutItsID(t *testing.T) {
	var got atomic.Int64
	tgt := serving(t, func(http.ResponseWriter, *http.Request) { got.Add(1) })
	s := newSending(tgt)
	s.Sender = target.NewSender(tgt, s.Maker, s.Record, fullDisk{})
	if _, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), nil); err == nil || got.Load() != 0 || s.Sent() != 0 {
		t.Errorf("%v; %d sent, %d counted", err, got.Load(), s.Sent())
	}
}

func TestBudget(t *testing.T) {
	var got atomic.Int64
	tgt := serving(t, func(http.ResponseWriter, *http.Request) { got.Add(1) })
	tgt.Limits.Requests = 5
	s := newSending(tgt)
	d := s.genuine(t, "a")
	var over atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := s.Send(t.Context(), transcript.Exchange{}, d, nil); errors.Is(err, target.ErrBudget) {
				over.Add(1)
			}
		})
	}
	wg.Wait()
	if got.Load() != 5 || over.Load() != 15 || s.Sent() != 5 {
		t.Errorf("%d arrived, %d were over, %d counted", got.Load(), over.Load(), s.Sent())
	}
}

func TestRate(t *testing.T) {
	tgt := serving(t, func(http.ResponseWriter, *http.Request) {})
	tgt.Limits.Rate = 20
	s := newSending(tgt)
	start := time.Now()
	for range 6 {
		if _, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), nil); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(start); took < 240*time.Millisecond {
		t.Errorf("6 requests at 20 a second took %s", took)
	}
}

func TestWaitingForTheRateEndsWithTheContext(t *testing.T) {
	tgt := serving(t, func(http.ResponseWriter, *http.Request) {})
	tgt.Limits.Rate = 0.001
	s := newSending(tgt)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := s.Send(ctx, transcript.Exchange{}, s.genuine(t, "a"), nil); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := s.Send(ctx, transcript.Exchange{}, s.genuine(t, "b"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if s.Sent() != 1 {
		t.Errorf("%d are counted as sent, not 1", s.Sent())
	}
}

func TestSecretsAreRedacted(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	const edge = "edge/secret+value"
	spelled := map[string]string{
		"text": secret, "without prefix": strings.TrimPrefix(secret, "whsec_"), "hex": hex.EncodeToString(key),
		"base64url": base64.RawURLEncoding.EncodeToString(key), "url": url.QueryEscape(secret), "key": string(key),
		"json": strings.ReplaceAll(secret, "/", `\/`), "edge": edge, "edge, url": url.QueryEscape(edge), "edge, json": strings.ReplaceAll(edge, "/", `\/`),
	}
	tgt := serving(t, func(w http.ResponseWriter, r *http.Request) {
		for how, text := range spelled {
			if how != "key" {
				w.Header().Add("X-Echo", text)
			}
			_, _ = io.WriteString(w, how+"="+text+";") // the peer may have gone
		}
		w.Header().Add("X-Edge", r.Header.Get("X-Edge"))
	})
	tgt.Headers = []target.Header{{Name: "X-Edge", Value: edge, Secret: true}, {Name: "X-Plain", Value: "visible"}}
	s := newSending(tgt)
	e, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), nil)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(e.Answer.Body)
	if e.Answer.Base64 {
		body, _ = base64.StdEncoding.DecodeString(e.Answer.Body) // ours
	}
	for how, text := range spelled {
		if bytes.Contains(s.file.Bytes(), []byte(text)) || bytes.Contains(body, []byte(text)) {
			t.Errorf("the transcript holds a secret: %s", how)
		}
	}
	if n := strings.Count(string(body), "[redacted:secret:"); n < len(spelled) {
		t.Errorf("%d markers for %d secrets: %s", n, len(spelled), body)
	}
	if !strings.Contains(s.file.String(), `["X-Edge","[redacted:secret:X-Edge:text]"]`) || !strings.Contains(s.file.String(), `["X-Plain","visible"]`) {
		t.Errorf("the request's headers are not as expected: %s", s.file.String())
	}
}

// TestNoHalfOfASecretStays where an answer is too long to be read to its end.
func TestNoHalfOfASecretStays(t *testing.T) {
	var long strings.Builder
	for i := range 400 {
		fmt.Fprintf(&long, "part%04d-", i)
	}
	tgt := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 30 {
			_, _ = io.WriteString(w, long.String()) // the peer reads no more than it wants
		}
	})
	tgt, err := target.New(target.Settings{URL: tgt.URL.String(), Scheme: "github", Secret: long.String()})
	if err != nil {
		t.Fatal(err)
	}
	s := newSending(tgt)
	e, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), nil)
	if err != nil || !e.Answer.Truncated {
		t.Fatalf("%v, truncated %v", err, e.Answer.Truncated)
	}
	if strings.Contains(e.Answer.Body, "part") || !strings.Contains(e.Answer.Body, "[redacted:") {
		t.Errorf("a part of the secret stayed: …%s", e.Answer.Body[max(0, len(e.Answer.Body)-200):])
	}
}

// TestWhatIsOursToBlame: what could not be sent says nothing of the receiver.
func TestWhatIsOursToBlame(t *testing.T) {
	s := newSending(serving(t, func(http.ResponseWriter, *http.Request) {}))
	d := s.genuine(t, "a")
	d.HTTP2 = true
	d.Message.Fields = append(d.Message.Fields, wire.Field{Name: "not a name", Value: "x"})
	e, err := s.Send(t.Context(), transcript.Exchange{}, d, nil)
	if err != nil || e.Outcome != "unsendable" || e.Broken != "it could not be sent: not a valid request" {
		t.Errorf("%v, %+v", err, e)
	}
	e, err = s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "b"), nil)
	if err != nil || e.Broken != "" {
		t.Errorf("%v, %+v", err, e)
	}
}

func TestSharedConnection(t *testing.T) {
	tgt := serving(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-From", r.RemoteAddr) })
	s := newSending(tgt)
	shared := new(target.Connection)
	defer shared.Close()
	ports := map[int]int{}
	for _, c := range []*target.Connection{shared, shared, shared, nil, nil} {
		e, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), c)
		if err != nil || e.Answer.Status != 200 {
			t.Fatalf("%v, %+v", err, e)
		}
		ports[e.LocalPort]++
	}
	if len(ports) != 3 {
		t.Errorf("%d connections for 3 shared and 2 fresh requests", len(ports))
	}
	new(target.Connection).Close() // one that was never used
}

// closingServer answers the first request of a connection and closes it when
// the second has begun; with reset, so that bytes are lost.
func closingServer(t *testing.T, reset bool) *target.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(5 * time.Second)) // a TCP connection takes deadlines
				in := bufio.NewReader(conn)
				req, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, req.Body)
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				_, _ = in.Peek(1) // the second request has begun
				if reset {
					_ = conn.(*net.TCPConn).SetLinger(0)
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return newTarget(t, "http://"+l.Addr().String()+"/")
}

func TestSharedConnectionThatTheServerCloses(t *testing.T) {
	for _, reset := range []bool{false, true} {
		s := newSending(closingServer(t, reset))
		shared := new(target.Connection)
		for i := range 4 {
			e, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), shared)
			if err != nil || e.Answer.Status != 200 {
				t.Errorf("reset %v, request %d: %v, %s, %d", reset, i, err, e.Outcome, e.Answer.Status)
			}
		}
		shared.Close()
	}
}

func TestSharedConnectionToNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close() // nobody is to listen there
	s := newSending(newTarget(t, "http://"+l.Addr().String()+"/"))
	shared := new(target.Connection)
	defer shared.Close()
	for range 2 {
		if e, err := s.Send(t.Context(), transcript.Exchange{}, s.genuine(t, "a"), shared); err != nil || e.Outcome != "refused" || e.SentAt.IsZero() {
			t.Errorf("%v, %+v", err, e)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	with := func(value string) transcript.Answer {
		return transcript.Answer{Status: 429, Headers: [][2]string{{"Date", "now"}, {"Retry-After", value}}}
	}
	for _, c := range []struct {
		answer   transcript.Answer
		min, max time.Duration
	}{
		{with("0"), 0, 0},
		{with("2"), 2 * time.Second, 2 * time.Second},
		{with("3600"), 3 * time.Second, 3 * time.Second},
		{with("9223372036854775807"), 3 * time.Second, 3 * time.Second},
		{with("-1"), 500 * time.Millisecond, 500 * time.Millisecond},
		{with("soon"), 500 * time.Millisecond, 500 * time.Millisecond},
		{with(time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), 3 * time.Second, 3 * time.Second},
		{with("Sun, 06 Nov 1994 08:49:37 GMT"), 0, 0},
		{transcript.Answer{Status: 503}, 500 * time.Millisecond, 500 * time.Millisecond},
	} {
		if got := target.RetryAfter(c.answer, 2); got < c.min || got > c.max {
			t.Errorf("%v: %s, expected %s to %s", c.answer.Headers, got, c.min, c.max)
		}
	}
}

func TestNotNow(t *testing.T) {
	for status, want := range map[int]bool{0: false, 200: false, 401: false, 408: true, 425: true, 429: true, 500: false, 502: true, 503: true, 504: true, 505: false} {
		if got := target.NotNow(status); got != want {
			t.Errorf("%d: %v", status, got)
		}
	}
}
