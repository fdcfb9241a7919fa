package effects_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/hookassay/hookassay/internal/interop/effects"
)

func TestLedgerCountsEveryProcessing(t *testing.T) {
	tests := []struct {
		name string
		ids  []string
		want string
	}{
		{"nothing processed", nil, `{}`},
		{"one event", []string{"a"}, `{"a":1}`},
		{"the same event again", []string{"a", "b", "a"}, `{"a":2,"b":1}`},
		{"an event without an id", []string{""}, `{"":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var ledger effects.Ledger
			for _, id := range tt.ids {
				ledger.Processed(id)
			}
			if got := read(&ledger); got != tt.want {
				t.Errorf("effects = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestLedgerCountsConcurrently(t *testing.T) {
	var ledger effects.Ledger
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { ledger.Processed("a") })
	}
	wg.Wait()
	if got := read(&ledger); got != `{"a":50}` {
		t.Errorf("effects = %s, want 50 of a", got)
	}
}

func TestRecord(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"an id", "72d3162e-cc78-11e3-81ab-4c9367dc0958", http.StatusNoContent, `{"72d3162e-cc78-11e3-81ab-4c9367dc0958":1}`},
		{"no id", "", http.StatusNoContent, `{"":1}`},
		{"an id over the bound", strings.Repeat("x", 128<<10+1), http.StatusRequestEntityTooLarge, `{}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var ledger effects.Ledger
			w := httptest.NewRecorder()
			ledger.Record(w, httptest.NewRequest(http.MethodPost, "/effects", strings.NewReader(tt.body)))
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d", w.Code, tt.status)
			}
			if got := read(&ledger); got != tt.want {
				t.Errorf("effects = %s, want %s", got, tt.want)
			}
		})
	}
}

func read(ledger *effects.Ledger) string {
	w := httptest.NewRecorder()
	ledger.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/effects", nil))
	return w.Body.String()
}
