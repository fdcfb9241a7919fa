package target

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func newCallback(t *testing.T, token string) *Callback {
	t.Helper()
	c, err := NewCallback("127.0.0.1:0", token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // some tests have closed it already
	return c
}

func call(t *testing.T, c *Callback, method, authorization, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.Addr()+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close() // nothing in it is looked at
	return res.StatusCode
}

func TestCallback(t *testing.T) {
	c := newCallback(t, "sesame")
	for _, x := range []struct {
		name, method, authorization, body string
		want                              int
	}{
		{"an effect", "POST", "Bearer sesame", `{"id": "a"}`, 204},
		{"another of it", "POST", "Bearer sesame", `{"id": "a", "more": 1}`, 204},
		{"of another event", "POST", "Bearer sesame", `{"id": "b"}`, 204},
		{"without token", "POST", "", `{"id": "a"}`, 401},
		{"wrong token", "POST", "Bearer sesamE", `{"id": "a"}`, 401},
		{"a longer token", "POST", "Bearer sesame2", `{"id": "a"}`, 401},
		{"another scheme", "POST", "Basic sesame", `{"id": "a"}`, 401},
		{"GET", "GET", "Bearer sesame", `{"id": "a"}`, 405},
		{"no id", "POST", "Bearer sesame", `{}`, 400},
		{"an empty id", "POST", "Bearer sesame", `{"id": ""}`, 400},
		{"a number", "POST", "Bearer sesame", `{"id": 7}`, 400},
		{"no JSON", "POST", "Bearer sesame", `id=a`, 400},
		{"too long", "POST", "Bearer sesame", `{"id": "` + strings.Repeat("x", 64<<10) + `"}`, 400},
	} {
		if got := call(t, c, x.method, x.authorization, x.body); got != x.want {
			t.Errorf("%s is answered %d, not %d", x.name, got, x.want)
		}
	}
	got, err := c.Counts(t.Context(), []string{"a", "b", "c"})
	if err != nil || !maps.Equal(got, map[string]int{"a": 2, "b": 1}) {
		t.Errorf("%v, %v", got, err)
	}
	if text := fmt.Sprint(c.Describe()); !strings.Contains(text, c.Addr()) || strings.Contains(text, "sesame") {
		t.Errorf("described as %s", text)
	}
}

func TestCallbackWithoutToken(t *testing.T) {
	if got := call(t, newCallback(t, ""), "POST", "", `{"id": "a"}`); got != 204 {
		t.Errorf("answered %d", got)
	}
}

func TestCallbackConcurrently(t *testing.T) {
	c := newCallback(t, "")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				call(t, c, "POST", "", `{"id": "a"}`)
			}
		})
	}
	wg.Wait()
	if got, _ := c.Counts(t.Context(), []string{"a"}); got["a"] != 80 {
		t.Errorf("%d of 80 were counted", got["a"])
	}
}

func TestCallbackKeepsNoMoreThanItHasRoomFor(t *testing.T) {
	c := newCallback(t, "")
	c.room = 5
	for _, x := range []struct {
		id   string
		want int
	}{{"abc", 204}, {"de", 204}, {"f", 507}, {"abc", 204}} {
		if got := call(t, c, "POST", "", `{"id": "`+x.id+`"}`); got != x.want {
			t.Errorf("%s is answered %d, not %d", x.id, got, x.want)
		}
	}
}

func TestCallbackCloses(t *testing.T) {
	c := newCallback(t, "")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: 2 * time.Second}
	if res, err := client.Post("http://"+c.Addr(), "application/json", strings.NewReader(`{"id": "a"}`)); err == nil {
		_ = res.Body.Close() // only that it came matters
		t.Error("it still answers")
	}
	if _, err := NewCallback("127.0.0.1:99999", ""); err == nil {
		t.Error("listens on a port that cannot be")
	}
}

func TestCallbackKnowsWhen(t *testing.T) {
	c, err := NewCallback("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	before := time.Now()
	for range 2 {
		if err := c.add("e"); err != nil {
			t.Fatal(err)
		}
	}
	between := time.Now()
	if err := c.add("e"); err != nil {
		t.Fatal(err)
	}
	told, ok := Named("ledger", c).(interface {
		First(string) (time.Time, bool)
	})
	if !ok {
		t.Fatal("its name hides what it knows")
	}
	if first, known := told.First("e"); !known || first.Before(before) || first.After(between) {
		t.Errorf("%v, %v, not between %v and %v", first, known, before, between)
	}
	if _, known := told.First("other"); known {
		t.Error("an event that was not told of is known")
	}
	function := named{Func(func(string) int { return 1 }), "function"}
	if _, known := function.First("e"); known {
		t.Error("a function knows when")
	}
}
