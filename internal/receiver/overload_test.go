package receiver

import (
	"fmt"
	"testing"
)

// A store that is full, or at whose door too many wait, turns new events away with
// Retry-After, still calls what it knows a duplicate, keeps nothing of what it
// turned away, and loses nothing that it took.
func TestFullStore(t *testing.T) {
	for name, strain := range map[string]func(s *store, by int64){
		"backlog": func(s *store, by int64) { s.waiting.Add(by * queueSize) },
		"door":    func(s *store, by int64) { s.asking.Add(by * atTheDoor) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, durable(t, StandardWebhooks))
			kept := s.r.backlog.(*store)
			s.post(genuine(StandardWebhooks, "a"))
			soonIs(t, s.r, map[string]int{"a": 1})
			strain(kept, 1)
			s.post(genuine(StandardWebhooks, "a"))
			if a := s.post(genuine(StandardWebhooks, "b")); a.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
			}
			s.post(genuine(StandardWebhooks, "c").forged())
			strain(kept, -1)
			s.post(genuine(StandardWebhooks, "b"))
			soonIs(t, s.r, map[string]int{"a": 1, "b": 1})
			if got := fmt.Sprint(s.seen); got != "[202 200 503 401 202]" {
				t.Errorf("got %s", got)
			}
		})
	}
}
