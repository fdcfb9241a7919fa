package target_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/server"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// listed is a target with a list of events, whose receiver tells what it gets.
func listed(t *testing.T) (tgt *target.Target, deliveries chan []byte) {
	t.Helper()
	deliveries = make(chan []byte, 100)
	tgt = serving(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		deliveries <- b
		w.WriteHeader(http.StatusNoContent)
	})
	list, err := server.Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := list.Close(); err != nil {
			t.Error(err)
		}
	})
	tgt.EventsAPI = list
	return tgt, deliveries
}

// fromList asks the list, as the receiver does.
func fromList(t *testing.T, tgt *target.Target, method, path string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, tgt.EventsAPI.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+tgt.EventsAPI.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// awaitRecords returns the transcript once it has so many records.
func awaitRecords(t *testing.T, s *sending, n int) []transcript.Record {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if records, err := s.Record.Records(); err != nil {
			t.Fatal(err)
		} else if len(records) >= n {
			return records
		}
	}
	t.Fatalf("there are no %d records", n)
	return nil
}

// What is published is what a delivery carries, and is written down before
// anybody can see it; nothing is sent.
func TestPublish(t *testing.T) {
	tgt, deliveries := listed(t)
	s := newSending(tgt)
	d := s.genuine(t, "missed")
	at := time.Now()
	if err := s.Publish(transcript.Exchange{Scenario: "retry.reconcile"}, d.Event, at); err != nil {
		t.Fatal(err)
	}
	var got struct{ Events []server.Event }
	if status := fromList(t, tgt, "GET", "", &got); status != http.StatusOK || len(got.Events) != 1 {
		t.Fatalf("%d %+v", status, got)
	}
	e := got.Events[0]
	if e.ID != d.SentID || e.Type != d.Event.Type || !e.Created.Equal(at) || !bytes.Equal(e.Body, d.Message.Body) {
		t.Errorf("listed as %+v", e)
	}
	if want := `{"id":"` + d.SentID + `","scenario":"retry.reconcile"}`; !strings.Contains(s.ids.String(), want) {
		t.Errorf("ids: %s", s.ids.String())
	}
	if len(deliveries) != 0 || s.Sent() != 0 {
		t.Error("it was delivered, too")
	}
	if err := newSending(serving(t, nil)).Publish(transcript.Exchange{}, d.Event, at); err == nil || !strings.Contains(err.Error(), "no events.api") {
		t.Errorf("without a list: %v", err)
	}
}

// A replay is an attempt of its own, recorded where it was said to belong, and
// takes from the budget; after its end nothing is sent.
func TestReplayIsAnAttempt(t *testing.T) {
	tgt, deliveries := listed(t)
	tgt.Limits.Requests = 1
	s := newSending(tgt)
	d := s.genuine(t, "missed")
	if err := s.Publish(transcript.Exchange{Scenario: "retry.reconcile", Play: 1, Step: 3, Label: "missed"}, d.Event, time.Now()); err != nil {
		t.Fatal(err)
	}
	var answer map[string]string
	path := "/" + d.SentID + "/replay"
	if status := fromList(t, tgt, "POST", path, &answer); status != http.StatusAccepted {
		t.Fatalf("%d %v", status, answer)
	}
	select {
	case body := <-deliveries:
		if !bytes.Equal(body, d.Message.Body) {
			t.Errorf("delivered %s", body)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is delivered")
	}
	if status := fromList(t, tgt, "POST", path, &answer); status != http.StatusAccepted { // over the budget
		t.Errorf("%d %v", status, answer)
	}
	records := awaitRecords(t, s, 3) // the run, the attempt, and what the second replay came to
	tgt.EventsAPI.StopReplays()
	if status := fromList(t, tgt, "POST", path, &answer); status != http.StatusConflict {
		t.Errorf("after the end: %d %v", status, answer)
	}
	exchanges, troubles := 0, 0
	for _, r := range records {
		if e := r.Exchange; e != nil {
			exchanges++
			if e.Scenario != "retry.reconcile" || e.Step != 3 || e.Label != "missed" || e.EventID != d.SentID || e.Answer.Status != http.StatusNoContent {
				t.Errorf("recorded as %+v", e)
			}
		}
		if tr := r.Trouble; tr != nil {
			troubles++
			if tr.Kind != "budget" || tr.Scenario != "retry.reconcile" {
				t.Errorf("recorded as %+v", tr)
			}
		}
	}
	if exchanges != 1 || troubles != 1 {
		t.Errorf("%d exchanges and %d troubles are recorded", exchanges, troubles)
	}
	if m := mockprovider.NewMaker(tgt.Scheme, nil, 1, "n"); !tgt.Has(mockprovider.EventsAPI, m) || serving(t, nil).Has(mockprovider.EventsAPI, m) {
		t.Error("the feature is not told by the list")
	}
}
