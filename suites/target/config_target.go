package target

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

// maxCA bounds a file of certificates, in bytes.
const maxCA = 4 << 20

// Target makes the target of the file and the flags: it reads the environment,
// secret and samples, and opens the probes and the list of events; the process is
// not started. The caller closes all of them with the function returned, which is
// nil beside an error.
func (c Config) Target(o Overrides) (*Target, func() error, error) {
	c, err := c.With(o)
	if err != nil {
		return nil, nil, err
	}
	t, err := c.bare()
	if err != nil {
		return nil, nil, err
	}
	for _, fill := range []func(*Target) error{c.fillSecrets, c.fillReceiver, c.fillLimits, c.fillTLS} {
		if err := fill(t); err != nil {
			return nil, nil, err
		}
	}
	if t.Samples, err = c.samples(t.Loopback()); err != nil {
		return nil, nil, err
	}
	if t.State, err = c.state(t); err != nil {
		return nil, nil, err
	}
	probes, closeProbes, err := c.probes()
	if err != nil {
		return nil, nil, err
	}
	t.Probes, t.Wait = probes, o.Wait
	if api := c.Events.API; api != nil {
		t.Timeouts.Reconciled = time.Duration(cmp.Or(api.Within, defaultReconciled))
	}
	closeAll := func() error { return errors.Join(t.endProcess(), t.closeEventsAPI(), closeProbes()) }
	if t.EventsAPI, err = c.eventsAPI(); err == nil {
		err = c.fillProcess(t)
	}
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return t, closeAll, nil
}

// bare makes the target from what it cannot be without.
func (c Config) bare() (*Target, error) {
	r := c.Receiver
	if _, err := parseURL(r.URL); err != nil {
		return nil, c.at("target.url", err)
	}
	if r.Scheme == "" {
		return nil, c.at("target.scheme", fmt.Errorf("no scheme: give --scheme; there are %s, and FILE.yaml for one of your own", strings.Join(mockprovider.SchemeNames(), ", ")))
	}
	secret, err := c.readSecret(r.Secrets.slots()[0])
	if err != nil {
		return nil, err
	}
	from := r.Secrets.Current.From()
	t, err := New(Settings{URL: r.URL, Scheme: c.scheme(), Secret: secret, SecretFrom: from})
	if err != nil { // url and scheme are known to be right
		return nil, c.at("target.secrets.current", fmt.Errorf("%s: %w", from, err))
	}
	return t, nil
}

// scheme is the name of a scheme, or where the file of one leads.
func (c Config) scheme() string {
	if name := c.Receiver.Scheme; !strings.HasSuffix(name, ".yaml") {
		return name
	}
	return c.file("target.scheme", c.Receiver.Scheme)
}

func (c Config) fillReceiver(t *Target) (err error) {
	r := c.Receiver
	if t.Scheme.Timestamp == nil && r.Tolerance != (mockprovider.Tolerance{}) {
		return c.at("target.tolerance", fmt.Errorf("deliveries of %s have no timestamp: there is nothing to tolerate", t.Scheme.Name))
	}
	t.Tolerance.Past = cmp.Or(r.Tolerance.Past, t.Tolerance.Past)
	t.Tolerance.Future = cmp.Or(r.Tolerance.Future, t.Tolerance.Future)
	t.Rejects = cmp.Or(r.Rejects, t.Rejects)
	t.Dedupe = cmp.Or(r.Dedupe, t.Dedupe)
	t.BehindProxy = r.BehindProxy
	t.Origin = cmp.Or(r.Origin, t.Origin)
	t.Resolve = r.Resolve
	if err := c.checkElsewhere(t); err != nil {
		return err
	}
	t.Headers, err = c.headers(t.Scheme)
	return err
}

// checkElsewhere keeps a name of this machine from leading to another one,
// whose owner was not asked.
func (c Config) checkElsewhere(t *Target) error {
	to, err := netip.ParseAddrPort(t.Resolve)
	if err != nil || !t.Loopback() || to.Addr().Unmap().IsLoopback() {
		return nil
	}
	return c.at("target.resolve", fmt.Errorf("%s is not this machine, but the target's host %s says so: write the host's own name into the URL", to, t.URL.Hostname()))
}

func (c Config) fillLimits(t *Target) error {
	l := c.Limits
	t.Limits = Limits{
		Consent:       l.Consent,
		Risk:          cmp.Or(l.Risk, t.Limits.Risk),
		Requests:      cmp.Or(l.Requests, t.Limits.Requests),
		Rate:          cmp.Or(l.Rate.PerSecond(), t.Limits.Rate),
		Concurrency:   cmp.Or(l.Concurrency, t.Limits.Concurrency),
		DedicatedEdge: l.DedicatedEdge,
	}
	t.Timeouts.Answer = cmp.Or(time.Duration(c.Timeouts.Answer), t.Timeouts.Answer)
	t.Timeouts.Effect = cmp.Or(time.Duration(c.Timeouts.Effect), t.Timeouts.Effect)
	if l.Consent == "" { // then whoever sends asks Permit; a dry run need not
		return nil
	}
	return c.at("limits.consent", t.Permit())
}

func (c Config) fillTLS(t *Target) error {
	const key = "target.ca"
	if c.Receiver.CA == "" {
		return nil
	}
	if t.TLS == nil {
		return c.at(key, errors.New("a CA is given, but the target's URL is not https"))
	}
	pem, err := strictyaml.ReadBounded(c.file(key, c.Receiver.CA), maxCA)
	if err != nil {
		return c.at(key, err)
	}
	t.TLS.RootCAs = x509.NewCertPool()
	if !t.TLS.RootCAs.AppendCertsFromPEM(pem) {
		return c.at(key, fmt.Errorf("%s holds no certificate in PEM form", c.Receiver.CA))
	}
	return nil
}
