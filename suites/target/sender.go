package target

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

// ErrBudget means that the run has sent as many requests as it may.
var ErrBudget = errors.New("the run's budget of requests is used up")

// A Sender sends deliveries to the target within its limits and records what
// was sent and what came back. It may be used concurrently.
type Sender struct {
	Target   *Target
	Maker    *mockprovider.Maker
	Composer *mockprovider.Composer
	Record   *transcript.Recorder

	client   *wire.Client
	redactor *transcript.Redactor
	limiter  *rate.Limiter
	sent     atomic.Int64

	idsMu   sync.Mutex
	ids     io.Writer // may be nil
	written map[string]bool

	publishedMu sync.Mutex
	published   map[string]published // by the event's id
}

// NewSender returns a sender. Every event's id is written to ids before it is
// sent, so that everything can be cleaned up; ids may be nil.
func NewSender(t *Target, m *mockprovider.Maker, r *transcript.Recorder, ids io.Writer) *Sender {
	limit := rate.Inf
	if t.Limits.Rate > 0 {
		limit = rate.Limit(t.Limits.Rate)
	}
	redactor := t.Redactor()
	r.Redact(redactor, t.OwnRedactor())
	return &Sender{
		Target: t, Maker: m, Composer: t.Composer(m), Record: r,
		client: t.Client(), redactor: redactor,
		limiter: rate.NewLimiter(limit, 1), ids: ids, written: map[string]bool{},
	}
}

// Sent is how many requests were put on the wire.
func (s *Sender) Sent() int { return int(s.sent.Load()) }

// writeID notes an event's id, once, before it is sent.
func (s *Sender) writeID(id, scenario string) error {
	s.idsMu.Lock()
	defer s.idsMu.Unlock()
	if s.ids == nil || id == "" || s.written[id] {
		return nil
	}
	s.written[id] = true
	line, err := json.Marshal(map[string]string{"id": id, "scenario": scenario})
	if err != nil {
		return err
	}
	_, err = s.ids.Write(append(line, '\n'))
	return err
}

// Reserve takes n requests from the budget, all or none, and waits until the
// rate limit lets every one through: what goes together must not hold
// connections open meanwhile.
func (s *Sender) Reserve(ctx context.Context, n int) error {
	if s.sent.Add(int64(n)) > int64(s.Target.Limits.Requests) {
		s.sent.Add(int64(-n))
		return ErrBudget
	}
	for range n {
		if err := s.limiter.Wait(ctx); err != nil {
			s.sent.Add(int64(-n))
			return err
		}
	}
	return nil
}

// Connection is one that several sends share.
type Connection struct{ conn *wire.Conn }

// Close ends it.
func (c *Connection) Close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is lost: answers are read before
	}
}

// Send puts a request on the wire. About says where in the run it belongs; the
// rest of the exchange is filled in and recorded. The shared connection may be
// nil. An error means nothing was sent.
func (s *Sender) Send(ctx context.Context, about transcript.Exchange, d mockprovider.Delivery, shared *Connection) (transcript.Exchange, error) {
	e, _, err := s.send(ctx, about, d, shared)
	return e, err
}

func (s *Sender) send(ctx context.Context, about transcript.Exchange, d mockprovider.Delivery, shared *Connection) (transcript.Exchange, wire.Result, error) {
	if err := s.Reserve(ctx, 1); err != nil {
		return about, wire.Result{}, err
	}
	return s.deliver(about, d, func() wire.Result { return s.put(ctx, d, shared) })
}

// SendHeld sends what was reserved and what its gate holds back for about that
// long: the receiver has its whole time to answer all the same.
func (s *Sender) SendHeld(ctx context.Context, about transcript.Exchange, d mockprovider.Delivery, held time.Duration) (transcript.Exchange, error) {
	client := *s.client
	client.Limits.Total = cmp.Or(client.Limits.Total, wire.DefaultLimits().Total) + held
	e, _, err := s.deliver(about, d, func() wire.Result { return client.Do(ctx, d.Request) })
	return e, err
}

// deliver puts on the wire what was reserved, and records it.
func (s *Sender) deliver(about transcript.Exchange, d mockprovider.Delivery, put func() wire.Result) (transcript.Exchange, wire.Result, error) {
	about.EventID, about.EventType, about.Canary = d.SentID, d.Event.Type, d.Event.Canary
	if err := s.writeID(d.SentID, about.Scenario); err != nil {
		s.sent.Add(-1)
		return about, wire.Result{}, err
	}
	about.Faults = d.FaultTexts()
	result := put()
	if len(d.Faults) > 0 {
		about.Deviates = deviations(d.Genuine, d.Message, s.redactor)
	}
	s.describe(&about, d.Message, result, s.redactor.With(d.Expected))
	s.Record.Add(transcript.Record{Exchange: &about})
	return about, result, nil
}

// put sends once; on a shared connection that the receiver closes without an
// answer, once more on a new one, as HTTP clients do (RFC 9112 section 9.3.1): a
// server may close a connection after any answer, at any time.
func (s *Sender) put(ctx context.Context, d mockprovider.Delivery, shared *Connection) wire.Result {
	switch {
	case d.HTTP2:
		return s.client.HTTP2(ctx, s.Target.URL.String(), d.Message)
	case d.Patience > 0:
		client := *s.client
		client.Limits.Total = d.Patience
		return client.Do(ctx, d.Request)
	case shared == nil:
		return s.client.Do(ctx, d.Request)
	}
	if shared.conn != nil {
		result := shared.conn.Do(ctx, d.Request)
		ended := result.Outcome == wire.WasClosed || result.Outcome == wire.WasReset
		if !ended || !result.FirstByte.IsZero() {
			return result
		}
		shared.Close()
	}
	conn, failed := s.client.Dial(ctx)
	if conn == nil {
		shared.conn = nil
		return failed
	}
	shared.conn = conn
	return conn.Do(ctx, d.Request)
}

// describe fills in what was sent and what came back, redacted.
func (s *Sender) describe(e *transcript.Exchange, m wire.Message, r wire.Result, redact *transcript.Redactor) {
	e.Request = describeRequest(m, redact)
	e.Answer = describeAnswer(r, redact)
	e.Outcome, e.Detail = string(r.Outcome), r.Detail
	if r.Outcome == wire.Unsendable {
		e.Broken = "it could not be sent: " + r.Detail
	}
	e.LocalPort, e.BytesSent, e.Early = r.LocalPort, r.BytesSent, r.EarlyAnswer
	e.SentAt = r.Started.UTC().Truncate(time.Millisecond)
	if r.Started.IsZero() {
		e.SentAt = r.Done.UTC().Truncate(time.Millisecond)
		return
	}
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return 0
		}
		return float64(t.Sub(r.Started).Microseconds()) / 1000
	}
	e.Times = transcript.Times{Sent: since(r.Sent), Answer: since(r.FirstByte), Done: since(r.Done)}
}
