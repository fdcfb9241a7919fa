package receiver

import "strings"

// A stripeHeader is the members of a Stripe-Signature header, such as
// t=1492774577,v1=5257a8…,v0=6ffbb5…, in any order
// (https://docs.stripe.com/webhooks#verify-manually).
type stripeHeader []stripeMember

// A stripeMember is one of them. One without an equals sign has no label, and a
// correct receiver passes over it.
type stripeMember struct{ label, value string }

func parseStripeHeader(text string, flaws flawSet) stripeHeader {
	if text == "" {
		return nil
	}
	var h stripeHeader
	for member := range strings.SplitSeq(text, ",") {
		if !flaws.has("stripe-spaces-refused") {
			member = strings.Trim(member, " \t")
		}
		label, value, found := strings.Cut(member, "=")
		if !found {
			label, value = "", member
		}
		if flaws.has("stripe-tail-ignored") {
			value, _, _ = strings.Cut(value, "=")
		}
		h = append(h, stripeMember{label, value})
	}
	return h
}

func (h stripeHeader) has(label string) bool { return len(h.values(label)) > 0 }

func (h stripeHeader) values(label string) []string {
	var values []string
	for _, m := range h {
		if m.label == label {
			values = append(values, m.value)
		}
	}
	return values
}

// times are the timestamp that was signed and the one whose age is judged. They
// must be one: whoever could choose another for the age could replay a
// delivery for ever. So ok is false when the header has two, or none.
func (h stripeHeader) times(flaws flawSet) (signed, judged string, ok bool) {
	all := h.values("t")
	if len(all) == 0 {
		return "", "", false
	}
	first, last := all[0], all[len(all)-1]
	switch {
	case flaws.has("stripe-first-t"):
		return first, first, true
	case flaws.has("stripe-last-t"):
		return last, last, true
	case flaws.has("stripe-age-of-other-t"):
		return last, first, true
	case flaws.has("age-of-last-timestamp"):
		return first, last, true
	}
	for _, t := range all {
		if t != first {
			return "", "", false
		}
	}
	return first, first, true
}

// signatures are those that count: of version v1, and all of them, because
// there are two while a secret is rolled.
func (h stripeHeader) signatures(flaws flawSet) []string {
	var all []string
	for _, m := range h {
		if countsAsV1(m.label, flaws) {
			all = append(all, m.value)
		}
	}
	switch {
	case len(all) > 1 && flaws.has("first-signature-only"):
		return all[:1]
	case len(all) > 1 && flaws.has("last-signature-only"):
		return all[len(all)-1:]
	}
	return all
}

// countsAsV1 reports whether a signature is of version v1. Stripe asks receivers
// to ignore all others, v0 among them, which only test events have.
func countsAsV1(label string, flaws flawSet) bool {
	return label == "v1" ||
		label == "v0" && flaws.has("stripe-v0-accepted") ||
		label == "" && flaws.has("bare-signature") ||
		label != "t" && label != "" && flaws.has("version-ignored") ||
		label == "V1" && flaws.has("version-any-case") ||
		strings.HasPrefix(label, "v1") && flaws.has("stripe-label-prefix")
}

// trips holds the ways in which a receiver stumbles over a header that holds a
// good signature.
func (h stripeHeader) trips(flaws flawSet) *answer {
	if len(flaws) == 0 {
		return nil
	}
	if flaws.has("stripe-order-fixed") && (len(h) < 2 || h[0].label != "t" || h[1].label != "v1") {
		return unauthorized
	}
	for _, m := range h {
		known := m.label == "t" || m.label == "v1" || m.label == "v0"
		switch {
		case !ascii(m.value) && flaws.has("non-ascii-crash"),
			m.label == "" && flaws.has("malformed-token-crash"):
			return crashed
		case m.label == "" && flaws.has("malformed-token-refused"),
			m.label != "" && !known && flaws.has("unknown-version-refused"):
			return unauthorized
		}
	}
	return nil
}
