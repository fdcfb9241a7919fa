package load

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// A taken is a request as it came.
type taken struct {
	header http.Header
	body   []byte
	at     time.Time
}

// A recording is a receiver that keeps every request and answers as it is told
// to.
type recording struct {
	*httptest.Server
	mu   sync.Mutex
	all  []taken
	next func(n int, req taken) int // the status for the n-th request, from 0
}

func record(t *testing.T, next func(int, taken) int) *recording {
	t.Helper()
	r := &recording{next: next}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(io.LimitReader(req.Body, 2<<20))
		if err != nil {
			return
		}
		r.mu.Lock()
		one := taken{req.Header.Clone(), body, time.Now()}
		n := len(r.all)
		r.all = append(r.all, one)
		r.mu.Unlock()
		w.WriteHeader(r.next(n, one))
	}))
	t.Cleanup(r.Close)
	return r
}

func accepting(int, taken) int { return http.StatusAccepted }

func (r *recording) requests() []taken {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]taken(nil), r.all...)
}

func pressingOf(t *testing.T, tgt *target.Target, s scenarios.LoadScenario) (*pressing, error) {
	t.Helper()
	plan, err := NewPlan(s, 7)
	if err != nil {
		t.Fatal(err)
	}
	return newPressing(Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()}, plan)
}

// The id, the time and the signature of a request, read by hand.
type reading struct {
	id, stamp string
	signed    bool // with the secret of tests
}

func readingOf(t *testing.T, scheme string, r taken) reading {
	t.Helper()
	mac := func(key []byte, parts ...string) []byte {
		h := hmac.New(sha256.New, key)
		for _, p := range parts {
			h.Write([]byte(p))
		}
		return h.Sum(nil)
	}
	key, body := secrets[scheme], string(r.body)
	switch scheme {
	case receiver.StandardWebhooks:
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		id, stamp := r.header.Get("webhook-id"), r.header.Get("webhook-timestamp")
		want := "v1," + base64.StdEncoding.EncodeToString(mac(raw, id, ".", stamp, ".", body))
		return reading{id, stamp, r.header.Get("webhook-signature") == want}
	case receiver.GitHub:
		want := "sha256=" + hex.EncodeToString(mac([]byte(key), body))
		return reading{r.header.Get("X-GitHub-Delivery"), "", r.header.Get("X-Hub-Signature-256") == want}
	case receiver.CloudEvents:
		return reading{r.header.Get("ce-id"), "", r.header.Get("Authorization") == "Bearer "+key}
	}
	stamp, sum, _ := strings.Cut(strings.TrimPrefix(r.header.Get("Stripe-Signature"), "t="), ",v1=")
	return reading{gjson.GetBytes(r.body, "id").String(), stamp, sum == hex.EncodeToString(mac([]byte(key), stamp, ".", body))}
}

// A playedPlan is a plan and the request of each delivery that was sent.
type playedPlan struct {
	plan *Plan
	by   []taken
}

// sendAll plays a scenario against a recording receiver. One delivery is sent at a
// time, so that they come in the order of the plan.
func sendAll(t *testing.T, scheme string, s scenarios.LoadScenario, change func(*target.Target)) playedPlan {
	t.Helper()
	rec := record(t, accepting)
	s.InFlight = 1
	tgt := aimScheme(t, rec.URL+"/webhooks", scheme)
	if change != nil {
		change(tgt)
	}
	l := play(t, tgt, s)
	cfg, plan, err := Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()}.plan()
	if err != nil {
		t.Fatal(err)
	}
	out := playedPlan{plan, rec.requests()}
	if len(out.by) != l.Sent {
		t.Fatalf("%d requests came, of %d", len(out.by), l.Sent)
	}
	if l.Sent < l.Plan.Total*2/3 {
		t.Skipf("%d of %d were sent: the machine is too busy to see every class", l.Sent, l.Plan.Total)
	}
	p, err := newPressing(cfg, plan)
	if err != nil {
		t.Fatal(err)
	}
	id := p.ids()
	for n, r := range out.by {
		if got, want := readingOf(t, scheme, r).id, id(plan.Event(n)); got != want {
			t.Fatalf("delivery %d, %s, has the id %q, not %q", n, plan.Class(n), got, want)
		}
	}
	return out
}

// everything holds every class, sizes and objects.
func everything(t *testing.T) scenarios.LoadScenario {
	t.Helper()
	s := smoke(t, perSecond(150), 2*time.Second)
	s.Mix = mixOf(map[Class]int{Genuine: 8, Duplicate: 2, Racing: 2, Retry: 2, Forged: 2, Stale: 1, Malformed: 1, UnknownType: 1, Large: 1})
	s.Sizes = []scenarios.SizeWeight{{Bytes: 8000, Weight: 2}, {Bytes: 32 << 10, Weight: 1}}
	s.Keys = &scenarios.Keys{Objects: 5, Skew: 1}
	s.Objectives = nil
	return s
}

func TestOnTheWire(t *testing.T) {
	for scheme := range secrets {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			p := sendAll(t, scheme, everything(t), nil)
			p.checkClasses(t, scheme)
			p.checkSizes(t)
			p.checkObjects(t, scheme)
		})
	}
}

// checkClasses holds each class to its name.
func (p playedPlan) checkClasses(t *testing.T, scheme string) {
	t.Helper()
	seen := map[Class]int{}
	for n, got := range p.by {
		class, event := p.plan.delivery(n)
		seen[class]++
		original := p.by[event]
		r, o := readingOf(t, scheme, got), readingOf(t, scheme, original)
		if r.signed == (class == Forged) {
			t.Errorf("%s %d: signed with the secret is %v", class, n, r.signed)
		}
		if valid := json.Valid(got.body); valid == (class == Malformed) {
			t.Errorf("%s %d: JSON is %v", class, n, valid)
		}
		names := string(got.body) + got.header.Get("X-GitHub-Event") + got.header.Get("ce-type")
		if unknown := strings.Contains(names, "unknown"); unknown != (class == UnknownType) {
			t.Errorf("%s %d is of an unknown type: %v", class, n, unknown)
		}
		same := bytes.Equal(got.body, original.body) && reflect.DeepEqual(got.header, original.header)
		switch {
		case (class == Duplicate || class == Racing) && !same:
			t.Errorf("%s %d is not its original %d to the byte", class, n, event)
		case class == Retry && !bytes.Equal(got.body, original.body):
			t.Errorf("retry %d has another body than %d", n, event)
		case class == Retry && o.stamp != "" && r.stamp == o.stamp:
			t.Errorf("retry %d of %d has its time, %s", n, event, r.stamp)
		}
		checkAge(t, class, r, got.at)
	}
	if len(seen) != classes && (len(seen) != classes-1 || seen[Stale] != 0) { // what has no time is never stale
		t.Errorf("classes seen: %v", seen)
	}
}

// checkAge holds a timestamp to the clock: only a stale delivery is old, and none
// is of the future.
func checkAge(t *testing.T, class Class, r reading, now time.Time) {
	t.Helper()
	if r.stamp == "" {
		return
	}
	age := ageOf(t, r, now)
	if class == Stale {
		if age < 24*time.Hour {
			t.Errorf("a stale delivery is %s old", age)
		}
		return
	}
	if age < 0 || age > time.Minute {
		t.Errorf("%s is %s old", class, age)
	}
}

func ageOf(t *testing.T, r reading, now time.Time) time.Duration {
	t.Helper()
	seconds, err := strconv.ParseInt(r.stamp, 10, 64)
	if err != nil {
		t.Fatalf("a time is %q", r.stamp)
	}
	return now.Sub(time.Unix(seconds, 0))
}

// checkSizes counts the bytes of bodies.
func (p playedPlan) checkSizes(t *testing.T) {
	t.Helper()
	seen := map[int]int{}
	for n, got := range p.by {
		class, event := p.plan.delivery(n)
		size, want := len(got.body), p.plan.content.bytes[p.plan.content.form(event)]
		switch {
		case p.plan.Class(event) == Large:
			want = 64 << 10
		case class == Genuine || class.copies() || class == Stale:
			seen[size]++
		default:
			continue
		}
		if size != want {
			t.Errorf("%s %d has %d bytes, not %d", class, n, size, want)
		}
	}
	if len(seen) != 2 || seen[8000] <= seen[32<<10] {
		t.Errorf("sizes are %v", seen)
	}
}

// objects are where the default event of each scheme names its object.
var objects = map[string]string{
	receiver.StandardWebhooks: "data.id", receiver.GitHub: "repository.name", receiver.CloudEvents: "order", receiver.Stripe: "data.object.id",
}

// checkObjects holds events about one object to the same name, and those about
// others to different ones.
func (p playedPlan) checkObjects(t *testing.T, scheme string) {
	t.Helper()
	names, distinct := map[int]string{}, map[string]bool{}
	for n, got := range p.by {
		class, event := p.plan.delivery(n)
		if class == Malformed {
			continue
		}
		name, rank := gjson.GetBytes(got.body, objects[scheme]).String(), p.plan.content.object(event)
		if before, seen := names[rank]; seen && before != name || name == "" {
			t.Errorf("delivery %d is about %q, which was %q", n, name, before)
		}
		names[rank], distinct[name] = name, true
	}
	if len(names) < 3 || len(distinct) != len(names) {
		t.Errorf("%d objects, by name: %v", len(names), names)
	}
}

// Without keys every event is about an object of its own.
func TestObjectsOfTheirOwn(t *testing.T) {
	s := everything(t)
	s.Keys, s.Sizes = nil, nil
	s.Schedule.Constant.For = mockprovider.Duration(500 * time.Millisecond)
	p := sendAll(t, receiver.StandardWebhooks, s, nil)
	about := map[string]int{}
	for n, got := range p.by {
		if p.plan.Class(n) == Malformed {
			continue
		}
		name, event := gjson.GetBytes(got.body, objects[receiver.StandardWebhooks]).String(), p.plan.Event(n)
		if other, seen := about[name]; seen && other != event || name == "" {
			t.Errorf("events %d and %d are about %q", event, other, name)
		}
		about[name] = event
	}
}

// A tolerance of more than half a day makes stale deliveries older.
func TestStaleIsOlderThanTheTolerance(t *testing.T) {
	s := everything(t)
	s.Mix = mixOf(map[Class]int{Genuine: 1, Stale: 1})
	s.Schedule.Constant.For = mockprovider.Duration(300 * time.Millisecond)
	p := sendAll(t, receiver.StandardWebhooks, s, func(tgt *target.Target) { tgt.Tolerance.Past = mockprovider.Duration(48 * time.Hour) })
	for n, got := range p.by {
		r := readingOf(t, receiver.StandardWebhooks, got)
		if old := ageOf(t, r, got.at) > 48*time.Hour; old != (p.plan.Class(n) == Stale) || !r.signed {
			t.Errorf("%s is older than the tolerance: %v; signed: %v", p.plan.Class(n), old, r.signed)
		}
	}
}
