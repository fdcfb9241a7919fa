package receiver

import (
	"encoding/base64"
	"net"
	"strings"
)

// lookElsewhere is where flawed receivers find a signature that is not where the
// scheme puts it.
func (r *Receiver) lookElsewhere(d *delivery) {
	if len(r.flaws) == 0 {
		return
	}
	set := func(name, value string) {
		if value != "" {
			d.header = d.header.Clone()
			d.header.Set(name, value)
		}
	}
	if r.flaws.has("signature-in-query") && d.header.Get(d.credentialHeader) == "" {
		for name, values := range d.req.URL.Query() {
			if strings.EqualFold(name, d.credentialHeader) {
				set(d.credentialHeader, values[0])
			}
		}
	}
	svix := func(name string) string { return d.header.Get(strings.Replace(name, "Webhook-", "Svix-", 1)) }
	names := []string{webhookID, webhookTimestamp, webhookSignature}
	if r.flaws.has("svix-per-header") {
		for _, name := range names {
			if d.header.Get(name) == "" {
				set(name, svix(name))
			}
		}
	}
	complete := svix(webhookID) != "" && svix(webhookTimestamp) != "" && svix(webhookSignature) != ""
	switch {
	case !complete:
	case r.flaws.has("svix-accepted"):
		for _, name := range names {
			set(name, svix(name))
		}
	case r.flaws.has("svix-verified-only"):
		d.knownBy = d.header.Get(webhookID)
		for _, name := range names {
			set(name, svix(name))
		}
	}
}

// local reports whether the sender says that it is this machine.
func local(d *delivery) bool {
	first, _, _ := strings.Cut(d.header.Get("X-Forwarded-For"), ",")
	ip := net.ParseIP(strings.TrimSpace(first))
	return ip != nil && ip.IsLoopback()
}

// macKeysFor are the keys for one delivery: a flawed receiver takes the one that
// comes with it.
func (d *delivery) macKeysFor(keys []*macKey) []*macKey {
	text := d.header.Get("Webhook-Secret")
	if text == "" || !d.flaws.has("key-from-header") {
		return keys
	}
	key := []byte(text)
	if bare, ok := strings.CutPrefix(text, "whsec_"); ok && d.name == StandardWebhooks {
		if decoded, err := base64.StdEncoding.DecodeString(bare); err == nil {
			key = decoded
		}
	}
	return append(keys[:len(keys):len(keys)], newMACKey(key))
}
