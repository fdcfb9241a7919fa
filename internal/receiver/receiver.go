// Package receiver is the reference webhook receiver: correct by default, with
// selectable flaws named after defects of real receivers.
//
// It verifies with its own code and the standard library only, so that the
// harness that grades it and the receiver never share a bug. (One flaw, of
// ed25519 signatures, takes edwards25519 for what the standard library refuses.)
//
// Without Config.Data everything it remembers is in memory and lives as long as
// the Receiver. With it the receiver is the model to copy, which can be killed at
// any moment; docs/durable-receiver.md explains it for any language:
//
//   - a delivery is verified before anything of it is read or written;
//   - its id and its job are written in one transaction, and the answer is 2xx
//     when that is on disk; while nothing can be written it is 503, with
//     Retry-After, and nothing is kept (store_admit.go);
//   - what waits at the same time is written in the same transaction (store.go);
//   - a worker claims jobs for a while, and writes in one transaction that they
//     are done, their effect, what becomes of their object, and the job of the
//     second effect (store_work.go);
//   - an object's state only moves forward, so that an older event after a newer
//     one changes nothing (lifecycle.go);
//   - work that fails is tried again and then given up, beside the rest;
//   - ids are kept longer than a producer retries;
//   - what never came is taken from the producer's list (reconcile.go);
//   - told to end, it finishes what is in flight and leaves the rest on disk.
//
// Routes: POST /webhooks (or /) takes deliveries; OPTIONS on the same paths
// answers the CloudEvents handshake. For the probes of a test, without
// credentials: GET /effects is a JSON object of processings by event id,
// GET /effects/{id} is {"count": n}; both with ?of=mail count the second effect
// instead of the ledger. GET /states is an object of states by object,
// GET /states/{object} is {"state": "paid"} or 404; GET /dead is an object of
// reasons by the id of events that were given up. GET /healthz is 200.
package receiver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Names of the schemes.
const (
	StandardWebhooks = "standard-webhooks"
	GitHub           = "github"
	CloudEvents      = "cloudevents"
	Stripe           = "stripe"
)

// A Tolerance is how far a delivery's timestamp may lie from the receiver's
// clock. Zero means five minutes.
type Tolerance struct{ Past, Future time.Duration }

// A Config says what a receiver accepts and how it is flawed.
type Config struct {
	// Secrets are the accepted secrets by scheme; several during a rotation.
	// standard-webhooks: whsec_, whpk_ or whsk_; github: any text;
	// cloudevents: the bearer token; stripe: the endpoint's whsec_.
	Secrets map[string][]string
	// Revoked and Elsewhere are secrets, by scheme, that once counted and those
	// of other endpoints. Only flawed receivers accept them.
	Revoked, Elsewhere map[string][]string
	Tolerance          Tolerance
	Now                func() time.Time // default time.Now
	Origins            []string         // origins granted by the CloudEvents handshake
	Rate               int              // granted deliveries a minute; default 120
	Workers            int              // default 4
	Flaws              []string         // names out of Flaws()
	Variants           []string         // names out of Variants()
	OnEffect           func(id string)  // called by a worker once for every processing
	Log                *slog.Logger     // optional; is never given a secret or a body

	// Data is the path of an SQLite file, made where there is none, that holds
	// everything the receiver must not forget. "": it is kept in memory.
	Data string
	// Retention is how long, by Now, the ids of events are kept in Data; default
	// seven days. It must be longer than a producer goes on retrying.
	Retention time.Duration
	// BrokenWhile is the path of a file: while it exists nothing can be written
	// to Data, as if the disk were full.
	BrokenWhile string

	// EventsAPI is the URL of the producer's list of events, or of the API in which
	// it is called events. It is read at the start and every Reconcile (default one
	// minute), with EventsToken as bearer token: GET
	// https://api.example.com/events?since=RFC3339&after=CURSOR&limit=100 is
	// {"events": [{"id", "type", "created", "body"}], "next": CURSOR or ""}, body
	// in base64. It needs Data.
	EventsAPI, EventsToken string
	Reconcile              time.Duration
}

const (
	defaultTolerance = 5 * time.Minute
	defaultRate      = 120
	defaultWorkers   = 4
	queueSize        = 4096
)

// A Receiver is an http.Handler that receives webhooks. Close ends its workers.
type Receiver struct {
	flaws     flawSet
	variants  []Variant
	door      http.Handler // takes all but effects and health
	endpoints []*endpoint  // configured ones, in the order of detection
	now       func() time.Time
	origins   []string
	rate      int
	log       *slog.Logger

	memory   memory
	backlog  backlog
	books    books
	ownClock bool // answers are dated by now
	verified signatures
	notes    notes
	tarpit   tarpit
	strain   strain

	server *http.Server
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	taken  sync.WaitGroup // connections taken from the server
}

// New returns a receiver whose workers run. It fails on an unknown flaw or variant,
// on a flaw that none of the configured schemes can show, on an unknown scheme, on a
// malformed secret and when there is no secret at all.
func New(cfg Config) (*Receiver, error) {
	flaws, err := chooseFlaws(cfg.Flaws)
	if err != nil {
		return nil, err
	}
	variants, err := chooseVariants(cfg.Variants)
	if err != nil {
		return nil, err
	}
	cfg = configured(cfg, variants)
	if min(cfg.Tolerance.Past, cfg.Tolerance.Future) < 0 || min(cfg.Rate, cfg.Workers) < 0 || min(cfg.Retention, cfg.Reconcile) < 0 {
		return nil, errors.New("tolerance, rate, workers, retention and interval cannot be negative")
	}
	ownClock := cfg.Now != nil || flaws.has("clock-ahead")
	cfg = withDefaults(cfg, flaws)
	endpoints, err := newEndpoints(cfg, flaws)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(flaws.fit(endpoints), fitVariants(variants, endpoints), cfg.fitData(flaws, variants)); err != nil {
		return nil, err
	}
	r := &Receiver{
		flaws:     flaws,
		variants:  variants,
		endpoints: endpoints,
		now:       cfg.Now,
		origins:   cfg.Origins,
		rate:      cfg.Rate,
		log:       cfg.Log,
		ownClock:  ownClock,
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.server = newServer(r)
	if err := r.keepIn(cfg); err != nil {
		return nil, err
	}
	return r, nil
}

// keepIn gives the receiver its memory, backlog and books, and starts what works.
func (r *Receiver) keepIn(cfg Config) error {
	if cfg.Data == "" {
		r.memory, r.books = newMemory(r.flaws), newLedger(r.flaws, cfg.OnEffect)
		r.furnish()
		r.backlog = newBacklog(r.flaws, cfg.Workers, r.work())
		return nil
	}
	if err := r.flaws.claim(cfg.Data); err != nil {
		return err
	}
	s, err := openStore(cfg, r.flaws)
	if err != nil {
		return err
	}
	r.memory, r.books, r.backlog = s.memory(), s, s
	r.furnish()
	c, err := newReconciler(r, cfg, s)
	if err != nil {
		s.close()
		return err
	}
	s.work(cfg.Workers)
	if c != nil {
		r.taken.Go(func() { c.run(r.ctx) })
	}
	return nil
}

// fitData refuses what goes only with a store where there is none, and the other
// way round.
func (cfg Config) fitData(flaws flawSet, variants []Variant) error {
	if cfg.Data == "" && (cfg.BrokenWhile != "" || cfg.EventsAPI != "") {
		return errors.New("what is broken or reconciled is a file: give the receiver one for its data")
	}
	have := map[Need]bool{NeedsData: cfg.Data != "", NeedsBroken: cfg.BrokenWhile != "", NeedsEvents: cfg.EventsAPI != "",
		NeedsProcess: true, NeedsNoSecret: true} // which nobody can tell at the start
	for _, f := range flaws {
		for _, need := range f.Needs() {
			if !have[need] {
				return fmt.Errorf("flaw %q cannot show here: it needs %s", f.Name, need)
			}
		}
	}
	for _, v := range variants {
		if cfg.Data != "" && v.build.process != nil {
			return fmt.Errorf("variant %q keeps its work in memory: it does not go with a file for data", v.Name)
		}
	}
	return nil
}

func withDefaults(cfg Config, flaws flawSet) Config {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if flaws.has("clock-ahead") {
		cfg.Now = ahead(cfg.Now)
	}
	cfg.Tolerance.Past = cmp.Or(cfg.Tolerance.Past, defaultTolerance)
	cfg.Tolerance.Future = cmp.Or(cfg.Tolerance.Future, defaultTolerance)
	if flaws.has("wide-window") {
		cfg.Tolerance = Tolerance{time.Hour, time.Hour}
	}
	if flaws.has("tight-window") {
		cfg.Tolerance = Tolerance{time.Minute, time.Minute}
	}
	cfg.Rate = cmp.Or(cfg.Rate, defaultRate)
	cfg.Workers = cmp.Or(cfg.Workers, defaultWorkers)
	cfg.Retention = cmp.Or(cfg.Retention, defaultRetention)
	cfg.Reconcile = cmp.Or(cfg.Reconcile, defaultReconcile)
	return cfg
}

// newEndpoints makes an endpoint of every scheme that has a secret. A scheme
// without one does not exist: its deliveries are refused.
func newEndpoints(cfg Config, flaws flawSet) ([]*endpoint, error) {
	for name := range cfg.Secrets {
		if !slices.ContainsFunc(makers, func(m maker) bool { return m.name == name }) {
			return nil, fmt.Errorf("unknown scheme %q; there are %s", name, strings.Join(schemeNames(), ", "))
		}
	}
	var endpoints []*endpoint
	for _, maker := range makers {
		secrets := cfg.secretsOf(maker.name, flaws)
		_, named := cfg.Secrets[maker.name]
		if len(secrets) == 0 && !flaws.has("unconfigured-scheme") && !(named && flaws.startsUnset()) {
			continue
		}
		e, err := maker.make(secrets, cfg, flaws)
		if err != nil {
			return nil, err
		}
		e.name, e.secrets = maker.name, secrets
		endpoints = append(endpoints, e)
	}
	if len(endpoints) == 0 {
		return nil, errors.New("no secret: a receiver without one could verify nothing")
	}
	return endpoints, nil
}

// startsUnset reports whether a scheme may be named and have no secret.
func (s flawSet) startsUnset() bool {
	return s.has("secret-unset-accepts") || s.has("secret-unset-empty-key")
}

// secretsOf are the secrets that count for a scheme.
func (cfg Config) secretsOf(scheme string, flaws flawSet) []string {
	secrets := slices.Clone(cfg.Secrets[scheme])
	if flaws.has("previous-refused") {
		secrets = secrets[:min(1, len(secrets))]
	}
	if flaws.has("revoked-accepted") {
		secrets = append(secrets, cfg.Revoked[scheme]...)
	}
	if flaws.has("keys-shared") {
		secrets = append(secrets, cfg.Elsewhere[scheme]...)
	}
	return secrets
}

// Effects returns the processings so far, by event id; nil when a store cannot
// be read, as after Close.
func (r *Receiver) Effects() map[string]int {
	all, err := r.books.counts(ledgerTask)
	if err != nil {
		return nil
	}
	return all
}

// Count returns how often the event was processed so far; -1 when a store cannot
// be read.
func (r *Receiver) Count(id string) int {
	n, err := r.books.count(ledgerTask, id)
	if err != nil {
		return -1
	}
	return n
}

// Close refuses further work and ends the workers. In memory they first finish
// what was accepted; a store keeps it for the next start.
func (r *Receiver) Close() {
	r.cancel()
	r.backlog.close()
	r.taken.Wait()
}
