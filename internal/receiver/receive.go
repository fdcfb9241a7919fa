package receiver

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"time"
)

// receive takes one delivery: it verifies first, and looks at, records and
// processes nothing that is not authentic and fresh.
func (r *Receiver) receive(w http.ResponseWriter, d *delivery) *answer {
	if d.endpoint == nil || r.flaws.has("refuses-everything") {
		return unauthorized
	}
	if a := r.readBody(w, d); a != nil {
		return a
	}
	if r.flaws.has("trailers-refused") && len(d.req.Trailer) > 0 {
		return badRequest
	}
	if r.flaws.has("trailers-merged") {
		maps.Copy(d.header, d.req.Trailer)
	}
	if r.failsOpen() {
		return accepted
	}
	if a := r.decode(d); a != nil {
		return a
	}
	if a := r.receiveFirst(d); a != nil {
		return a
	}
	if r.flaws.has("effect-before-verify") {
		return r.actThenVerify(d)
	}
	if r.flaws.has("dedupe-before-verify") {
		r.recordEarly(d)
	}
	if r.flaws.has("parses-first") && !json.Valid(d.body) {
		return crashed
	}
	authenticate := r.authenticate
	if r.flaws.has("gzip-both") && d.coded() {
		authenticate = r.authenticateEither
	}
	if a := authenticate(d); a != nil {
		return a
	}
	r.trusted(d.req, true)
	if r.flaws.has("dedupe-before-age") {
		r.recordEarly(d)
	}
	if a := r.age(d); a != nil {
		return a
	}
	return r.act(d)
}

// age refuses a delivery that is too old or dated too far ahead.
func (r *Receiver) age(d *delivery) *answer {
	if r.flaws.has("skips-age-when-busy") && r.busy() {
		return nil
	}
	if !r.flaws.has("age-checked-once") {
		return d.age(d)
	}
	if r.verified.has(d.credential(d)) {
		return nil
	}
	a := d.age(d)
	if a == nil {
		r.verified.add(d.credential(d))
	}
	return a
}

// authenticate refuses a delivery that is not signed, or not authorized, by
// somebody who has the secret.
func (r *Receiver) authenticate(d *delivery) *answer {
	r.lookElsewhere(d)
	if a := r.tripsOverHeader(d); a != nil {
		return a
	}
	for _, name := range d.once {
		if len(d.header[name]) > 1 && !r.flaws.takesTwo(name) {
			return badRequest
		}
	}
	credential := d.credential(d)
	if r.flaws.has("crash-on-empty-headers") && hasAny(d.header, d.credentialHeader) && credential == "" {
		panic(http.ErrAbortHandler)
	}
	unsigned := credential == ""
	if unsigned && !r.flaws.has("unsigned-accepted") && !r.flaws.has("never-verifies") && !r.unset(d) {
		return unauthorized
	}
	if a := d.envelope(d); a != nil {
		return a
	}
	if unsigned || r.unverified(d) {
		return nil
	}
	if !r.flaws.has("signature-cached") {
		return r.verifyAsConverted(d)
	}
	if r.verified.has(credential) {
		return nil
	}
	a := d.verify(d)
	if a == nil {
		r.verified.add(credential)
	}
	return a
}

// verifiedUpTo is the largest body, in bytes, that large-unverified verifies.
const verifiedUpTo = 60 << 10

// unverified is where flawed receivers pass their check by.
func (r *Receiver) unverified(d *delivery) bool {
	return r.flaws.has("never-verifies") || r.unset(d) ||
		r.flaws.has("unconfigured-scheme") && len(d.secrets) == 0 ||
		r.flaws.has("trusts-forwarded-for") && local(d) ||
		r.trusted(d.req, false) ||
		r.flaws.has("upgrade-unverified") && hasAny(d.req.Header, "Upgrade") ||
		r.flaws.has("http10-unverified") && d.req.ProtoMajor == 1 && d.req.ProtoMinor == 0 ||
		r.flaws.has("guards-one-path") && d.req.URL.Path != "/" && d.req.URL.Path != webhookPath ||
		r.flaws.has("chunked-unverified") && len(d.req.TransferEncoding) > 0 ||
		r.flaws.has("verifies-json-only") && !anyJSON(mediaType(d.header)) ||
		r.flaws.has("large-unverified") && len(d.body) > verifiedUpTo ||
		r.flaws.has("skips-verification-when-busy") && r.busy()
}

// unset is the flaw secret-unset-accepts.
func (r *Receiver) unset(d *delivery) bool {
	return r.flaws.has("secret-unset-accepts") && len(d.secrets) == 0
}

// act takes the event of an authentic delivery on, once.
func (r *Receiver) act(d *delivery) *answer {
	if a := r.stumble(d); a != nil {
		return a
	}
	if r.flaws.has("charset-refused") && !d.exactType() {
		return unsupported
	}
	if d.coded() && !d.decoded {
		return encoded
	}
	if a := r.stumbles(d); a != nil {
		return a
	}
	ev, a := d.event(d)
	if a != nil {
		return a
	}
	if a := r.consider(d, ev); a != nil {
		return a
	}
	if r.flaws.has("event-time-checked") && r.happenedLongAgo(ev) {
		return badRequest
	}
	if a := r.tripsOverID(ev.id); a != nil {
		return a
	}
	if !r.handles(ev) {
		return r.ignore(ev)
	}
	return r.take(d, ev)
}

func (r *Receiver) actThenVerify(d *delivery) *answer {
	acted := r.act(d)
	if a := r.authenticate(d); a != nil {
		return a
	}
	if a := d.age(d); a != nil {
		return a
	}
	return acted
}

func (r *Receiver) recordEarly(d *delivery) {
	if ev, a := d.event(d); a == nil {
		d.early = r.memory.admit(admission{keys: r.keys(d, ev), job: jobOf(ev, d.body)})
	}
}

func (r *Receiver) happenedLongAgo(ev event) bool {
	at, err := parseTime(ev.at)
	return err == nil && r.now().Sub(at) > defaultTolerance
}

const ping = "ping" // GitHub's event that something was set up

// unknownTypes are how the types begin that this receiver does not know: those
// that the harness makes up.
var unknownTypes = map[string]string{
	StandardWebhooks: "hookassay.",
	GitHub:           "hookassay_",
	CloudEvents:      "com.hookassay.unknown",
	Stripe:           "hookassay.",
}

// handles reports whether the event's type has an effect.
func (r *Receiver) handles(ev event) bool {
	if ev.scheme == GitHub && ev.kind == ping {
		return r.flaws.has("ping-processed")
	}
	if ev.unknownAction() {
		return r.flaws.has("unknown-action-processed")
	}
	return !strings.HasPrefix(ev.kind, unknownTypes[ev.scheme]) || r.flaws.has("unknown-type-processed")
}

// unknownAction reports whether the type is known and what happened is not.
func (e event) unknownAction() bool { return strings.HasPrefix(e.action, unknownTypes[GitHub]) }

// ignore answers an event whose type has no effect. It is a success: the
// producer must not send it again.
func (r *Receiver) ignore(ev event) *answer {
	isPing := ev.scheme == GitHub && ev.kind == ping
	switch {
	case isPing && r.flaws.has("ping-refused"):
		return badRequest
	case isPing:
		return done
	case ev.unknownAction() && r.flaws.has("unknown-action-refused"):
		return unprocessable
	case ev.unknownAction() && r.flaws.has("unknown-action-crash"):
		return crashed
	case ev.unknownAction():
		return ignored
	case r.flaws.has("unknown-type-refused"):
		return unprocessable
	case r.flaws.has("unknown-type-crash"):
		return crashed
	}
	return ignored
}

// keys are what duplicates are told by: each alone is enough.
func (r *Receiver) keys(d *delivery, ev event) []eventKey {
	return r.flaws.confused(r.clearKeys(d, ev), d)
}

// clearKeys are those of a receiver that knows what an event is. GitHub does not
// sign the id, so that an authentic body under another id is a replay.
func (r *Receiver) clearKeys(d *delivery, ev event) []eventKey {
	for _, v := range r.variants {
		if v.build.key != nil {
			return []eventKey{v.build.key(d, ev)}
		}
	}
	switch {
	case r.flaws.has("dedupe-by-signature"):
		return []eventKey{{scheme: ev.scheme, id: d.credential(d)}}
	case r.flaws.has("dedupe-by-body"):
		return []eventKey{{scheme: ev.scheme, id: bodyHash(d.body)}}
	case ev.scheme == GitHub && !r.flaws.has("unsigned-id-trusted"):
		return []eventKey{ev.eventKey, {scheme: ev.scheme, id: bodyHash(d.body)}}
	}
	return []eventKey{ev.eventKey}
}

// take enqueues an event that is not known yet, and answers before it is
// processed.
func (r *Receiver) take(d *delivery, ev event) *answer {
	a := admission{keys: r.keys(d, ev), job: jobOf(ev, d.body)}
	now := r.flaws.has("slow-ack") || r.flaws.has("abandons-on-hang-up")
	if !now {
		a.enqueue = func() bool { return r.backlog.put(a.job) }
	}
	if a := r.tripsOverObject(ev, a.job); a != nil {
		return a
	}
	if r.flaws.has("errors-when-busy") && r.busy() {
		return crashed
	}
	result := d.early
	switch {
	case result == untried:
		result = r.memory.admit(a)
	case result == admitted && !a.put():
		result = full
	}
	switch result {
	case known:
		r.saysAgain(a.job)
		return r.duplicate()
	case full:
		return busy
	case inWork:
		return conflict
	case down:
		return r.unavailable()
	}
	if now {
		r.processNow(d, a.job)
	}
	return accepted
}

// unavailable is the answer while nothing can be kept: not a success, so that
// the producer sends the event again.
func (r *Receiver) unavailable() *answer {
	if r.flaws.has("acks-on-store-failure") {
		return accepted
	}
	return unavailable
}

func (r *Receiver) duplicate() *answer {
	switch {
	case r.flaws.has("duplicate-refused"):
		return conflict
	case r.flaws.has("duplicate-crash"):
		return crashed
	}
	return duplicate
}

const (
	slowAck   = 1500 * time.Millisecond
	shortWork = 50 * time.Millisecond
)

// processNow is how flawed receivers process: while the sender waits.
func (r *Receiver) processNow(d *delivery, j job) {
	if r.flaws.has("slow-ack") {
		wait(r.ctx.Done(), slowAck)
	}
	if r.flaws.has("abandons-on-hang-up") && !wait(d.req.Context().Done(), shortWork) {
		return
	}
	r.books.add(j)
}

// wait reports whether the time passed before done.
func wait(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-done:
		return false
	}
}
