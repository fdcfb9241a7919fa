package receiver

import (
	"log/slog"
	"net/http"
)

// ServeHTTP takes deliveries and tells what became of them; the routes are in
// the package's documentation. It never redirects: a producer would not follow.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.endBehindChunks(w, req)
	r.dateBy(w.Header())
	if tell := r.teller(req.URL.Path); tell != nil {
		r.tell(w, req, tell)
		return
	}
	r.door.ServeHTTP(w, req)
}

func (r *Receiver) deliveries(w http.ResponseWriter, req *http.Request) {
	if !r.isWebhook(req.URL.Path) {
		notFound.write(w)
		return
	}
	r.webhook(w, req)
}

func (r *Receiver) webhook(w http.ResponseWriter, req *http.Request) {
	handshake := req.Method == http.MethodOptions && r.speaks(CloudEvents)
	switch {
	case handshake:
		r.handshake(w, req)
		return
	case req.Method == http.MethodPost, r.flaws.has("any-method"):
	case r.flaws.has("get-crash"):
		crashed.write(w)
		return
	case r.flaws.has("trace-echo") && req.Method == http.MethodTrace:
		(&answer{status: http.StatusOK, body: headerText(req.Header)}).write(w)
		return
	default:
		if !r.flaws.has("allow-missing") {
			w.Header().Set("Allow", r.allow())
		}
		notAllowed.write(w)
		return
	}
	if a := r.odd(req); a != nil {
		a.write(w)
		return
	}
	r.strain.inHand.Add(1)
	defer r.strain.inHand.Add(-1)
	if r.flaws.has("stalls") {
		wait(r.ctx.Done(), r.strain.stall())
	}
	d := &delivery{endpoint: r.endpointFor(req), flaws: r.flaws, req: req, header: r.asSpelt(req)}
	defer d.release()
	r.reply(w, d, r.receive(w, d))
}

func (r *Receiver) speaks(scheme string) bool {
	for _, e := range r.endpoints {
		if e.name == scheme {
			return true
		}
	}
	return false
}

func (r *Receiver) allow() string {
	if r.speaks(CloudEvents) {
		return "POST, OPTIONS"
	}
	return "POST"
}

func (r *Receiver) reply(w http.ResponseWriter, d *delivery, a *answer) {
	r.record(d, a)
	if r.flaws.has("slows-after-refusals") {
		wait(r.ctx.Done(), r.tarpit.after(a))
	}
	if r.flaws.has("sigterm-resets") {
		wait(d.req.Context().Done(), heldAnswer)
	}
	if a.rejects() && r.flaws.has("stalls-rejections") {
		panic(http.ErrAbortHandler) // net/http's way to close without an answer
	}
	a = r.talkative(d, a)
	r.splitAnswer(w, d)
	if a.rejects() && r.flaws.has("connection-poisoned") && r.poison(w, a) {
		return
	}
	if d.endpoint != nil && d.name == CloudEvents {
		h := w.Header()
		if a.status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", "Bearer") // RFC 6750 section 3
		}
		if d.req.URL.RawQuery != "" && !r.flaws.has("cacheable") {
			h.Set("Cache-Control", "private") // RFC 6750 section 2.3
		}
	}
	if a.accepts() && r.flaws.has("empty-200") {
		a = empty
	}
	a.write(w)
}

// record logs a delivery: never what it holds, which nobody has vouched for.
func (r *Receiver) record(d *delivery, a *answer) {
	if r.log == nil {
		return
	}
	scheme, level := "", slog.LevelDebug
	if d.endpoint != nil {
		scheme = d.name
	}
	if !a.accepts() {
		level = slog.LevelInfo
	}
	r.log.LogAttrs(d.req.Context(), level, "delivery", slog.String("scheme", scheme), slog.Int("status", a.status))
}
