package receiver

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// staged is an event of the object thing: its first step or its last.
func staged(scheme, id, stage string) *message {
	m := genuine(scheme, id)
	switch scheme {
	case StandardWebhooks:
		m.kind = "invoice." + stage
		m.body = fmt.Appendf(nil, `{"type":%q,"data":{"id":"thing","note":%q}}`, m.kind, id)
	case Stripe:
		m.kind = "invoice." + stage
		m.body = fmt.Appendf(nil, `{"type":%q,"data":{"object":{"id":"thing"}}}`, m.kind)
	case CloudEvents:
		m.kind = "com.example.invoice." + stage
		m.body = []byte(`{"invoice":"thing"}`)
	case GitHub:
		m.kind = "issues"
		action := map[string]string{"created": "opened", "paid": "closed"}[stage]
		m.body = fmt.Appendf(nil, `{"action":%q,"issue":{"id":7}}`, action)
	}
	return m
}

// lastState is the state in the end, which GitHub calls otherwise.
func lastState(s *site) string {
	s.t.Helper()
	s.close()
	states, err := s.r.books.states()
	if err != nil {
		s.t.Fatal(err)
	}
	for state := range maps.Values(states) {
		return strings.Replace(state, "closed", "paid", 1)
	}
	return "unknown"
}

// inOrder sends events of one object one by one and notes its state in the end.
func inOrder(stages ...string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		scheme := event("").scheme
		for i, stage := range stages {
			s.post(staged(scheme, fmt.Sprint(stage, i), stage))
			s.awaitEffects(i + 1)
		}
		s.saw("%s", lastState(s))
	}
}

// awaitEffects waits until so many events were processed, or none more will be.
func (s *site) awaitEffects(n int) {
	if s.seen[len(s.seen)-1] != "202" {
		return
	}
	until(s.t, "effect", func() bool { return len(s.r.Effects()) >= n }, func() any { return s.r.Effects() })
}

const onlyStates = "" // what was processed is another probe's matter

func noEffects(map[string]int) string { return onlyStates }

var orderProbes = []probe{
	{flaw: "last-write-wins", send: inOrder("paid", "created"), correct: "202 202 paid", flawed: "202 202 open", effects: noEffects},
	{flaw: "last-write-wins", send: inOrder("created", "paid"), correct: "202 202 paid", flawed: "202 202 paid", effects: noEffects},
	{flaw: "refuses-older", send: inOrder("paid", "created"), correct: "202 202 paid", flawed: "202 409 paid", effects: noEffects},
	{flaw: "refuses-orphan", send: inOrder("paid"), correct: "202 paid", flawed: "409 unknown", effects: noEffects},
	{flaw: "refuses-orphan", send: inOrder("created", "paid"), correct: "202 202 paid", flawed: "202 202 paid", effects: noEffects},
	{flaw: "same-time-dropped", send: atOneTime, correct: "202 202 paid", flawed: "202 200 open", effects: noEffects},
	{flaw: "duplicate-restates", send: func(s *site, event func(string) *message) {
		scheme := event("").scheme
		for i, stage := range []string{"created", "paid"} {
			s.post(staged(scheme, stage, stage))
			s.awaitEffects(i + 1)
		}
		s.post(staged(scheme, "created", "created"))
		s.saw("%s", lastState(s))
	}, correct: "202 202 200 paid", flawed: "202 202 200 open", effects: noEffects},
	{flaw: "unique-transition", send: func(s *site, event func(string) *message) {
		scheme := event("").scheme
		s.post(staged(scheme, "one", "created"))
		other := staged(scheme, "two", "created")
		s.post(other.withBody(strings.Replace(string(other.body), "{", "{ ", 1))) // GitHub knows it by its body
	}, correct: "202 202", flawed: "202 500", effects: noEffects},
	{flaw: "update-without-insert", send: inOrder("paid", "created"), correct: "202 202 paid", flawed: "202 202 open", effects: noEffects},
	{flaw: "state-racy", send: func(s *site, event func(string) *message) {
		// The older event comes while the newer one is being worked on.
		var senders sync.WaitGroup
		scheme := event("").scheme
		for _, stage := range []string{"paid", "created"} {
			senders.Go(func() { s.try(staged(scheme, stage, stage).request(s.t, s.base)) })
			wait(s.t.Context().Done(), crashGap/3)
		}
		senders.Wait()
		s.saw("%s", lastState(s))
	}, correct: "paid", flawed: "open", effects: noEffects},
}

// atOneTime sends two events of one object that happened at the same time.
func atOneTime(s *site, event func(string) *message) {
	scheme := event("").scheme
	for i, stage := range []string{"created", "paid"} {
		m := staged(scheme, stage, stage)
		const at = "2026-05-04T03:02:01Z"
		switch scheme {
		case StandardWebhooks:
			m.body = []byte(strings.Replace(string(m.body), "{", `{"timestamp":"`+at+`",`, 1))
		case Stripe:
			m.body = []byte(strings.Replace(string(m.body), "{", `{"created":1777863721,`, 1))
		}
		s.post(m)
		s.awaitEffects(i + 1)
	}
	s.saw("%s", lastState(s))
}

var identityProbes = []probe{
	{flaw: "id-collation", send: ids("Msg_a", "msg_a"), correct: "202 202 map[Msg_a:1 msg_a:1]", flawed: "202 200 map[Msg_a:1]"},
	{flaw: "id-truncated", send: func(s *site, event func(string) *message) {
		s.post(event(strings.Repeat("a", columnWidth) + "1"))
		s.post(event(strings.Repeat("a", columnWidth) + "2"))
	}, correct: "202 202 2", flawed: "202 200 1", effects: func(m map[string]int) string { return fmt.Sprint(len(m)) }},
	{flaw: "id-and-body", send: twice(func(m *message) *message {
		return m.withBody(strings.Replace(string(m.body), "café", "tea", 1))
	}), correct: "202 200 map[a:1]", flawed: "202 202 map[a:2]"},
	{flaw: "dedupe-per-connection", send: func(s *site, event func(string) *message) {
		for range 2 {
			s.send(event("a").request(s.t, s.base))
			s.client.Transport.(*http.Transport).CloseIdleConnections()
		}
	}, correct: "202 200 map[a:1]", flawed: "202 202 map[a:2]"},
}

// ids sends one event of each id.
func ids(all ...string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		for _, id := range all {
			s.post(event(id))
		}
	}
}

// The store decides of states as the memory does.
func TestStatesInAStore(t *testing.T) {
	for _, c := range []struct {
		flaws  []string
		stages []string
		want   string
	}{
		{nil, []string{"created", "paid"}, "paid"},
		{nil, []string{"paid", "created"}, "paid"},
		{nil, []string{"paid", "paid"}, "paid"},
		{nil, []string{"created", "paid", "created"}, "paid"},
		{nil, []string{"created"}, "open"},
		{[]string{"last-write-wins"}, []string{"paid", "created"}, "open"},
		{[]string{"update-without-insert"}, []string{"paid", "created"}, "open"},
		{[]string{"update-without-insert"}, []string{"created", "paid"}, "paid"},
	} {
		s := open(t, durable(t, StandardWebhooks, c.flaws...))
		for i, stage := range c.stages {
			s.post(staged(StandardWebhooks, fmt.Sprint(stage, i), stage))
			s.awaitEffects(i + 1)
		}
		states := s.method(http.MethodGet, "/states")
		one := s.method(http.MethodGet, "/states/thing")
		if states.body != fmt.Sprintf(`{"thing":%q}`, c.want) && len(c.stages) > 0 || one.body != fmt.Sprintf(`{"state":%q}`, c.want) {
			t.Errorf("%v %v: got %s and %s", c.flaws, c.stages, states.body, one.body)
		}
		if none := s.method(http.MethodGet, "/states/other"); none.status != http.StatusNotFound {
			t.Errorf("an object that there is not: %d", none.status)
		}
		s.close()
	}
}
