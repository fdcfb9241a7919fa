package server

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

func filled(t *testing.T, l *log, n, size int) {
	t.Helper()
	for i := range n {
		if err := l.add(Event{ID: strconv.Itoa(i), Created: noon.Add(time.Duration(i) * time.Second), Body: make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
	}
}

// A full log forgets the oldest, and says so to whoever asks for them.
func TestLogIsBounded(t *testing.T) {
	for name, bound := range map[string]func(*log){
		"count": func(l *log) { l.maxCount = 10 },
		"bytes": func(l *log) { l.maxSum = 1000 },
	} {
		l := newLog("l")
		bound(l)
		filled(t, l, 25, 100)
		if len(l.kept) != 10 || len(l.number) != 10 || l.sum != 1000 {
			t.Errorf("%s: %d events, %d ids, %d bytes", name, len(l.kept), len(l.number), l.sum)
		}
		if _, ok := l.find("14"); ok {
			t.Errorf("%s: 14 is still there", name)
		}
		if e, ok := l.find("15"); !ok || e.ID != "15" {
			t.Errorf("%s: 15 is %v, %v", name, e.ID, ok)
		}
		for _, c := range []struct {
			q     query
			first string // "" : gone
		}{
			{query{}, "15"},
			{query{since: noon}, ""},
			{query{since: noon.Add(14 * time.Second)}, ""},
			{query{since: noon.Add(14*time.Second + 1)}, "15"},
			{query{after: &cursor{"l", 13}}, ""},
			{query{after: &cursor{"l", 14}}, "15"},
			{query{after: &cursor{"l", 15}}, "16"},
			{query{after: &cursor{"l", 15}, since: noon.Add(20 * time.Second)}, "20"},
		} {
			c.q.limit = 5
			events, _, err := l.list(c.q)
			if c.first == "" {
				if !errors.Is(err, errGone) {
					t.Errorf("%s: %+v: %v", name, c.q, err)
				}
				continue
			}
			if err != nil || len(events) != 5 || events[0].ID != c.first {
				t.Errorf("%s: %+v: %v %v", name, c.q, events, err)
			}
		}
	}
}

func TestLogTakes(t *testing.T) {
	l := newLog("l")
	l.maxSum = 10
	if err := l.add(Event{}); err == nil {
		t.Error("an event without id is taken")
	}
	if err := l.add(Event{ID: "a", Body: make([]byte, 11)}); err == nil {
		t.Error("a body over the bound is taken")
	}
	body := []byte("before")
	for range 2 {
		if err := l.add(Event{ID: "a", Body: body}); err != nil {
			t.Error(err)
		}
	}
	copy(body, "after!")
	if e, _ := l.find("a"); len(l.kept) != 1 || string(e.Body) != "before" {
		t.Errorf("%d events, body %s", len(l.kept), e.Body)
	}
}

// A page holds so many bytes, but at least one event.
func TestPagesAreBounded(t *testing.T) {
	l := newLog("l")
	filled(t, l, 5, maxPageBytes/2)
	events, next, err := l.list(query{limit: 100})
	if err != nil || len(events) != 2 || next != "l-1" {
		t.Errorf("%d events, %q, %v", len(events), next, err)
	}
	if err := l.add(Event{ID: "large", Created: noon.Add(time.Hour), Body: bytes.Repeat([]byte{'x'}, 2*maxPageBytes)}); err != nil {
		t.Fatal(err)
	}
	events, next, err = l.list(query{limit: 100, after: &cursor{"l", 4}})
	if err != nil || len(events) != 1 || events[0].ID != "large" || next != "" {
		t.Errorf("%d events, %q, %v", len(events), next, err)
	}
}

// Whoever reads while events happen sees each once and in order.
func TestReadingWhileEventsHappen(t *testing.T) {
	const writers, each = 4, 250
	l := newLog("l")
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				if err := l.add(Event{ID: fmt.Sprintf("%d-%d", w, i), Created: noon.Add(time.Duration(i%7) * time.Second)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	seen, last := map[string]bool{}, (*cursor)(nil)
	for done := false; len(seen) < writers*each; {
		events, next, err := l.list(query{limit: 10, after: last})
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 && done {
			t.Fatalf("%d events are missing", writers*each-len(seen))
		}
		for i, e := range events {
			if seen[e.ID] || i > 0 && e.Created.Before(events[i-1].Created) {
				t.Fatalf("%s again, or out of order", e.ID)
			}
			seen[e.ID] = true
		}
		if n := len(seen); n > 0 {
			last = &cursor{"l", n - 1}
		}
		if next == "" && !done {
			writing.Wait()
			done = true
		}
	}
}

// Any query is understood or refused, and what is understood is in its bounds.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "limit=10", "since=2026-05-04T12:00:00Z", "since=2026-05-04T12:00:00.123456789%2B02:00", "after=l-3", "after=l-3&since=2026-05-04T12:00:00Z&limit=1000", "after=-1", "after=l--1", "after=l-+1", "limit=-1", "limit=1;since=x", "%zz", "since=0001-01-01T00:00:00Z"} {
		f.Add(seed)
	}
	l := newLog("l")
	for i := range 20 {
		_ = l.add(Event{ID: strconv.Itoa(i), Created: noon.Add(time.Duration(i) * time.Second)})
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw)
		if err != nil {
			return
		}
		if q.limit < 1 || q.limit > maxLimit {
			t.Errorf("%q: limit %d", raw, q.limit)
		}
		if q.after != nil {
			if again, err := parseCursor(q.after.String()); err != nil || again != *q.after || q.after.number < 0 {
				t.Errorf("%q: cursor %+v becomes %+v, %v", raw, *q.after, again, err)
			}
		}
		events, _, err := l.list(q)
		if err == nil && len(events) > q.limit {
			t.Errorf("%q: %d events", raw, len(events))
		}
		for _, e := range events {
			if !q.since.IsZero() && e.Created.Before(q.since) {
				t.Errorf("%q: %v is before", raw, e.Created)
			}
		}
	})
}
