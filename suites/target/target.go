package target

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/server"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/scenarios"
)

// Rejects says how the receiver refuses.
const (
	RejectsByStatus = "status" // with a status that says so
	RejectsSilently = "silent" // answers 2xx to everything; effects decide
)

// A Target is the receiver under test. Make it with New.
type Target struct {
	URL         *url.URL
	Scheme      *mockprovider.Scheme
	Secret      mockprovider.Secret
	SecretFrom  string                 // "env:WEBHOOK_SECRET": where it came from, never what it is
	Others      map[string]OtherSecret // by slot; add with AddSecret
	Tolerance   mockprovider.Tolerance
	Rejects     string
	Dedupe      string // DedupeByEvent or DedupeByBusiness
	BehindProxy bool
	Origin      string // WebHook-Request-Origin
	Headers     []Header
	TLS         *tls.Config
	Resolve     string // "ip:port" to connect to instead of the URL's host
	Probes      []Probe
	Process     *Process // nil: it is not ours to control
	State       *State   // nil: it is not known what becomes of what events are about
	Samples     *mockprovider.Samples
	EventsAPI   *server.Service // the list of events that the receiver can ask; may be nil
	Limits      Limits
	Timeouts    Timeouts
	// Wait is how long the preflight waits for a receiver that refuses
	// connections, because it is only just being started; default 0.
	Wait time.Duration

	shown *shown
}

// Header is sent with every request, because the target's edge asks for it.
type Header struct {
	Name, Value string
	Secret      bool
}

// Limits is what we may do to the target.
type Limits struct {
	Consent       string         // the host whose owner agrees, where it is not loopback
	Risk          scenarios.Risk // at most
	Requests      int            // at most, in the whole run
	Rate          float64        // requests a second; 0: no limit
	Concurrency   int            // scenarios at once
	DedicatedEdge bool           // nobody else is behind the proxy in front
}

// Timeouts are the longest waits; each is the most a correct receiver may
// take, not what it should.
type Timeouts struct {
	Answer time.Duration // to a complete answer; default 10 s
	Effect time.Duration // from an acknowledgement to its effect; default 5 s
	// Reconciled is from when a receiver is back to the effects of what it finds
	// in the list of events; default 1 min.
	Reconciled time.Duration
	// Quiescence is how long a count must stay the same to be final, and the
	// least that is waited for the absence of an effect; default 300 ms.
	Quiescence time.Duration
}

// Settings are what New makes a target of.
type Settings struct {
	URL        string
	Scheme     string
	Secret     string
	SecretFrom string
}

// New returns a target with everything at its default. The errors are about
// what the user gave and never repeat the secret.
func New(s Settings) (*Target, error) {
	u, err := parseURL(s.URL)
	if err != nil {
		return nil, err
	}
	scheme, err := mockprovider.FindScheme(s.Scheme)
	if err != nil {
		return nil, err
	}
	secret, err := mockprovider.ParseSecret(scheme, s.Secret)
	if err != nil {
		return nil, err
	}
	t := &Target{
		URL: u, Scheme: scheme, Secret: secret, SecretFrom: s.SecretFrom,
		Rejects: RejectsByStatus, Dedupe: DedupeByEvent, Origin: scheme.Origin, shown: newShown(),
	}
	if scheme.Timestamp != nil {
		t.Tolerance = scheme.Timestamp.Tolerance
	}
	t.Timeouts = Timeouts{Answer: 10 * time.Second, Effect: 5 * time.Second, Reconciled: time.Duration(defaultReconciled), Quiescence: 300 * time.Millisecond}
	t.Limits = defaultLimits(t.Loopback())
	if u.Scheme == "https" {
		t.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

func defaultLimits(loopback bool) Limits {
	if loopback {
		return Limits{Risk: scenarios.Hostile, Requests: 5000, Concurrency: 12}
	}
	return Limits{Risk: scenarios.Stateful, Requests: 2000, Rate: 10, Concurrency: 4}
}

func parseURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, fmt.Errorf("no target: give its URL, such as --target http://127.0.0.1:8080/webhooks")
	}
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return nil, fmt.Errorf("target: a user in the URL would reach reports; give the header under target.headers instead")
	}
	if strings.Contains(text, "@") {
		text = "(not repeated, since it may hold a password)"
	}
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("target %q is no URL; write http://host:port/path", text)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("target %q: the scheme is http or https", text)
	}
	if u.Fragment != "" {
		return nil, fmt.Errorf("target %q: a URL that is sent to has no fragment", text)
	}
	return u, nil
}

// Address is where to connect: "host:port".
func (t *Target) Address() string {
	if t.URL.Port() != "" {
		return t.URL.Host
	}
	port := "80"
	if t.URL.Scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(t.URL.Hostname(), port)
}

// Loopback reports whether the target's host is this machine by its name or
// address; names that merely resolve to it do not count.
func (t *Target) Loopback() bool {
	host := t.URL.Hostname()
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Permit says whether we may send to the target at all.
func (t *Target) Permit() error {
	if to, err := netip.ParseAddrPort(t.Resolve); t.Resolve != "" && t.Loopback() && (err != nil || !to.Addr().Unmap().IsLoopback()) {
		return fmt.Errorf("the target's host is this machine, but it resolves to %s, whose owner was not asked: write the host's own name into the URL", t.Resolve)
	}
	if t.Loopback() || strings.EqualFold(t.Limits.Consent, t.URL.Hostname()) {
		return nil
	}
	if t.Limits.Consent != "" {
		return fmt.Errorf("consent is given for %q, but the target is %q", t.Limits.Consent, t.URL.Hostname())
	}
	return fmt.Errorf("%s is not this machine: if its owner agrees to be sent forged and malformed deliveries, say so with --consent %s", t.URL.Hostname(), t.URL.Hostname())
}

// Has reports whether target, scheme or events have a feature.
func (t *Target) Has(f mockprovider.Feature, m *mockprovider.Maker) bool {
	switch f {
	case "handshake":
		return t.Origin != ""
	case "event-identity":
		return t.Dedupe != DedupeByBusiness
	case mockprovider.ObjectState:
		return t.State != nil
	case "timestamp-future": // where the scheme sets no bound, the user may
		return t.Scheme.Timestamp != nil && t.Tolerance.Future > 0
	case mockprovider.PreviousSecret, mockprovider.RevokedSecret, mockprovider.OtherSecret:
		_, ok := t.Others[mockprovider.SecretSlots[f]]
		return ok
	case mockprovider.EventsAPI:
		return t.EventsAPI != nil
	case mockprovider.SeveralEffects:
		return len(t.Probes) >= 2
	case mockprovider.BreakProcess:
		return t.Process != nil && t.Process.Can("break") && t.Process.Can("heal")
	case mockprovider.StartProcess, mockprovider.StopProcess, mockprovider.KillProcess:
		action, _ := strings.CutPrefix(string(f), "process-")
		return t.Process != nil && t.Process.Can(action)
	case mockprovider.WithoutSecret:
		return t.Process != nil && t.Process.CanHideSecret()
	case mockprovider.ShiftedClock:
		return t.Process != nil && t.Process.CanShiftClock()
	}
	return t.Scheme.Has(f, t.Secret) || m.Has(f)
}

// Client connects to the target.
func (t *Target) Client() *wire.Client {
	limits := wire.DefaultLimits()
	limits.Total = t.Timeouts.Answer
	return &wire.Client{Address: t.Address(), Resolve: t.Resolve, TLS: t.TLS, Limits: limits}
}

// Composer makes deliveries for the target.
func (t *Target) Composer(m *mockprovider.Maker) *mockprovider.Composer {
	path := t.URL.RequestURI()
	var extra []wire.Field
	for _, h := range t.Headers {
		extra = append(extra, wire.Field{Name: h.Name, Value: h.Value})
	}
	return &mockprovider.Composer{
		Scheme: t.Scheme, Secret: t.Secret, Others: t.otherSecrets(), Tolerance: t.Tolerance,
		Host: t.URL.Host, Path: path, Extra: extra, Origin: t.Origin, Foreign: m.Foreign(t.Secret.Form),
	}
}

// CheckRejects says whether a name of a way to refuse exists.
func CheckRejects(name string) error {
	valid := []string{RejectsByStatus, RejectsSilently}
	if slices.Contains(valid, name) {
		return nil
	}
	return nearest.Unknown("way to reject", name, valid)
}

// DescribeSecrets tells where the secrets came from and what form they have.
func (t *Target) DescribeSecrets() map[string]string {
	all := map[string]string{}
	for slot, o := range t.secrets() {
		all[slot] = cmp.Or(o.From, "Config.Secret") + " (" + o.Secret.Describe() + ")"
	}
	return all
}
