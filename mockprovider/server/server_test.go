package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a token of the test's"

var noon = time.Date(2026, 5, 4, 12, 0, 0, 123_000_000, time.UTC)

func listen(t *testing.T) *Service {
	t.Helper()
	s, err := Listen("127.0.0.1:0", token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// happen publishes events 0 to n-1, a second apart.
func happen(t *testing.T, s *Service, n int) {
	t.Helper()
	for i := range n {
		e := Event{ID: "evt_" + strconv.Itoa(i), Type: "invoice.paid", Created: noon.Add(time.Duration(i) * time.Second), Body: fmt.Appendf(nil, `{"n":%d}`, i)}
		if err := s.Publish(e); err != nil {
			t.Fatal(err)
		}
	}
}

// ask sends a request with the token and returns status, headers and body.
func ask(t *testing.T, s *Service, method, path string) (int, http.Header, string) {
	t.Helper()
	return askAs(t, s, method, path, "Bearer "+token)
}

func askAs(t *testing.T, s *Service, method, path, authorization string) (int, http.Header, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.URL(), "/events")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

// pages reads the list to its end, as a receiver that catches up does.
func pages(t *testing.T, s *Service, values url.Values) (ids []string, reads int) {
	t.Helper()
	for {
		status, _, body := ask(t, s, "GET", "/events?"+values.Encode())
		var p page
		if err := json.Unmarshal([]byte(body), &p); status != http.StatusOK || err != nil {
			t.Fatalf("%d %s %v", status, body, err)
		}
		for _, e := range p.Events {
			ids = append(ids, e.ID)
		}
		reads++
		if p.Next == "" {
			return ids, reads
		}
		values.Set("after", p.Next)
	}
}

func TestList(t *testing.T) {
	s := listen(t)
	if status, h, body := ask(t, s, "GET", "/events"); status != 200 || body != `{"events":[],"next":""}`+"\n" || h.Get("Content-Type") != "application/json" {
		t.Errorf("before anything has happened: %d %v %s", status, h, body)
	}
	happen(t, s, 25)
	for _, c := range []struct {
		name, since, limit string
		first, last        int
		reads              int
	}{
		{"all", "", "", 0, 24, 1},
		{"in pages", "", "10", 0, 24, 3},
		{"in pages that fit exactly", "", "5", 0, 24, 5},
		{"since before", noon.Add(-time.Hour).Format(time.RFC3339Nano), "10", 0, 24, 3},
		{"since one of them, itself included", noon.Add(20 * time.Second).Format(time.RFC3339Nano), "", 20, 24, 1},
		{"since between two", noon.Add(20*time.Second + time.Millisecond).Format(time.RFC3339Nano), "2", 21, 24, 2},
		{"in another zone", noon.Add(20 * time.Second).In(time.FixedZone("", 3*3600)).Format(time.RFC3339Nano), "", 20, 24, 1},
		{"since after", noon.Add(time.Hour).Format(time.RFC3339Nano), "", 0, -1, 1},
	} {
		ids, reads := pages(t, s, url.Values{"since": {c.since}, "limit": {c.limit}})
		want := []string{}
		for i := c.first; i <= c.last; i++ {
			want = append(want, "evt_"+strconv.Itoa(i))
		}
		if strings.Join(ids, " ") != strings.Join(want, " ") || reads != c.reads {
			t.Errorf("%s: %v in %d reads", c.name, ids, reads)
		}
	}
	if s.Asked() == 0 {
		t.Error("nobody asked")
	}
}

// A cursor leads on to what happens later, and never to the same event twice.
func TestCursorsAreStable(t *testing.T) {
	s := listen(t)
	happen(t, s, 3)
	_, _, body := ask(t, s, "GET", "/events?limit=2")
	var p page
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.Next == "" {
		t.Fatalf("%s %v", body, err)
	}
	for _, id := range []string{"late_1", "late_2"} { // at a time that has been read already
		if err := s.Publish(Event{ID: id, Created: noon}); err != nil {
			t.Fatal(err)
		}
	}
	if ids, _ := pages(t, s, url.Values{"after": {p.Next}}); strings.Join(ids, " ") != "evt_2 late_1 late_2" {
		t.Errorf("behind the cursor: %v", ids)
	}
	since := noon.Add(2 * time.Second).Format(time.RFC3339Nano)
	if ids, _ := pages(t, s, url.Values{"since": {since}}); strings.Join(ids, " ") != "evt_2 late_1 late_2" {
		t.Errorf("since the newest: %v", ids)
	}
	other := listen(t)
	happen(t, other, 3)
	if status, _, body := ask(t, other, "GET", "/events?after="+p.Next); status != http.StatusGone || !strings.Contains(body, "another run") {
		t.Errorf("a cursor of another run: %d %s", status, body)
	}
}

func TestOneEvent(t *testing.T) {
	s := listen(t)
	happen(t, s, 2)
	odd := "id with / and ü?"
	if err := s.Publish(Event{ID: odd, Type: "x"}); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"evt_1","type":"invoice.paid","created":"2026-05-04T12:00:01.123Z","body":"eyJuIjoxfQ=="}` + "\n"
	if status, _, body := ask(t, s, "GET", "/events/evt_1"); status != 200 || body != want {
		t.Errorf("%d %s", status, body)
	}
	if status, _, body := ask(t, s, "GET", "/events/"+url.PathEscape(odd)); status != 200 || !strings.Contains(body, odd) {
		t.Errorf("%d %s", status, body)
	}
}

func TestRefusals(t *testing.T) {
	s := listen(t)
	happen(t, s, 3)
	name := s.log.name
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/", 404, "there are /events,"},
		{"GET", "/event", 404, "there are /events,"},
		{"POST", "/events", 405, "the method here is GET"},
		{"DELETE", "/events/evt_1", 405, "the method here is GET"},
		{"GET", "/events/evt_1/replay", 405, "the method here is POST"},
		{"GET", "/events/evt_7", 404, "no event of that id is kept"},
		{"POST", "/events/evt_7/replay", 404, "no event of that id is kept"},
		{"POST", "/events/evt_1/replay", 409, "nothing is delivered at the moment"},
		{"GET", "/events?limit=0", 400, "limit is no number from 1 to 1000"},
		{"GET", "/events?limit=1001", 400, "limit is no number from 1 to 1000"},
		{"GET", "/events?limit=ten", 400, "limit is no number from 1 to 1000"},
		{"GET", "/events?since=yesterday", 400, "since is no time of RFC 3339"},
		{"GET", "/events?since=2026-05-04T12:00:00+02:00", 400, "a + in it is written %2B"},
		{"GET", "/events?sicne=2026-05-04T12:00:00Z", 400, `did you mean \"since\"?`},
		{"GET", "/events?limit=1&limit=2", 400, "limit is given 2 times"},
		{"GET", "/events?a=%zz", 400, "the query cannot be read"},
		{"GET", "/events?after=evt_1", 400, "after is no cursor"},
		{"GET", "/events?after=" + name + "--1", 400, "after is no cursor"},
		{"GET", "/events?after=" + name + "-01", 400, "after is no cursor"},
		{"GET", "/events?after=" + name + "-3", 400, "no event has got that cursor yet"},
		{"GET", "/events?after=" + name + "-99999999999", 400, "after is no cursor"},
		{"GET", "/events?after=x-0", 410, "another run"},
	} {
		status, h, body := ask(t, s, c.method, c.path)
		if status != c.status || !strings.HasPrefix(body, `{"error":"`) || !strings.Contains(body, c.says) {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
		}
		if (h.Get("Allow") != "") != (c.status == 405) {
			t.Errorf("%s %s: Allow %q", c.method, c.path, h.Get("Allow"))
		}
	}
}

func TestTokens(t *testing.T) {
	s := listen(t)
	happen(t, s, 1)
	for authorization, want := range map[string]int{
		"Bearer " + token: 200, "bearer " + token: 200,
		"": 401, token: 401, "Bearer": 401, "Bearer ": 401, "Bearer " + token + "x": 401, "Bearer " + token[:3]: 401, "Basic " + token: 401,
	} {
		status, h, body := askAs(t, s, "GET", "/events", authorization)
		if status != want || (h.Get("WWW-Authenticate") == "Bearer") != (want == 401) {
			t.Errorf("%q: %d %s", authorization, status, body)
		}
		if strings.Contains(body, token) || want == 401 && strings.Contains(body, "evt_0") {
			t.Errorf("%q: %s", authorization, body)
		}
	}
	if n := s.Asked(); n != 2 {
		t.Errorf("asked %d times with the right token", n)
	}
	own, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if len(own.Token()) != 64 {
		t.Errorf("a token of %d characters is made", len(own.Token()))
	}
	if status, _, _ := askAs(t, own, "GET", "/events", "Bearer "); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	env := "HOOKASSAY_EVENTS_URL=" + own.URL() + " HOOKASSAY_EVENTS_TOKEN=" + own.Token()
	if got := strings.Join(own.Environment(), " "); got != env {
		t.Errorf("environment %s", got)
	}
	if status, _, _ := askAs(t, own, "GET", "/events", "Bearer "+own.Token()); status != 200 {
		t.Errorf("with the token made: %d", status)
	}
}

// A replay is delivered by the owner, and bounded: when too many are under way,
// the caller is told to come back.
func TestReplay(t *testing.T) {
	s := listen(t)
	happen(t, s, 2)
	got, hold := make(chan Event, 2*replaySlots), make(chan struct{})
	s.OnReplay(func(ctx context.Context, e Event) {
		got <- e
		select {
		case <-hold:
		case <-ctx.Done():
		}
	})
	if status, _, body := ask(t, s, "POST", "/events/evt_1/replay"); status != 202 || body != `{"id":"evt_1"}`+"\n" {
		t.Errorf("%d %s", status, body)
	}
	if e := <-got; e.ID != "evt_1" || string(e.Body) != `{"n":1}` {
		t.Errorf("delivered %+v", e)
	}
	for range replaySlots - 1 {
		if status, _, body := ask(t, s, "POST", "/events/evt_0/replay"); status != 202 {
			t.Fatalf("%d %s", status, body)
		}
	}
	status, h, body := ask(t, s, "POST", "/events/evt_0/replay")
	if status != 429 || h.Get("Retry-After") != "1" || !strings.Contains(body, "too many replays") {
		t.Errorf("one more: %d %v %s", status, h, body)
	}
	close(hold)
	s.StopReplays()
	if status, _, _ := ask(t, s, "POST", "/events/evt_0/replay"); status != 409 {
		t.Errorf("with nobody to deliver: %d", status)
	}
}

// Closing ends replays under way and waits for them.
func TestCloseEndsReplays(t *testing.T) {
	s, err := Listen("127.0.0.1:0", token)
	if err != nil {
		t.Fatal(err)
	}
	happen(t, s, 1)
	begun, ended := make(chan struct{}), false
	s.OnReplay(func(ctx context.Context, _ Event) {
		close(begun)
		<-ctx.Done()
		ended = true
	})
	if status, _, body := ask(t, s, "POST", "/events/evt_0/replay"); status != 202 {
		t.Fatalf("%d %s", status, body)
	}
	<-begun
	if err := s.Close(); err != nil || !ended {
		t.Errorf("ended %v, %v", ended, err)
	}
	if err := s.again(Event{}); !errors.Is(err, errIdle) {
		t.Errorf("a replay after the end: %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestListenRefuses(t *testing.T) {
	s := listen(t)
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(u.Host, ""); err == nil || !strings.HasPrefix(err.Error(), "events API: listen tcp") {
		t.Errorf("%v", err)
	}
}
