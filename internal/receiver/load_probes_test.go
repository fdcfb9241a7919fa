package receiver

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// atOnce sends messages together and notes how often each status came.
func (s *site) atOnce(n int, message func(i int) *message) {
	s.t.Helper()
	statuses := make([]int, n)
	var all sync.WaitGroup
	for i := range n {
		req := message(i).request(s.t, s.base)
		all.Go(func() { statuses[i] = s.try(req).status })
	}
	all.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		s.saw("%d×%d", counts[status], status)
	}
}

// numbered is a crowd of events of which each is changed.
func numbered(event func(string) *message, change func(*message) *message) func(int) *message {
	return func(i int) *message { return change(event(fmt.Sprint(i))) }
}

// busy20 sends twenty at once.
func busy20(change func(*message) *message) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) { s.atOnce(20, numbered(event, change)) }
}

// fill takes n events on, one after another.
func (s *site) fill(event func(string) *message, n int) {
	for i := range n {
		if a := s.try(event(fmt.Sprint(i)).request(s.t, s.base)); a.status != http.StatusAccepted {
			s.saw("%d", a.status)
		}
	}
}

func howMany(m map[string]int) string { return fmt.Sprint(len(m)) }

var loadProbes = []probe{
	{flaw: "queue-unbounded", bubble: true, send: func(s *site, event func(string) *message) {
		s.fill(event, queueSize+2)
		synctest.Wait()
		s.saw("%d at once,", len(s.r.Effects()))
	}, effects: howMany, correct: "4098 at once, 4098", flawed: "0 at once, 4098"},
	{flaw: "acks-then-drops", bubble: true, send: func(s *site, event func(string) *message) {
		s.fill(event, 1)
		synctest.Wait() // the worker has taken it
		s.fill(func(id string) *message { return event("more-" + id) }, 2*realQueue)
	}, effects: howMany, correct: fmt.Sprint(1 + 2*realQueue), flawed: fmt.Sprint(1 + realQueue)},
	{flaw: "works-before-answering", bubble: true, send: func(s *site, event func(string) *message) {
		start := time.Now()
		busy20(same)(s, event)
		s.saw("%v", time.Since(start))
	}, effects: howMany, correct: "20×202 0s 20", flawed: "20×202 200ms 20"},
	{flaw: "skips-verification-when-busy", bubble: true, send: busy20(forged), effects: howMany, correct: "20×401 0", flawed: "12×202 8×401 12"},
	{flaw: "skips-age-when-busy", bubble: true, send: busy20(func(m *message) *message { return m.at(time.Hour) }),
		effects: howMany, correct: "20×401 0", flawed: "12×202 8×401 12"},
	{flaw: "errors-when-busy", bubble: true, send: busy20(same), effects: howMany, correct: "20×202 20", flawed: "8×202 12×500 8"},
	{flaw: "stalls", bubble: true, send: func(s *site, event func(string) *message) {
		for _, id := range []string{"a", "b", "c"} {
			start := time.Now()
			s.post(event(id))
			s.saw("%v", time.Since(start))
			time.Sleep(2500 * time.Millisecond)
		}
	}, correct: "202 0s 202 0s 202 0s map[a:1 b:1 c:1]", flawed: "202 0s 202 500ms 202 0s map[a:1 b:1 c:1]"},
	{flaw: "dedupe-linear", bubble: true, send: func(s *site, event func(string) *message) {
		s.fill(event, 200)
		start := time.Now()
		s.post(event("last"))
		s.saw("%v", time.Since(start))
	}, effects: howMany, correct: "202 0s 201", flawed: "202 2ms 201"},
	{flaw: "retries-double", bubble: true, send: func(s *site, event func(string) *message) {
		s.fill(event, 100)
		s.post(event("a"))
		s.post(event("a"))
		time.Sleep(claimLife)
		s.post(event("a"))
	}, effects: func(m map[string]int) string { return fmt.Sprint(m["a"]) }, correct: "202 200 200 1", flawed: "202 200 202 2"},
}

// With a file for its data, too, a receiver drops what it acknowledged, has no
// bound, or doubles what comes again.
func TestLoadFlawsOnDisk(t *testing.T) {
	const crowd = 2 * realQueue
	for flaw, wants := range map[string]func(s *site) bool{
		"acks-then-drops": func(s *site) bool { return len(effectsSettled(s.r)) < 2*crowd },
		"queue-unbounded": func(s *site) bool { return s.r.backlog.(*store).waiting.Load() > crowd },
		"retries-double": func(s *site) bool {
			time.Sleep(claimLife)
			s.post(genuine(StandardWebhooks, fmt.Sprint(2*crowd-1)))
			return effectsSettled(s.r)[fmt.Sprint(2*crowd-1)] == 2
		},
	} {
		t.Run(flaw, func(t *testing.T) {
			s := open(t, durable(t, StandardWebhooks, flaw))
			for wave := range 2 {
				s.atOnce(crowd, func(i int) *message { return genuine(StandardWebhooks, fmt.Sprint(wave*crowd+i)) })
			}
			if got := fmt.Sprint(s.seen); got != fmt.Sprintf("[%d×202 %[1]d×202]", crowd) {
				t.Errorf("answers %s", got)
			}
			if !wants(s) {
				t.Error("it does not show")
			}
		})
	}
}

// effectsSettled are the effects when no work is left.
func effectsSettled(r *Receiver) map[string]int {
	for deadline := time.Now().Add(testDeadline); r.backlog.(*store).waiting.Load() > 0 && time.Now().Before(deadline); {
		time.Sleep(soon)
	}
	return r.Effects()
}
