package target

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

func senderTo(t *testing.T, url string, change func(*Target)) *Sender {
	t.Helper()
	tgt, err := New(Settings{URL: url, Scheme: "github", Secret: "It's a Secret to Everybody"})
	if err != nil {
		t.Fatal(err)
	}
	change(tgt)
	return NewSender(tgt, mockprovider.NewMaker(tgt.Scheme, nil, 1, "n"), transcript.NewRecorder(nil), nil)
}

func TestReserveTakesAllOrNothing(t *testing.T) {
	s := senderTo(t, "http://127.0.0.1:1/", func(tgt *Target) { tgt.Limits.Requests = 20 })
	if err := s.Reserve(t.Context(), 16); err != nil || s.Sent() != 16 {
		t.Errorf("%d of 16 reserved, %v", s.Sent(), err)
	}
	if err := s.Reserve(t.Context(), 5); !errors.Is(err, ErrBudget) || s.Sent() != 16 {
		t.Errorf("%d reserved beyond the budget, %v", s.Sent()-16, err)
	}
	if err := s.Reserve(t.Context(), 4); err != nil {
		t.Error(err)
	}
}

func TestReserveWaitsForTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := senderTo(t, "http://127.0.0.1:1/", func(tgt *Target) { tgt.Limits.Rate = 2 })
		start := time.Now()
		if err := s.Reserve(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("five at 2/s after %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Reserve(ctx, 100); err == nil || s.Sent() != 5 {
			t.Errorf("given up, and %d are still reserved: %v", s.Sent()-5, err)
		}
	})
}

// TestHeldDeliveriesHaveTheirWholeTime: the hold is ours, not the receiver's.
func TestHeldDeliveriesHaveTheirWholeTime(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // to the last byte, which is held
		time.Sleep(300 * time.Millisecond)
	}))
	defer srv.Close()
	s := senderTo(t, srv.URL, func(tgt *Target) { tgt.Timeouts.Answer = 600 * time.Millisecond })
	now := time.Now()
	event, err := s.Maker.Make(mockprovider.EventSpec{Key: "held", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Composer.Compose(event, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	gate := make(chan struct{})
	d.Request.Gate = gate
	const held = 500 * time.Millisecond
	time.AfterFunc(held, func() { close(gate) })
	e, err := s.SendHeld(t.Context(), transcript.Exchange{}, d, held)
	if err != nil || e.Outcome != "answered" {
		t.Errorf("%s after %v ms, %v", e.Outcome, e.Times.Done, err)
	}
}
